import type { Rule, Ruleset } from '@weir/rules';
import { thresholdsChanged, wordsOfWhen, type ThresholdChange } from './words-of-when.ts';

/** One thing that two rulesets differ in. Values are written as in a document; absent where a side has none. */
export type RulesetChange = {
  readonly kind: 'added' | 'removed' | 'changed';
  /** "holdAt", "rules.structuring", "rules.structuring.weight", "tests.a small payment.expect" */
  readonly path: string;
  readonly from?: string;
  readonly to?: string;
  /** Of a `when` whose numbers alone differ. */
  readonly thresholds?: readonly ThresholdChange[];
};

/**
 * What changes from one ruleset to the other: its own fields, then constants, definitions, lists, rules and
 * tests by their ids and names, field by field. Their order counts for nothing but how reasons are listed,
 * and is said once. Nothing differs where the result is empty, but for the ref.
 */
export function diffRulesets(from: Ruleset, to: Ruleset): readonly RulesetChange[] {
  return [
    ...fieldChanges('', headOf(from), headOf(to)),
    ...fieldChanges('constants.', from.constants ?? {}, to.constants ?? {}),
    ...fieldChanges('definitions.', from.definitions ?? {}, to.definitions ?? {}),
    ...namedChanges(
      'lists',
      named(from.lists, ({ id }) => id),
      named(to.lists, ({ id }) => id),
    ),
    ...namedChanges(
      'rules',
      named(from.rules, ({ id }) => id),
      named(to.rules, ({ id }) => id),
    ),
    ...orderChange(from.rules, to.rules),
    ...namedChanges(
      'tests',
      named(from.tests, ({ name }) => name),
      named(to.tests, ({ name }) => name),
    ),
  ];
}

type Fields = Readonly<Record<string, unknown>>;

const headOf = ({ title, description, scoring = 'rules', holdAt, alertAt }: Ruleset): Fields => ({
  title,
  description,
  scoring,
  holdAt,
  alertAt,
});

const named = <One extends Fields>(
  all: readonly One[] | undefined,
  nameOf: (one: One) => string,
): ReadonlyMap<string, One> => new Map((all ?? []).map((one) => [nameOf(one), one]));

function namedChanges(
  group: string,
  from: ReadonlyMap<string, Fields>,
  to: ReadonlyMap<string, Fields>,
): readonly RulesetChange[] {
  const names = [...new Set([...from.keys(), ...to.keys()])];
  return names.flatMap((name): readonly RulesetChange[] => {
    const [before, after] = [from.get(name), to.get(name)];
    const path = `${group}.${name}`;
    if (before === undefined)
      return after === undefined ? [] : [{ kind: 'added', path, to: wordsOfOne(after) }];
    if (after === undefined) return [{ kind: 'removed', path, from: wordsOfOne(before) }];
    return fieldChanges(`${path}.`, before, after);
  });
}

function fieldChanges(prefix: string, from: Fields, to: Fields): readonly RulesetChange[] {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return names.flatMap((name): readonly RulesetChange[] => {
    const [before, after] = [wordsOf(name, from[name]), wordsOf(name, to[name])];
    if (before === after) return [];
    const path = `${prefix}${name}`;
    if (before === undefined) return [{ kind: 'added', path, to: after ?? '' }];
    if (after === undefined) return [{ kind: 'removed', path, from: before }];
    const thresholds = isExpression(prefix, name) ? thresholdsChanged(before, after) : [];
    const change = { kind: 'changed', path, from: before, to: after } as const;
    return [thresholds.length === 0 ? change : { ...change, thresholds }];
  });
}

const isExpression = (prefix: string, name: string): boolean => name === 'when' || prefix === 'definitions.';

/** A value as a document would have it; undefined where there is none. */
function wordsOf(name: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (name === 'when') return wordsOfWhen(value as Rule['when']);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What a person looks for first in something added or removed, then what it does and to whom, a line each. */
const wordsOfOne = (one: Fields): string =>
  [
    wordsOf('when', one['when']) ?? wordsOf('list', one['list']) ?? wordsOf('expect', one['expect']) ?? '',
    ...whatItDoes.flatMap((name) => {
      const words = wordsOf(name, one[name]);
      return words === undefined ? [] : [`${name}: ${words}`];
    }),
  ].join('\n');

const whatItDoes = ['of', 'then', 'weight', 'mode', 'scope', 'schedule'] as const;

function orderChange(from: Ruleset['rules'], to: Ruleset['rules']): readonly RulesetChange[] {
  const idsOf = (rules: Ruleset['rules'], others: Ruleset['rules']): string =>
    rules
      .map(({ id }) => id)
      .filter((id) => others.some((other) => other.id === id))
      .join(', ');
  const [before, after] = [idsOf(from, to), idsOf(to, from)];
  return before === after ? [] : [{ kind: 'changed', path: 'rules (order)', from: before, to: after }];
}
