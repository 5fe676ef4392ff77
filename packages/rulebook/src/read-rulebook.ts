import { readRuleset, type RulesetOutcome } from '@weir/rules';
import { featureNames } from '@weir/scoring';
import { readDocument, type DocumentProblem, type Locate } from './read-document.ts';
import { problemsOfTests } from './tests/problems-of-tests.ts';

type ReadRuleset = Extract<RulesetOutcome, { ok: true }>['ruleset'];

export type RulebookOutcome =
  | {
      readonly ok: true;
      readonly ruleset: ReadRuleset;
      /** Where a part of it stands, by a path such as "tests.3" or "rules.2.when". */
      readonly locate: Locate;
    }
  | { readonly ok: false; readonly problems: readonly [DocumentProblem, ...DocumentProblem[]] };

/**
 * Reads a ruleset that a person wrote, as YAML or JSON, and holds it against the features there are (those
 * of the default window plan where none are given). Every problem names its line and column; one inside an
 * expression its place in it. Whether the tests in it pass is for runRulesetTests. Never throws.
 */
export function readRulebook(
  source: string | Uint8Array,
  knownFeatures: readonly string[] = featureNames,
): RulebookOutcome {
  const document = readDocument(source);
  if (!document.ok) return document;
  const { body, locate } = document;
  const read = readRuleset(body, knownFeatures);
  const problems = read.ok ? problemsOfTests(read.ruleset) : read.problems;
  const [first, ...others] = problems.map((problem) => placed(problem, locate));
  if (first !== undefined) return { ok: false, problems: [first, ...others] };
  if (!read.ok) throw new TypeError('a ruleset was refused without a problem');
  return { ok: true, ruleset: read.ruleset, locate };
}

type RulesetProblem = { readonly path: string; readonly message: string; readonly offset?: number };

const placed = ({ path, message, offset }: RulesetProblem, locate: Locate): DocumentProblem => ({
  ...locate(path, offset),
  path,
  message,
});
