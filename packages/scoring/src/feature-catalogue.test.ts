import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultWindowPlan } from '@weir/windows';
import { minimumHistory, minimumSpreadMilli } from './amount-profile.ts';
import { featureCatalogue, featureEntryOf, featureReference } from './feature-catalogue.ts';
import { featureNamesOf } from './feature-names.ts';
import { settledHistory } from './peer-group.ts';
import { defaultReportingThresholds } from './reporting-threshold.ts';

const plans = [
  defaultWindowPlan,
  { ...defaultWindowPlan, spans: [{ name: '2h', spanMs: 7_200_000 }] as const },
];

test('every feature of a plan stands in the catalogue exactly once, and nothing else does', () => {
  for (const plan of plans) {
    const longest = plan.spans.at(-1)?.name;
    const spans = plan.spans.map(({ name }) => name);
    const named = featureCatalogue.flatMap(({ name, spans: of }) =>
      of === undefined
        ? [name]
        : spans.filter((span) => of === 'every' || span !== longest).map((span) => `${name}_${span}`),
    );
    assert.deepEqual(named.toSorted(), featureNamesOf(plan).toSorted());
    assert.deepEqual(
      featureReference(plan).map(({ name }) => name),
      featureNamesOf(plan),
    );
  }
});

test('a name that is none is no entry, and a span of another plan is told', () => {
  assert.equal(featureEntryOf('amountLogz'), undefined);
  assert.equal(featureEntryOf('count'), undefined);
  assert.deepEqual(
    [featureEntryOf('count_2h')?.entry.name, featureEntryOf('count_2h')?.span],
    ['count', '2h'],
  );
});

test('the numbers in the words are those that are computed by', () => {
  const words = (name: string): string => JSON.stringify(featureEntryOf(name));
  assert.ok(words('amountLogZ').includes(`fewer than ${String(minimumHistory)} in L`));
  assert.ok(words('historyState').includes(`fewer than ${String(settledHistory)}`));
  assert.equal(minimumSpreadMilli, 250);
});

test('the reporting threshold is told as it is', () => {
  const { otherwiseMajor, major, bandShare } = defaultReportingThresholds;
  const { definition = '' } = featureEntryOf('nearThresholdCount_24h')?.entry ?? {};
  const grouped = (amount: number): string => amount.toLocaleString('en-GB');
  assert.deepEqual(Object.keys(major), ['JPY']);
  for (const told of [
    `${String(100 * bandShare)} %`,
    grouped(otherwiseMajor),
    `${grouped(major['JPY'] ?? 0)} yen`,
  ])
    assert.ok(definition.includes(told), told);
});
