import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics } from '@weir/runtime';
import { sampleNotifications } from '../fixtures/sample-notifications.ts';
import { createHeldToTold } from './held-to-told.ts';

const { update } = sampleNotifications;
const { alertId, revision } = update.alerts[0]?.alert ?? assert.fail('the sample tells of an alert');

function measured() {
  const metrics = createMetrics({ service: 'test' });
  const heldToTold = createHeldToTold(metrics);
  const figures = async () => {
    const text = await metrics.text();
    const valueOf = (name: string) =>
      Number(new RegExp(`^weir_held_to_told_seconds_${name}{.*} (.*)$`, 'm').exec(text)?.[1] ?? 0);
    return { count: valueOf('count'), sum: valueOf('sum') };
  };
  return { heldToTold, figures };
}

test('The time runs from the first record that is not told to the first receiver that takes the news', async () => {
  const { heldToTold, figures } = measured();
  heldToTold.held(alertId, revision - 1, 1_000);
  heldToTold.held(alertId, revision, 3_000);
  heldToTold.accepted(update, 5_000);
  heldToTold.accepted(update, 9_000);
  assert.deepEqual(await figures(), { count: 1, sum: 4 });
});

test('What joined after a notification was written waits for the next', async () => {
  const { heldToTold, figures } = measured();
  heldToTold.held(alertId, revision + 1, 1_000);
  heldToTold.accepted(update, 5_000);
  assert.deepEqual(await figures(), { count: 0, sum: 0 });
  heldToTold.accepted({ ...update, alerts: [], moreAlertIds: [alertId] }, 6_000);
  assert.deepEqual(await figures(), { count: 1, sum: 5 });
});
