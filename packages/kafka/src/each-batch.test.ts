import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EachBatchPayload } from 'kafkajs';
import { WeirError } from '@weir/contracts';
import { createBatchAttempts } from './batch-attempts.ts';
import type { OnBatch } from './consumer-types.ts';
import { createEachBatch } from './each-batch.ts';
import { joinMembership } from './membership.ts';

type Setting = { onBatch: OnBatch; heartbeat?: () => Promise<void>; offset?: string; times?: number };

/** A batch of offsets 5 to 7 that is followed by a marker at 8. */
const runBatch = async ({ onBatch, heartbeat, offset = '5', times = 1 }: Setting) => {
  const membership = joinMembership({ t: [0] });
  const seen = {
    resolved: [] as string[],
    sought: [] as string[],
    holdsMs: [] as number[],
    poison: [] as unknown[],
  };
  const messages = [offset, '6', '7'].map((each) => ({
    offset: each,
    timestamp: '1',
    key: null,
    value: null,
    headers: {},
  }));
  const payload = {
    batch: { topic: 't', partition: 0, messages, highWatermark: '9', lastOffset: () => '8' },
    heartbeat: heartbeat ?? (async () => undefined),
    resolveOffset: (resolved: string) => seen.resolved.push(resolved),
    isStale: () => false,
  } as unknown as EachBatchPayload;
  const eachBatch = createEachBatch({
    consumer: { seek: (to) => seen.sought.push(to.offset), commitOffsets: async () => undefined },
    onBatch,
    attempts: createBatchAttempts(3),
    holds: {
      holdFor: (_at, holdMs) => seen.holdsMs.push(holdMs),
      hold: () => undefined,
      release: () => undefined,
      endTimed: () => undefined,
      reapply: () => undefined,
    },
    membership: () => membership,
    isStopping: () => seen.poison.length > 0,
    onPoison: (error) => seen.poison.push(error),
  });
  let thrown: unknown;
  for (let time = 0; time < times; time += 1) {
    thrown = await eachBatch(payload).then(
      () => undefined,
      (error: unknown) => error,
    );
  }
  return { ...seen, thrown, membership };
};

const rebalance = Object.assign(new Error('x'), {
  name: 'KafkaJSProtocolError',
  type: 'REBALANCE_IN_PROGRESS',
});

test('The end of a batch lies behind its markers, and going on there resolves up to it', async () => {
  const { resolved, membership } = await runBatch({
    onBatch: async (batch) => ({ kind: 'next', next: batch.endOffset }),
  });
  assert.deepEqual(resolved, ['8']);
  assert.equal(membership.positions.get('t-0'), 9);
});

test('A bug thrown by onBatch is reported and never reaches the retrier of kafkajs', async () => {
  const bug = new TypeError('x');
  const outcome = await runBatch({ onBatch: () => Promise.reject(bug) });
  assert.deepEqual([outcome.poison, outcome.thrown, outcome.resolved], [[bug], undefined, []]);
});

test('An outcome that skips records or stands still is a bug of the caller', async () => {
  for (const next of [5, 10, -1, 5.5]) {
    const { poison, resolved } = await runBatch({ onBatch: async () => ({ kind: 'next', next }) });
    assert.equal(poison.length, 1, String(next));
    assert.deepEqual(resolved, []);
  }
});

test('A WeirError to retry holds its partition back and leaves the position where it is', async () => {
  const outcome = await runBatch({ onBatch: () => Promise.reject(new WeirError('kms_unavailable', 'x')) });
  assert.deepEqual([outcome.holdsMs, outcome.poison, outcome.resolved, outcome.sought], [[100], [], [], []]);
});

test('A pause holds the partition back at the position it names', async () => {
  const { holdsMs, sought } = await runBatch({
    onBatch: async () => ({ kind: 'pause', next: 6, forMs: 250 }),
  });
  assert.deepEqual([holdsMs, sought], [[250], ['6']]);
});

test('kafkajs sees its own heartbeat error, so that it joins again, and nothing of the batch counts', async () => {
  const outcome = await runBatch({
    heartbeat: () => Promise.reject(rebalance),
    onBatch: async (batch, control) => {
      await control.heartbeat();
      return { kind: 'next', next: batch.endOffset };
    },
  });
  assert.equal(outcome.thrown, rebalance);
  assert.deepEqual([outcome.poison, outcome.holdsMs, outcome.resolved], [[], [], []]);
});

test('A batch that ignores a failed heartbeat can see that it is revoked, and its outcome is dropped', async () => {
  let wasRevoked = false;
  const outcome = await runBatch({
    heartbeat: () => Promise.reject(rebalance),
    onBatch: async (batch, control) => {
      await assert.rejects(control.heartbeat(), { code: 'partition_revoked' });
      wasRevoked = control.revoked();
      return { kind: 'next', next: batch.endOffset };
    },
  });
  assert.equal(wasRevoked, true);
  assert.deepEqual([outcome.resolved, outcome.thrown], [[], rebalance]);
});

test('kafkajs, fetching on without having joined, is asked to join until it has', async () => {
  let calls = 0;
  const { thrown } = await runBatch({
    times: 3,
    heartbeat: () => (calls === 1 ? Promise.reject(rebalance) : Promise.resolve()),
    onBatch: async (batch) => {
      calls += 1;
      return { kind: 'next', next: batch.endOffset };
    },
  });
  assert.equal(thrown, rebalance);
  assert.equal(calls, 1);
});

test('A lost connection fails the heartbeat without giving up the partition', async () => {
  const closed = Object.assign(new Error('x'), { name: 'KafkaJSConnectionClosedError' });
  const outcome = await runBatch({
    heartbeat: () => Promise.reject(closed),
    onBatch: async (batch) => ({ kind: 'next', next: batch.endOffset }),
  });
  assert.equal(outcome.thrown, closed);
  assert.equal(outcome.membership.isLost, false);
  assert.deepEqual(outcome.resolved, ['8']);
});

test('A record that can not be read, like one with an offset beyond safe integers, ends the consumer', async () => {
  let calls = 0;
  const { poison } = await runBatch({
    offset: '9223372036854775807',
    onBatch: async (batch) => {
      calls += 1;
      return { kind: 'next', next: batch.endOffset };
    },
  });
  assert.equal(poison.length, 1);
  assert.equal(calls, 0);
});
