import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heldTransaction } from '../../../fixtures/sample-transactions.ts';
import { amountsChart } from './amounts-chart.ts';
import type { AmountsChart } from './amounts-chart.ts';
import { createChartCache } from './chart-cache.ts';

const drawn = amountsChart(
  heldTransaction({
    evidence: {
      recentAmounts: [
        {
          ...{ eventTime: '2025-06-01T09:00:00.000Z', amountMinor: 1_200, currency: 'EUR' },
          creditDebitIndicator: 'DBIT',
        },
      ],
    },
  }),
);
assert.ok(drawn !== undefined);
const chart: AmountsChart = drawn;

/** Draws a byte that counts; 0 is what can't be drawn. */
function counting(from: number) {
  let count = from;
  const draw = createChartCache(async () => {
    count += 1;
    return count === 0 ? undefined : new Uint8Array([count]);
  });
  return async (notificationId: string) => (await draw(notificationId, chart))?.[0];
}

test('The chart of a notification is drawn once for all that it is mailed to, at the same time too', async () => {
  const draw = counting(0);
  assert.deepEqual(await Promise.all([draw('n1'), draw('n1'), draw('n2')]), [1, 1, 2]);
  assert.deepEqual([await draw('n1'), await draw('n2')], [1, 2]);
});

test('Only the last few are kept', async () => {
  const draw = counting(0);
  for (let number = 1; number <= 9; number += 1) await draw(`n${number}`);
  assert.deepEqual([await draw('n2'), await draw('n1')], [2, 10]);
});

test('What could not be drawn is tried again', async () => {
  const draw = counting(-1);
  assert.deepEqual([await draw('n1'), await draw('n1')], [undefined, 1]);
});
