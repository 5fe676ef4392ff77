import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatInstant, WeirError } from '@weir/contracts';
import type { Opener } from '@weir/envelope';
import type { MemoryLink } from '@weir/kafka/memory';
import {
  beginningMs,
  createLearnerWorld,
  dayMs,
  defaultLimits,
  plainOpener,
} from './fixtures/memory-learner.ts';
import type { LearnerWorld } from './fixtures/memory-learner.ts';

const cutOf = (day: number): string => formatInstant(beginningMs + day * dayMs);

const toldOf = async (world: LearnerWorld) =>
  (await world.published()).map(({ snapshot: { ref, cutAt, learned } }) => ({ ref, cutAt, ...learned }));

test('Decisions and outcomes become a snapshot at each boundary that event time has passed', async () => {
  const world = await createLearnerWorld();
  await world.decide(0, [{ name: 'one', day: 0.5 }]);
  await world.decide(1, [{ name: 'two', day: 0.6 }]);
  await world.decide(0, [{ name: 'three', day: 1.5 }]);
  await world.report('one', 3);
  await world.decide(1, [{ name: 'four', day: 7.9 }]);
  const learner = world.start();
  await learner.tick();
  assert.deepEqual(await toldOf(world), []);

  await world.decide(0, [{ name: 'five', day: 9.1 }]);
  await learner.tick();
  assert.deepEqual(await toldOf(world), [
    { ref: 'learned@1', cutAt: cutOf(8), transactions: 2, frauds: 1 },
    { ref: 'learned@2', cutAt: cutOf(9), transactions: 3, frauds: 1 },
  ]);
});

test('Boundaries at which nothing becomes due are passed over', async () => {
  const world = await createLearnerWorld();
  await world.decide(0, [{ name: 'one', day: 0.5 }]);
  await world.decide(0, [{ name: 'two', day: 300.5 }]);
  await world.decide(1, [{ name: 'three', day: 308.5 }]);
  const learner = world.start();
  await learner.tick();
  assert.deepEqual(await toldOf(world), [
    { ref: 'learned@1', cutAt: cutOf(8), transactions: 1, frauds: 0 },
    { ref: 'learned@2', cutAt: cutOf(308), transactions: 2, frauds: 0 },
  ]);
});

test('No snapshot knows an outcome before its transaction is as old as the delay', async () => {
  const snapshots = async (reported: readonly (readonly [name: string, day: number])[]) => {
    const world = await createLearnerWorld();
    await world.decide(0, [{ name: 'old', day: 0.5 }]);
    await world.decide(1, [{ name: 'young', day: 1.01 }]);
    for (const [name, day] of reported) await world.report(name, day);
    await world.decide(0, [{ name: 'now', day: 8.5 }]);
    await world.start().tick();
    return world.published();
  };
  const without = await snapshots([]);
  assert.equal(without.length, 1);
  // Of what isn't a week old at the boundary, of the transaction the snapshot is first in force for, and of one to come.
  const leak = [
    ['young', 1.02],
    ['now', 8.4],
    ['nobody-yet', 2],
  ] as const;
  assert.deepEqual(await snapshots(leak), without);
  // What was reported behind the boundary is not known at it, whenever the learner comes to look.
  assert.deepEqual(await snapshots([['old', 8.01]]), without);
  assert.notDeepEqual(await snapshots([['old', 7.99]]), without);
});

test('The last report by its own date counts, in whatever order they come', async () => {
  for (const [outcomes, frauds] of [
    [[['fraud', 1] as const, ['genuine', 2] as const], 0],
    [[['genuine', 2] as const, ['fraud', 1] as const], 0],
    [[['genuine', 1] as const, ['fraud', 2] as const], 1],
    [[['fraud', 1] as const, ['genuine', 8.2] as const], 1],
  ] as const) {
    const world = await createLearnerWorld();
    await world.decide(0, [{ name: 'one', day: 0.5 }]);
    for (const [outcome, day] of outcomes) await world.report('one', day, outcome);
    await world.decide(0, [{ name: 'now', day: 8.5 }]);
    await world.start().tick();
    assert.equal((await toldOf(world))[0]?.frauds, frauds);
  }
});

