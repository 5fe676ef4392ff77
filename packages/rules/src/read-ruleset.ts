import type { z } from 'zod';
import { placeholdersOf } from './explain-rule.ts';
import { ruleset, type Rule, type Ruleset } from './ruleset.ts';

/** What is wrong with a ruleset, and where: `path` reads like "rules.2.when.0.feature". */
export type RulesetProblem = { readonly path: string; readonly message: string };

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
    ? parsed.data.rules.flatMap((rule, index) => problemsOf(rule, index, parsed.data.rules, knownFeatures))
    : parsed.error.issues.map(problemOfIssue);
  const [first, ...others] = problems;
  if (first !== undefined) return { ok: false, problems: [first, ...others] };
  if (!parsed.success) return { ok: false, problems: [{ path: '', message: 'not a ruleset' }] };
  return { ok: true, ruleset: parsed.data };
}

function problemsOf(
  rule: Rule,
  index: number,
  rules: readonly Rule[],
  knownFeatures: readonly string[],
): readonly RulesetProblem[] {
  const at = `rules.${String(index)}`;
  const repeated = rules.findIndex((other) => other.id === rule.id) < index;
  return [
    ...(repeated ? [{ path: `${at}.id`, message: 'the id of an earlier rule' }] : []),
    ...rule.when.flatMap((condition, position) =>
      knownFeatures.includes(condition.feature)
        ? []
        : [{ path: `${at}.when.${String(position)}.feature`, message: 'no such feature' }],
    ),
    ...(placeholdersOf(rule.explanation).every((name) => knownFeatures.includes(name))
      ? []
      : [{ path: `${at}.explanation`, message: 'a placeholder that is no feature' }]),
  ];
}

/** A union's own issue stands at the whole value: the path of the condition is as far as it can tell. */
const problemOfIssue = (issue: z.core.$ZodIssue): RulesetProblem => ({
  path: issue.path.map(String).join('.'),
  message: issue.message,
});
