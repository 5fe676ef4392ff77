import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WeirError } from '@weir/contracts';
import { retryWithin, type RetryWithin } from './retry-within.ts';

function createRetry(limitMs: number) {
  const waits: number[] = [];
  let nowMs = 0;
  const retry: RetryWithin = {
    limitMs,
    nowMs: () => nowMs,
    random: () => 0.999,
    sleep: async (delayMs) => {
      waits.push(delayMs);
      nowMs += delayMs;
    },
    onRetry: () => undefined,
  };
  return { retry, waits };
}

const away = new WeirError('broker_unavailable', 'away');
const never = new AbortController().signal;

test('what may succeed later is tried until it does, with waits that grow to five seconds', async () => {
  const { retry, waits } = createRetry(60_000);
  let failures = 10;
  const answer = await retryWithin(retry, never, async () => {
    failures -= 1;
    if (failures >= 0) throw away;
    return 'done';
  });
  assert.equal(answer, 'done');
  assert.ok(waits.every((wait, index) => wait >= (waits[index - 1] ?? 0) && wait <= 5_000));
  assert.ok((waits.at(-1) ?? 0) > 4_000);
});

test('the bound is of time: an outage is sat out for that long and no longer', async () => {
  const { retry, waits } = createRetry(20_000);
  await assert.rejects(
    retryWithin(retry, never, () => Promise.reject(away)),
    away,
  );
  const waitedMs = waits.reduce((sum, wait) => sum + wait, 0);
  assert.ok(waitedMs <= 20_000 && waitedMs > 10_000);
});

test('nothing else is tried again, and nothing after a stop', async () => {
  const { retry, waits } = createRetry(60_000);
  const bug = new TypeError('a bug');
  await assert.rejects(
    retryWithin(retry, never, () => Promise.reject(bug)),
    bug,
  );
  const halt = new WeirError('kms_denied', 'no');
  await assert.rejects(
    retryWithin(retry, never, () => Promise.reject(halt)),
    halt,
  );
  await assert.rejects(
    retryWithin(retry, AbortSignal.abort(), () => Promise.reject(away)),
    away,
  );
  assert.deepEqual(waits, []);
});