test('A fraud that is reported late is given to what had learned it as genuine, once', async () => {
  const world = await createLearnerWorld();
  const learner = world.start();
  await world.decide(0, [{ name: 'one', day: 0.5 }]);
  await world.decide(1, [{ name: 'two', day: 8.2 }]);
  await learner.tick();
  await world.report('one', 8.4);
  await world.report('one', 8.5);
  await world.report('two', 8.6);
  await world.decide(1, [{ name: 'three', day: 9.1 }]);
  await learner.tick();
  assert.deepEqual(
    learner.boundaries.map(({ corrected, frauds }) => ({ corrected, frauds })),
    [
      { corrected: 0, frauds: 0 },
      { corrected: 1, frauds: 0 },
    ],
  );
  // Said again, by a bank and by an analyst, it stays one fraud; also to a learner that has just started.
  await world.report('one', 9.5);
  await world.decide(1, [{ name: 'four', day: 16.1 }]);
  const next = world.start();
  await next.tick();
  assert.deepEqual((await toldOf(world)).at(-1), {
    ref: 'learned@3',
    cutAt: cutOf(16),
    transactions: 2,
    frauds: 2,
  });
  assert.equal(next.boundaries[0]?.corrected, 0);
});

test('An idle partition holds nobody up, and what comes in it later is learned at the next boundary', async () => {
  const world = await createLearnerWorld();
  const learner = world.start();
  await world.decide(0, [{ name: 'one', day: 0.5 }]);
  await world.decide(0, [{ name: 'two', day: 8.5 }]);
  await learner.tick();
  await world.decide(1, [{ name: 'straggler', day: 0.1, reasons: ['late'] }]);
  await world.report('straggler', 0.2);
  await world.decide(0, [{ name: 'three', day: 9.5 }]);
  await learner.tick();
  assert.deepEqual(await toldOf(world), [
    { ref: 'learned@1', cutAt: cutOf(8), transactions: 1, frauds: 0 },
    { ref: 'learned@2', cutAt: cutOf(9), transactions: 2, frauds: 1 },
  ]);
});

test('A date in the future of its source moves no time', async () => {
  const world = await createLearnerWorld();
  await world.decide(0, [{ name: 'one', day: 0.5 }]);
  await world.decide(0, [{ name: 'ahead', day: 20, reasons: ['future_dated'] }]);
  const learner = world.start();
  await learner.tick();
  assert.deepEqual(await toldOf(world), []);
  await world.decide(0, [{ name: 'two', day: 8.5 }]);
  await learner.tick();
  assert.equal((await toldOf(world)).length, 1);
});

test('What can not be read is told of once, audited, and never learned from', async () => {
  const world = await createLearnerWorld();
  const learner = world.start();
  await world.decide(0, [{ name: 'one', day: 0.5 }]);
  await world.appendRaw('decisions', 0, Buffer.from([0xff]));
  await world.appendRaw('outcomes', 1, Buffer.from([0xff]));
  await world.decide(0, [{ name: 'two', day: 1.5 }]);
  await world.decide(0, [{ name: 'three', day: 9.5 }]);
  await learner.tick();
  await world.decide(0, [{ name: 'four', day: 17.5 }]);
  await learner.tick();
  const next = world.start();
  await next.tick();
  assert.deepEqual(learner.unreadable, ['outcomes.v1-1-0 not_sealed', 'decisions.v1-0-1 not_sealed']);
  assert.deepEqual(
    learner.audited.map(({ subject }) => subject.id),
    ['outcomes.v1-1-0', 'decisions.v1-0-1'],
  );
  assert.deepEqual([next.unreadable, next.audited], [[], []]);
  assert.equal((await toldOf(world)).at(-1)?.transactions, 3);
});

