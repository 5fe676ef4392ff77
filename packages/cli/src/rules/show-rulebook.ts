import type { RulesetChange, TestOutcome } from '@weir/rulebook';
import type { Ruleset } from '@weir/rules';
import type { OpenedRulebook } from './open-rulebook.ts';

const counted = (count: number, what: string): string => `${String(count)} ${what}${count === 1 ? '' : 's'}`;

/** "payments@3: 5 rules, 4 of them in the shadow, 1 list, 12 tests" */
export function summaryOf({ ref, rules, lists = [], tests = [] }: Ruleset): string {
  const shadows = rules.filter(({ mode }) => mode === 'shadow').length;
  return [
    `${ref}: ${counted(rules.length, 'rule')}`,
    ...(shadows === 0 ? [] : [`${String(shadows)} of them in the shadow`]),
    ...(lists.length === 0 ? [] : [counted(lists.length, 'list')]),
    counted(tests.length, 'test'),
  ].join(', ');
}

/** What the tests of a document came to: a line for each, and what a failed one was decided on. */
export function showTests(
  file: string,
  { ruleset, locate }: OpenedRulebook,
  outcomes: readonly TestOutcome[],
): readonly string[] {
  const failed = outcomes.filter(({ ok }) => !ok);
  return [
    ...outcomes.flatMap((outcome) => {
      if (outcome.ok) return [`ok      ${outcome.name}`];
      const { line, column } = locate(outcome.path);
      return [
        `FAILED  ${outcome.name}`,
        `        ${file}:${String(line)}:${String(column)}`,
        ...outcome.differences.map((difference) => `        ${difference}`),
        `        score ${String(outcome.got.score)}, ${featuresInWords(outcome, ruleset)}`,
      ];
    }),
    failed.length === 0
      ? `${ruleset.ref}: all ${counted(outcomes.length, 'test')} pass.`
      : `${ruleset.ref}: ${String(failed.length)} of ${counted(outcomes.length, 'test')} failed.`,
  ];
}

/** Those that the expected rules look at: ninety values would hide the three that matter. --json has them all. */
function featuresInWords({ features, path }: TestOutcome, ruleset: Ruleset): string {
  const expect = ruleset.tests?.[Number(path.split('.')[1])]?.expect;
  const expected = [...(expect?.reasons ?? []), ...(expect?.without ?? [])];
  const meant = ruleset.rules.filter(({ id }) => expected.includes(id));
  const named = namesIn(JSON.stringify((meant.length === 0 ? ruleset.rules : meant).map(({ when }) => when)));
  // A set goes on with what joins it: definitions that definitions name are looked up too.
  for (const name of named) for (const other of namesIn(ruleset.definitions?.[name] ?? '')) named.add(other);
  return Object.entries(features)
    .filter(([name]) => named.has(name))
    .map(([name, value]) => `${name} ${value === null ? 'unknown' : String(value)}`)
    .join(', ');
}

const namesIn = (text: string): Set<string> => new Set(text.match(/[A-Za-z][A-Za-z0-9_]*/g));

const signs = { added: '+', removed: '-', changed: '~' } as const;

/** What two rulesets differ in, one change after the other. */
export function showChanges(from: string, to: string, changes: readonly RulesetChange[]): readonly string[] {
  if (changes.length === 0) return [`${from} and ${to} decide alike and say the same.`];
  return [
    `${from} -> ${to}: ${counted(changes.length, 'change')}`,
    ...changes.flatMap((change) => [
      `${signs[change.kind]} ${change.path}${inShort(change)}`,
      ...inFull(change),
    ]),
  ];
}

const shortValue = 60;
const isShort = ({ from = '', to = '' }: RulesetChange): boolean =>
  from.length + to.length <= shortValue && !`${from}${to}`.includes('\n');

function inShort(change: RulesetChange): string {
  const { kind, from = '', to = '', thresholds } = change;
  if (thresholds !== undefined)
    return `: ${thresholds.map((one) => `${one.of} ${String(one.from)} -> ${String(one.to)}`).join(', ')}`;
  if (!isShort(change)) return '';
  return kind === 'changed' ? `: ${from} -> ${to}` : `: ${from}${to}`;
}

function inFull(change: RulesetChange): readonly string[] {
  if (change.thresholds !== undefined || isShort(change)) return [];
  return [
    ...(change.from === undefined ? [] : inLines('-', change.from)),
    ...(change.to === undefined ? [] : inLines('+', change.to)),
  ];
}

/** What is of several lines stays within its own, so that none of them passes for a change. */
const inLines = (sign: string, value: string): readonly string[] =>
  value.split('\n').map((line, index) => `    ${index === 0 ? sign : ' '} ${line}`);
