import { titleOfScoreReason } from '@weir/scoring';
import type { RulesetProblem } from './check-ruleset.ts';
import { textFacts } from './expression/term.ts';
import type { Ruleset } from './ruleset.ts';

/**
 * What keeps a ruleset that is right in itself from being published. One that was published already is read
 * all the same: a later release may have features and reasons of its names, which then go before those.
 */
export const publishingProblems = (
  ruleset: Ruleset,
  knownFeatures: readonly string[],
): readonly RulesetProblem[] => [
  ...namesOfExpressions(ruleset).flatMap(({ path, name }) =>
    takenBy(path, name, nameOf(name, knownFeatures)),
  ),
  ...idsOf(ruleset).flatMap(({ path, name }) =>
    takenBy(path, name, titleOfScoreReason(name) === undefined ? undefined : 'a reason of the score'),
  ),
  ...(ruleset.alertAt !== undefined && ruleset.alertAt >= ruleset.holdAt
    ? [{ path: 'alertAt', message: 'has to lie below holdAt: what is held is told of anyway' }]
    : []),
  ...textProblems('', ruleset),
];

/** Escapes and marks of direction, which make a terminal show other than what stands there; two join letters and signs. */
const hidden = /[^\P{Cc}\n\t]|[^\P{Cf}\u200c\u200d]|[\p{Zl}\p{Zp}]/u;

/** Whoever approves a document, or looks at an alert, sees all that is said. */
function textProblems(path: string, value: unknown): readonly RulesetProblem[] {
  if (typeof value === 'string') {
    const at = value.search(hidden);
    if (at >= 0) return [{ path, message: 'holds a character that can not be seen', at }];
    const isLine = /\b(?:title|name)$/.test(path);
    return isLine && /[\n\t]/.test(value) ? [{ path, message: 'takes more than a line' }] : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) =>
    textProblems(path === '' ? name : `${path}.${name}`, one),
  );
}

type Named = { readonly path: string; readonly name: string };

const idsIn = (group: 'lists' | 'rules', all: readonly { readonly id: string }[]): readonly Named[] =>
  all.map(({ id }, index) => ({ path: `${group}.${String(index)}.id`, name: id }));

const namesOfExpressions = ({ constants = {}, definitions = {}, lists = [] }: Ruleset): readonly Named[] => [
  ...Object.keys(constants).map((name) => ({ path: `constants.${name}`, name })),
  ...Object.keys(definitions).map((name) => ({ path: `definitions.${name}`, name })),
  ...idsIn('lists', lists),
];

const idsOf = ({ lists = [], rules }: Ruleset): readonly Named[] => [
  ...idsIn('lists', lists),
  ...idsIn('rules', rules),
];

function nameOf(name: string, knownFeatures: readonly string[]): string | undefined {
  if (knownFeatures.includes(name)) return 'a feature';
  return textFacts.some((fact) => fact === name) ? 'what the transaction says' : undefined;
}

const takenBy = (path: string, name: string, what: string | undefined): readonly RulesetProblem[] =>
  what === undefined ? [] : [{ path, message: `"${name}" is the name of ${what}` }];
