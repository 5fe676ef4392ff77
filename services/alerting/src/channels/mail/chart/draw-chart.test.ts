import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heldTransaction } from '../../../fixtures/sample-transactions.ts';
import type { JudgedTransaction } from '../../../judged-transaction.ts';
import { amountsChart } from './amounts-chart.ts';
import type { AmountsChart } from './amounts-chart.ts';
import { chartSvg } from './chart-svg.ts';
import { drawChart } from './draw-chart.ts';

const recent = (
  amountsMinor: readonly number[],
  different: Partial<JudgedTransaction['evidence']['recentAmounts'][number]> = {},
) =>
  amountsMinor.map((amountMinor, index) => ({
    eventTime: `2025-06-${String(index + 1).padStart(2, '0')}T09:00:00.000Z`,
    amountMinor,
    currency: 'EUR',
    creditDebitIndicator: 'DBIT' as const,
    ...different,
  }));

function chartOf(
  recentAmounts: JudgedTransaction['evidence']['recentAmounts'],
  transaction: Partial<JudgedTransaction['transaction']> = {},
): AmountsChart {
  const chart = amountsChart(heldTransaction({ transaction, evidence: { recentAmounts } }));
  assert.ok(chart !== undefined);
  return chart;
}

test('The same chart gives the same bytes, a PNG of 1200 by 520 that is small enough for a mail', async () => {
  const chart = chartOf(recent([1_200, 4_500, 8_000]));
  const [png, again] = [await drawChart(chart), await drawChart(chart)];
  assert.ok(png !== undefined);
  assert.deepEqual(png, again);
  const bytes = Buffer.from(png);
  assert.deepEqual(bytes.subarray(1, 4), Buffer.from('PNG'));
  assert.deepEqual([bytes.readUInt32BE(16), bytes.readUInt32BE(20)], [1_200, 520]);
  assert.ok(bytes.length < 60_000, `${bytes.length} bytes`);
});

test('A bare machine has no fonts, and letters are drawn all the same', async () => {
  const chart = chartOf(recent([1_200, 4_500]));
  const wordless = { ...chart, firstDay: '', lastDay: '', thisOne: { ...chart.thisOne, label: '' } };
  const [png, without] = [await drawChart(chart), await drawChart(wordless)];
  assert.ok((png?.length ?? 0) > (without?.length ?? Infinity) + 2_000);
});

test('Forty times the usual amount stands clear of the usual ones, which keep their own shape', () => {
  const { before, thisOne, usual } = chartOf(recent([1_200, 3_100, 8_000]), { amountMinor: 320_000 });
  const [low = 0, , high = 0] = before.map(({ height }) => height);
  assert.ok(high - low > 0.2, 'the usual ones are told apart');
  assert.ok(thisOne.height - high > 0.3, 'and this one from them');
  assert.ok((usual?.low ?? 1) <= (usual?.high ?? 0));
});

test('Amounts that hardly differ do not look far apart', () => {
  const { before, thisOne } = chartOf(recent([9_000, 9_200]), { amountMinor: 9_500 });
  assert.ok(Math.abs(thisOne.height - (before[0]?.height ?? 0)) < 0.1);
});

test('Lines stand at round amounts of the currency', () => {
  const labels = (chart: AmountsChart): readonly string[] => chart.lines.map(({ label }) => label);
  assert.deepEqual(labels(chartOf(recent([1_200]), { amountMinor: 950_000 })), [
    '10',
    '100',
    '1,000',
    '10,000',
  ]);
  assert.deepEqual(labels(chartOf(recent([9_000]), { amountMinor: 9_500 })), ['50', '100', '200']);
  assert.deepEqual(labels(chartOf(recent([1]), { amountMinor: 10 ** 15 })), ['0.01', '100', '1M', '10bn']);
});

test('Amounts of another currency are left out, of the words too', () => {
  const dollars = recent([99_999, 88_888], { currency: 'USD' });
  const { before, words } = chartOf([...recent([4_500]), ...dollars]);
  assert.equal(before.length, 1);
  assert.match(words, /^The last 1 EUR amount of the account, 2025-06-01 to 2025-06-01: 1 out, 45\.00 EUR\./);
  assert.equal(amountsChart(heldTransaction({ evidence: { recentAmounts: dollars } })), undefined);
});

test('How many times the largest it is, is said only where it is more', () => {
  assert.match(
    chartOf(recent([4_500]), { amountMinor: 9_000 }).words,
    /9.*, 2 times the largest out before it\.$/,
  );
  assert.match(chartOf(recent([9_000]), { amountMinor: 9_100 }).words, /Then this one: 91\.00 EUR out\.$/);
});

test('In and out are told apart by shape, and this one by its own', () => {
  const out = chartSvg(chartOf(recent([4_500])));
  assert.match(out, />out</);
  assert.doesNotMatch(out, />in</);
  const both = chartSvg(
    chartOf([...recent([4_500]), ...recent([5_000], { creditDebitIndicator: 'CRDT' })], {
      creditDebitIndicator: 'CRDT',
    }),
  );
  assert.match(both, />in</);
  assert.match(both, /<circle [^>]*stroke-width="3"/, 'a ring for what came in');
  assert.match(both, /<path [^>]*z" fill="#17212b" stroke="#ff9a62"/, 'an empty diamond, as it came in');
});

test('The amount beside the mark is left out where it would hide others', () => {
  const beside = chartSvg(chartOf(recent(Array.from({ length: 20 }, () => 4_500)), { amountMinor: 950_000 }));
  assert.match(beside, />9,500\.00 EUR</);
  const among = chartSvg(chartOf(recent(Array.from({ length: 20 }, () => 4_500)), { amountMinor: 4_600 }));
  assert.doesNotMatch(among, />46\.00 EUR</);
});
