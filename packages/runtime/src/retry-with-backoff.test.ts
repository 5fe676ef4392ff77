import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, WeirError } from '@weir/contracts';
import { retryWithBackoff, sleep } from './index.ts';

const unavailable = new WeirError('broker_unavailable', 'No broker answered.');

/** Runs an operation that fails so many times, then succeeds, and notes how it was tried. */
async function tried(options: { attempts: number; failures: number; error?: Error; signal?: AbortSignal }) {
  const waits: number[] = [];
  const attempts: number[] = [];
  const result = retryWithBackoff(
    {
      attempts: options.attempts,
      baseDelayMs: 100,
      maxDelayMs: 300,
      random: () => 0,
      sleep: async (delayMs) => void waits.push(delayMs),
      signal: options.signal ?? new AbortController().signal,
    },
    async (attempt) => {
      attempts.push(attempt);
      if (attempt <= options.failures) throw options.error ?? unavailable;
      return 'done';
    },
  );
  const outcome = await result.catch((error: unknown) => error);
  return { outcome, attempts, waits };
}

test('an operation is tried again until it succeeds, with growing waits between', async () => {
  assert.deepEqual(await tried({ attempts: 5, failures: 4 }), {
    outcome: 'done',
    attempts: [1, 2, 3, 4, 5],
    waits: [50, 100, 150, 150],
  });
});

test('the last error is thrown as it is once the attempts are used up, without a wait behind it', async () => {
  assert.deepEqual(await tried({ attempts: 3, failures: 9 }), {
    outcome: unavailable,
    attempts: [1, 2, 3],
    waits: [50, 100],
  });
});

const final: ErrorCode[] = ['kms_denied', 'kms_ciphertext_invalid', 'config_invalid'];
for (const error of [...final.map((code) => new WeirError(code, 'No.')), new TypeError('a bug')]) {
  test(`${error instanceof WeirError ? error.code : 'an unknown error'} is not tried again`, async () => {
    assert.deepEqual(await tried({ attempts: 3, failures: 9, error }), {
      outcome: error,
      attempts: [1],
      waits: [],
    });
  });
}

test('nothing is tried once the signal has aborted', async () => {
  const reason = new Error('stopping');
  const { outcome, attempts } = await tried({ attempts: 3, failures: 0, signal: AbortSignal.abort(reason) });
  assert.equal(outcome, reason);
  assert.deepEqual(attempts, []);
});

test('an abort during a wait ends it with the reason of the signal', async () => {
  const stopping = new AbortController();
  const reason = new Error('stopping');
  const waiting = retryWithBackoff(
    { attempts: 3, baseDelayMs: 60_000, maxDelayMs: 60_000, random: () => 0, sleep, signal: stopping.signal },
    async () => {
      queueMicrotask(() => stopping.abort(reason));
      throw unavailable;
    },
  );
  await assert.rejects(waiting, reason);
});

test('a number of attempts that bounds nothing is a bug', async () => {
  for (const attempts of [0, -1, 1.5, Number.POSITIVE_INFINITY, Number.NaN]) {
    assert.ok((await tried({ attempts, failures: 0 })).outcome instanceof RangeError);
  }
});