test('With the KMS away the learner waits, and then learns as if nothing had been', async () => {
  const world = await createLearnerWorld();
  await world.decide(0, [{ name: 'one', day: 0.5 }]);
  await world.report('one', 1);
  await world.decide(0, [{ name: 'two', day: 8.5 }]);
  let isAway = true;
  const opener: Opener = {
    ...plainOpener,
    open: async (items) => {
      if (isAway) throw new WeirError('kms_unavailable', 'no answer');
      return plainOpener.open(items);
    },
  };
  const learner = world.start({ changed: { opening: { opener, environment: 'test' } } });
  await learner.tick();
  assert.equal(learner.waitsFor()?.code, 'kms_unavailable');
  assert.deepEqual(await toldOf(world), []);
  isAway = false;
  await learner.tick();
  assert.equal(learner.waitsFor(), undefined);
  assert.deepEqual(
    (await toldOf(world)).map(({ frauds }) => frauds),
    [1],
  );
  assert.deepEqual(learner.unreadable, []);
});

test('A journal of another log stops the learner', async () => {
  const world = await createLearnerWorld();
  await world.decide(0, [{ name: 'one', day: 0.5 }]);
  await world.decide(0, [{ name: 'two', day: 8.5 }]);
  await world.start().tick();
  await world.decide(0, [{ name: 'other', day: 9.5 }], { logId: '018f3b9e-0000-4000-8000-000000000002' });
  await assert.rejects(world.start().tick(), { code: 'log_other' });
});

test('Reports of nobody are counted once they are as old as the journal; too many stop the learner', async () => {
  const world = await createLearnerWorld();
  const learner = world.start();
  await world.decide(0, [{ name: 'one', day: 0.5 }]);
  await world.report('one', 1);
  await world.report('nobody', 1);
  await world.decide(0, [{ name: 'two', day: 8.5 }]);
  await learner.tick();
  assert.equal(learner.counted.unmatched, 0);
  await world.decide(0, [{ name: 'three', day: 60 }]);
  await world.decide(0, [{ name: 'four', day: 68 }]);
  await learner.tick();
  assert.equal(learner.counted.unmatched, 1);

  await world.report('another', 61);
  await world.report('still-another', 61);
  const full = world.start({ changed: { limits: { ...defaultLimits, maxReports: 1 } } });
  await assert.rejects(full.tick(), { code: 'outcomes_overflow' });
});

test('A second learner shuts the first one out, which then goes on from where the second is', async () => {
  const world = await createLearnerWorld();
  const [first, second] = [world.start(), world.start()];
  await first.tick();
  await world.decide(0, [{ name: 'one', day: 0.5 }]);
  await world.decide(0, [{ name: 'two', day: 8.5 }]);
  await second.tick();
  await first.tick();
  assert.deepEqual(
    first.waits.map(({ code }) => code),
    ['partition_fenced'],
  );
  await world.decide(0, [{ name: 'three', day: 17.5 }]);
  await first.tick();
  assert.deepEqual(
    (await toldOf(world)).map(({ ref }) => ref),
    ['learned@1', 'learned@2'],
  );
});

/** Twenty days of four partitions with late transactions, and reports in and out of time. */
async function busyWorld(): Promise<LearnerWorld> {
  const world = await createLearnerWorld(4);
  for (let step = 0; step < 160; step += 1) {
    const day = step / 8;
    await world.decide(step % 4, [
      { name: `a${step}`, day, account: `account ${step % 7}` },
      { name: `b${step}`, day: Math.max(0, day - (step % 9) / 10) },
      { name: `c${step}`, day: Math.max(0, day - 0.003 * (step % 5)) },
    ]);
    if (step % 5 === 0) await world.report(`a${step}`, day + (step % 4));
    if (step % 11 === 0) await world.report(`b${step}`, day + 8.4);
    if (step % 15 === 0) await world.report(`a${step}`, day + 5, 'genuine');
  }
  return world;
}

const digestsOf = async (world: LearnerWorld) => (await world.published()).map(({ digest }) => digest);

