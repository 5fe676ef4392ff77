import { readRulebook, runRulesetTests } from '@weir/rulebook';
import type { Ruleset } from '@weir/rules';
import { featureNamesOf } from '@weir/scoring';
import type { WindowPlan } from '@weir/windows';
import { RulesetRefused } from './ruleset-refused.ts';

/** So many things that are wrong are told at a time: who mends them asks again. */
const mostProblems = 100;

/**
 * Reads a ruleset as a person wrote it, and runs the tests in it under a window plan.
 * Throws RulesetRefused `ruleset_invalid` that says what is wrong, and where.
 */
export function readDocument(document: string, plan: WindowPlan): Ruleset {
  const read = readRulebook(document, featureNamesOf(plan));
  if (!read.ok)
    throw new RulesetRefused(
      'ruleset_invalid',
      read.problems.length === 1
        ? 'The document is not published: something is wrong with it.'
        : `The document is not published: ${read.problems.length} things are wrong with it.`,
      read.problems.slice(0, mostProblems),
    );
  const { ruleset, locate } = read;
  const failed = runRulesetTests(ruleset, plan).filter(({ ok }) => !ok);
  if (failed.length > 0)
    throw new RulesetRefused(
      'ruleset_invalid',
      `The document is not published: ${failed.length} of its ${ruleset.tests?.length ?? 0} tests fail.`,
      failed.slice(0, mostProblems).map(({ path, name, differences }) => ({
        ...locate(path),
        path,
        message: `"${name}": ${differences.join('; ')}`,
      })),
    );
  return ruleset;
}
