import { publishingProblems, readRuleset, type Ruleset } from '@weir/rules';
import { featureNames } from '@weir/scoring';
import { readDocument, type DocumentProblem, type Locate } from './read-document.ts';
import { problemsOfTests } from './tests/problems-of-tests.ts';

export type RulebookOutcome =
  | {
      readonly ok: true;
      readonly ruleset: Ruleset;
      /** Where a part of it stands, by a path such as "tests.3" or "rules.2.when". */
      readonly locate: Locate;
    }
  | { readonly ok: false; readonly problems: readonly [DocumentProblem, ...DocumentProblem[]] };

/**
 * Reads a ruleset that a person wrote, as YAML or JSON, and holds it against the features there are (those
 * of the default window plan where none are given), and against what keeps it from being published. Every problem names its line and column; one inside an
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
  const problems: readonly Problem[] = read.ok
    ? [...publishingProblems(read.ruleset, knownFeatures), ...problemsOfTests(read.ruleset)]
    : read.problems;
  const [first, ...others] = problems
    .slice(0, mostProblems)
    .map((problem) => placed(atTheName(problem) ?? problem, locate));
  if (first !== undefined) return { ok: false, problems: [first, ...others] };
  if (!read.ok) throw new TypeError('a ruleset was refused without a problem');
  return { ok: true, ruleset: read.ruleset, locate };
}

type Problem = { readonly path: string; readonly message: string; readonly at?: number };

/** So many are told: whoever has more mends the first ones and looks again. */
const mostProblems = 200;

const placed = ({ path, message, at }: Problem, locate: Locate): DocumentProblem => ({
  ...locate(path, at),
  path,
  // 25.00 is a number to YAML, and an amount is text: its digits count.
  message: /expected string, received (?:number|boolean)/.test(message)
    ? `${message}: put it in quotes`
    : message,
});

/** A name that nothing has here stands for itself, not for all of what it is in. */
function atTheName({ path, message }: Problem): Problem | undefined {
  const names = /^Unrecognized keys?: (.+)$/s.exec(message)?.[1];
  if (names === undefined) return undefined;
  const [first = names] = /"(?:[^"\\]|\\.)*"/.exec(names) ?? [];
  const name = String(JSON.parse(first));
  return { path: path === '' ? name : `${path}.${name}`, message: 'nothing is called that here' };
}
