import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSeededRandom } from '../plan/seeded-random.ts';
import type { FaultKind } from '../plan/fault-kinds.ts';
import type { FaultContext } from './fault-context.ts';
import { faults } from './faults.ts';

/** A stand-in for a part of the stack, of which a fault uses what is given here. */
const part = (parts: object): never => parts as never;

const proxy = (held: number) => ({
  cut: () => Promise.resolve(held),
  delay: () => Promise.resolve(),
  block: () => Promise.resolve(),
  restore: () => Promise.resolve(held),
});
const serves = {
  kill: () => Promise.resolve(true),
  start: () => Promise.resolve(),
  keepCopy: () => undefined,
  bringCopyBack: () => undefined,
};
const worker = (isRunning: boolean) => ({
  name: 'detection-1',
  isRunning: () => isRunning,
  freeze: () => undefined,
  thaw: () => undefined,
  kill: () => Promise.resolve(),
  stop: () => Promise.resolve(),
  start: () => undefined,
});

/** Does a fault to stand-ins, and answers which of its effects it missed. */
async function missedBy(kind: FaultKind, change: Partial<FaultContext>): Promise<string[]> {
  const missed: string[] = [];
  await faults[kind]({
    stack: part({}),
    feed: part({}),
    changes: { untilChange: () => Promise.resolve(true) },
    desk: { kill: () => Promise.resolve(true) },
    random: createSeededRandom('test'),
    feedFile: () => Promise.resolve(undefined),
    openSource: () => Promise.reject(new Error('there is no ingest')),
    withRedis: (use) => use(part({ client: {} })),
    readPositions: () => Promise.resolve([]),
    sleep: () => Promise.resolve(),
    until: async (holds) => holds(),
    say: () => undefined,
    ...change,
    expect: (effect, holds) => void (holds || missed.push(effect)),
  });
  return missed;
}

const positions = (...all: readonly (readonly number[])[]) => {
  const left = [...all];
  return () => Promise.resolve(left.shift() ?? []);
};

test('a Redis that comes back as it went is no rollback', async () => {
  const stack = part({ redis: { ...serves, proxy: proxy(0) } });
  assert.deepEqual(await missedBy('rollbackRedis', { stack, readPositions: positions([5, 9], [5, 7]) }), []);
  assert.deepEqual(await missedBy('rollbackRedis', { stack, readPositions: positions([5, 9], [5, 9]) }), [
    'the Redis that came back was older than the one that went',
  ]);
});

test('connections that were not there were not cut', async () => {
  assert.deepEqual(await missedBy('cutKafka', { stack: part({ broker: { proxy: proxy(3) } }) }), []);
  assert.deepEqual(await missedBy('cutKafka', { stack: part({ broker: { proxy: proxy(0) } }) }), [
    'connections to the broker were cut',
  ]);
});

test('keys that were not there were not deleted', async () => {
  const stack = part({ detection: [worker(true), worker(true)] });
  const holding = (keys: readonly string[]): FaultContext['withRedis'] => {
    const client = { scan: () => Promise.resolve(['0', keys]), del: () => Promise.resolve(keys.length) };
    return (use) => use(part({ client }));
  };
  assert.deepEqual(await missedBy('deleteKeys', { stack, withRedis: holding(['weir:{1}']) }), []);
  assert.deepEqual(await missedBy('deleteKeys', { stack, withRedis: holding([]) }), [
    'keys of Redis were deleted',
  ]);
});

test('a Redis that had nothing, or still has something, was not emptied', async () => {
  const answering = (before: number, after: number): FaultContext['withRedis'] => {
    const client = { eval: () => Promise.resolve([before, after]) };
    return (use) => use(part({ client }));
  };
  assert.deepEqual(await missedBy('flushRedis', { withRedis: answering(9, 0) }), []);
  for (const [before, after] of [
    [0, 0],
    [9, 1],
  ] as const)
    assert.equal((await missedBy('flushRedis', { withRedis: answering(before, after) })).length, 1);
});

test('a process that was stopped while its group waited for it is no zombie', async () => {
  const moving = (...all: readonly (readonly number[])[]) => {
    const read = positions(...all);
    const groupPositions = async () =>
      (await read()).map((next, partition) => ({ partition, next, metadata: '' }));
    const workers = [worker(true), worker(true), worker(false)];
    return part({ detection: workers, observer: { kafka: { groupPositions } } });
  };
  assert.deepEqual(await missedBy('freezeDetection', { stack: moving([3, 4], [5, 6]) }), []);
  assert.deepEqual(await missedBy('freezeDetection', { stack: moving([3, 4], [5, 4]) }), [
    'the group moved on while detection-1 was stopped',
  ]);
});

test('a worker that was away was not killed', async () => {
  assert.deepEqual(await missedBy('killAlerting', { stack: part({ alerting: worker(true) }) }), []);
  assert.equal((await missedBy('killAlerting', { stack: part({ alerting: worker(false) }) })).length, 1);
});

test('activations that did not begin, or were over, were not killed in the middle', async () => {
  const detection = [worker(true), worker(true)];
  const stack = part({ detection });
  assert.deepEqual(await missedBy('killAtActivation', { stack }), []);
  const desk = { kill: () => Promise.resolve(false) };
  assert.deepEqual(await missedBy('killAtActivation', { stack, desk }), [
    'who brings rulesets into force was killed in the middle',
  ]);
  const changes = { untilChange: () => Promise.resolve(false) };
  assert.equal((await missedBy('killAtActivation', { stack, changes })).length, 4);
});