test('A learner that is killed at any request to Kafka is followed by one that publishes the very same', async () => {
  const undisturbed = await busyWorld();
  const calm = undisturbed.start();
  await calm.tick();
  const expected = await digestsOf(undisturbed);
  assert.ok(expected.length > 10);
  assert.ok(calm.boundaries.some(({ corrected }) => corrected > 0));

  const world = await busyWorld();
  let requests = 0;
  let killAt = 0;
  const link: MemoryLink = {
    ...directLinkLike,
    request: async (_name, effect) => {
      requests += 1;
      // Before or behind the request, in turns: what was asked for may have happened.
      if (requests === killAt && killAt % 2 === 0) throw killed;
      const answer = effect();
      if (requests === killAt) throw killed;
      if (requests > killAt) throw killed;
      return answer;
    },
  };
  for (killAt = 1; (await digestsOf(world)).length < expected.length; killAt += 1) {
    requests = 0;
    const doomed = world.start({ link });
    await doomed.tick().catch(() => undefined);
    assert.ok(killAt < 1_000);
  }
  assert.deepEqual(await digestsOf(world), expected);
});

test('A snapshot is the same whether what is due fits into memory or is put in order in passes', async () => {
  const sizes = [10_000, 7];
  const digests = [];
  for (const maxDecisions of sizes) {
    const world = await busyWorld();
    await world.start({ changed: { limits: { ...defaultLimits, maxDecisions } } }).tick();
    digests.push(await digestsOf(world));
  }
  assert.deepEqual(digests[1], digests[0]);
});

test('What one boundary saw of the journal spares the next one the reading, and changes no snapshot', async () => {
  const denseWorld = async (): Promise<LearnerWorld> => {
    const world = await createLearnerWorld(2);
    for (let step = 0; step < 480; step += 1) {
      const [at, name] = [step / 48, `c${step}`];
      const ahead = { name: `ahead${step}`, day: at + 3, reasons: ['future_dated'] };
      const late = { name: `late${step}`, day: Math.max(0, at - (step % 7) / 80) };
      await world.decide(step % 2, [{ name, day: at }, ...(step % 29 === 0 ? [ahead] : [late])]);
      if (step % 13 === 0) await world.report(name, at + 3.99);
      if (step % 50 === 0) await world.appendRaw('decisions', 0, Buffer.from([0xff]));
    }
    return world;
  };
  const learned = [];
  // With stretches as long as the journal none is ever known whole.
  for (const stretchOffsets of [5_000, 2]) {
    const world = await denseWorld();
    let read = 0;
    const kafka: typeof world.kafka = {
      ...world.kafka,
      readRange: (range) => {
        if (range.topic === 'decisions.v1' && typeof range.from === 'object')
          for (const [partition, from] of range.from) read += (range.until?.get(partition) ?? from) - from;
        return world.kafka.readRange(range);
      },
    };
    const limits = { ...defaultLimits, cadenceMs: dayMs / 6, delayMs: 4 * dayMs, stretchOffsets };
    const learner = world.start({ changed: { kafka, limits } });
    await learner.tick();
    learned.push({ read, unreadable: learner.unreadable, digests: await digestsOf(world) });
  }
  const [whole, skipping] = learned;
  assert.ok(whole !== undefined && skipping !== undefined && whole.digests.length > 20);
  assert.deepEqual([skipping.digests, skipping.unreadable], [whole.digests, whole.unreadable]);
  // Reading again what was seen and isn't due yet would take 5,754.
  assert.ok(skipping.read < 5_000, `${skipping.read} of ${whole.read} offsets`);
});

test('Where Kafka has forgotten the position, what is learned already is told by the last snapshot', async () => {
  const world = await createLearnerWorld();
  await world.decide(0, [{ name: 'one', day: 0.5 }]);
  await world.report('one', 1);
  await world.decide(0, [{ name: 'two', day: 8.5 }]);
  await world.start().tick();
  await world.decide(0, [{ name: 'three', day: 16.5 }]);
  const changed = {
    openTransactions: () =>
      world.kafka.createPartitionTransactions({ transactionalId: 'learner-0', groupId: 'another' }),
  };
  await world.start({ changed }).tick();
  assert.deepEqual((await toldOf(world)).at(-1), {
    ref: 'learned@2',
    cutAt: cutOf(16),
    transactions: 2,
    frauds: 1,
  });
});

const killed = new WeirError('broker_unavailable', 'the process is gone');
const directLinkLike = {
  sleep: (delayMs: number) => new Promise<void>((resolve) => void setTimeout(resolve, delayMs).unref()),
  nowMs: () => performance.now(),
  maxFetchRecords: () => 500,
};
