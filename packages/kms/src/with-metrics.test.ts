import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scriptedProvider } from './scripted-provider.ts';
import { type KeyCall, withMetrics } from './with-metrics.ts';

const request = { keyId: 'alias/a', wrapped: new Uint8Array([1]), encryptionContext: {} };

/** A clock that is 5 ms later each time it is read. */
function steppingClock(): () => number {
  let nowMs = 1000;
  return () => (nowMs += 5);
}

test('every call is told with its outcome and duration, and its answer is unchanged', async () => {
  const told: KeyCall[] = [];
  const provider = scriptedProvider(['ok', 'kms_denied', 'ok']);
  const measured = withMetrics(provider, (call) => told.push(call), steppingClock());
  const made = await measured.generateDataKey(request);
  assert.deepEqual(made.wrapped, new Uint8Array([1]));
  await assert.rejects(measured.decrypt(request), { code: 'kms_denied' });
  await measured.decrypt(request);
  assert.deepEqual(told, [
    { operation: 'generateDataKey', outcome: 'ok', durationMs: 5 },
    { operation: 'decrypt', outcome: 'kms_denied', durationMs: 5 },
    { operation: 'decrypt', outcome: 'ok', durationMs: 5 },
  ]);
});

test('a bug is told as unexpected and thrown on', async () => {
  const told: KeyCall[] = [];
  const broken = {
    ...scriptedProvider(),
    decrypt: async () => {
      throw new TypeError('a bug');
    },
  };
  const measured = withMetrics(broken, (call) => told.push(call));
  await assert.rejects(measured.decrypt(request), TypeError);
  assert.deepEqual(
    told.map((call) => call.outcome),
    ['unexpected'],
  );
});
