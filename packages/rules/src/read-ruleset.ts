import type { z } from 'zod';
import { checkRuleset, type RulesetProblem } from './check-ruleset.ts';

import { ruleset, type Ruleset } from './ruleset.ts';

export type { RulesetProblem } from './check-ruleset.ts';

export type RulesetOutcome =
  | { readonly ok: true; readonly ruleset: Ruleset }
  | { readonly ok: false; readonly problems: readonly [RulesetProblem, ...RulesetProblem[]] };

/**
 * Reads a ruleset from parsed JSON and holds it against the features there
 * are. A rule that looks at a feature nobody computes would fail on every
 * transaction, and a rule id used twice would make reasons ambiguous: both are
 * refused here, before the ruleset can come into force. Never throws.
 */
export function readRuleset(body: unknown, knownFeatures: readonly string[]): RulesetOutcome {
  const parsed = ruleset.safeParse(body);
  const problems = parsed.success
    ? checkRuleset(parsed.data, knownFeatures).problems
    : parsed.error.issues.map(problemOfIssue);
  const [first, ...others] = problems;
  if (first !== undefined) return { ok: false, problems: [first, ...others] };
  if (!parsed.success) return { ok: false, problems: [{ path: '', message: 'not a ruleset' }] };
  return { ok: true, ruleset: parsed.data };
}

const problemOfIssue = (issue: z.core.$ZodIssue): RulesetProblem => {
  const { path, message } = innermost(issue);
  return { path: path.map(String).join('.'), message };
};

/** A union's own issue says no more than "invalid": the one way of it that the value nearly went says what is. */
function innermost(
  issue: z.core.$ZodIssue,
): Pick<RulesetProblem, 'message'> & { readonly path: readonly PropertyKey[] } {
  if (issue.code !== 'invalid_union') return issue;
  const ways = issue.errors.filter(([first]) => first?.code !== 'invalid_type' || first.path.length > 0);
  const fewest = Math.min(...ways.map((errors) => errors.length));
  const [nearest, tied] = ways.filter((errors) => errors.length === fewest);
  if (nearest?.[0] === undefined || tied !== undefined)
    return { path: issue.path, message: meant(issue.path) };
  const { path, message } = innermost(nearest[0]);
  return { path: [...issue.path, ...path], message };
}

const meant = (path: readonly PropertyKey[]): string =>
  path.at(-1) === 'when'
    ? 'neither an expression nor a list of conditions'
    : 'a condition is { feature, atLeast | atMost | equals }, with one of the three';
