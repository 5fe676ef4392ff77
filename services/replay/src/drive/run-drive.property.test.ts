import assert from 'node:assert/strict';
import { test } from 'node:test';
import { streams } from '@weir/contracts';
import fc from 'fast-check';
import { createDriveWorld, driveToTheEnd } from './fixtures/drive-world.ts';
import type { Answered, Posted, Written } from './fixtures/drive-world.ts';
import { mostLateMs } from './schedule.ts';

const beginMs = Date.UTC(2026, 0, 5);

/** Gaps as they come: none, of a moment, of minutes, and a clock that was put back. */
const anyGapMs = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 60 }),
  fc.integer({ min: 0, max: 20_000 }),
  fc.integer({ min: 0, max: 600_000 }),
  fc.integer({ min: -60_000, max: 0 }),
);
const anyLog = fc
  .array(fc.tuple(fc.nat(2), anyGapMs, fc.nat(9)), { maxLength: 40 })
  .map((entries): Written[] => {
    let atMs = beginMs;
    return entries.map(([partition, gapMs, closed]) => {
      atMs = Math.max(0, atMs + gapMs);
      return { partition, atMs, isClosed: closed === 0 };
    });
  });
const anySpeed = fc.constantFrom(0.5, 1, 7, 1_000);
const small = { batchRecords: 5, aheadRecords: 6, chunkOffsets: 4, sliceMs: 1_000 };

type Due = { readonly place: string; readonly dueMs: number; readonly isClosed: boolean };

/** What is to be handed over, in order, found by looking at everything each time. */
function expectedOf(log: readonly Written[]): Due[] {
  const partitions = [0, 1, 2].map((partition) => {
    let latestMs = 0;
    return log
      .filter((one) => one.partition === partition)
      .map(({ atMs, isClosed }, offset): Due => {
        latestMs = Math.max(latestMs, atMs);
        const place = `${streams.received.topic}/${partition}/${offset}`;
        return { place, dueMs: latestMs, isClosed: isClosed === true };
      });
  });
  const expected: Due[] = [];
  for (;;) {
    const heads = partitions.filter((left) => left.length > 0);
    const [first] = heads.toSorted((one, other) => (one[0]?.dueMs ?? 0) - (other[0]?.dueMs ?? 0));
    const next = first?.shift();
    if (next === undefined) return expected;
    expected.push(next);
  }
}

/** Each batch once, in the order they were first handed over. */
const firstsOf = (posts: readonly Posted[]): readonly Posted[] =>
  posts.filter(({ key }, index) => posts.findIndex((post) => post.key === key) === index);

const dueOf = (expected: readonly Due[], { places }: Posted): number =>
  expected.find(({ place }) => place === places.at(-1))?.dueMs ?? assert.fail('not expected');

test('records of all partitions come in one order, at the gaps they were written at', async () => {
  await fc.assert(
    fc.asyncProperty(anyLog, anySpeed, async (log, speed) => {
      const world = await createDriveWorld(log);
      const expected = expectedOf(log);
      const open = expected.filter(({ isClosed }) => !isClosed);
      const { posts, checkpoint, lines } = await driveToTheEnd(world, world.planFor(speed), {
        limits: small,
      });
      assert.deepEqual(
        posts.flatMap(({ places }) => places),
        open.map(({ place }) => place),
      );
      assert.equal(lines.length, log.length);
      assert.equal(checkpoint.counts.handedOver, open.length);
      assert.equal(
        Object.values(checkpoint.counts.unreadable).reduce((sum, count) => sum + count, 0),
        log.length - open.length,
      );
      const [first] = posts;
      for (const post of posts) {
        assert.ok(post.places.length <= small.batchRecords);
        const isExact = first !== undefined && !expected[0]?.isClosed;
        if (!isExact) continue;
        // The first batch goes at once, whatever it ends with.
        const plannedMs = (dueOf(expected, post) - dueOf(expected, first)) / speed;
        assert.ok(Math.abs(post.atMs - first.atMs - plannedMs) < 1, `${post.atMs} for ${plannedMs}`);
      }
    }),
    { numRuns: 100 },
  );
});

const anyAnswer = fc.record({
  tookMs: fc.oneof(fc.nat(30), fc.nat(20_000)),
  outcome: fc.constantFrom<NonNullable<Answered['outcome']>[]>(
    { kind: 'accepted' },
    { kind: 'accepted' },
    { kind: 'accepted' },
    { kind: 'unavailable', code: 'http_status', status: 503, retryAfterMs: 2_000 },
    { kind: 'refused', code: 'http_status', status: 409 },
    'killed before',
    'killed behind',
  ),
});

test('whatever happens to the process, the receiver and the clock: nothing is lost, moved or bunched up', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyLog,
      anySpeed,
      fc.array(anyAnswer, { maxLength: 30 }),
      fc.array(fc.nat(40), { maxLength: 6 }),
      fc.array(fc.nat(200), { maxLength: 4 }),
      fc.array(fc.oneof(fc.constant(0), fc.integer({ min: -500, max: 7_200_000 })), { maxLength: 20 }),
      async (log, speed, answers, killedSteps, pauses, jumps) => {
        const world = await createDriveWorld(log);
        const expected = expectedOf(log);
        const open = expected.filter(({ isClosed }) => !isClosed);
        const { posts, checkpoint, lines } = await driveToTheEnd(world, world.planFor(speed), {
          limits: { ...small, keepEveryMs: 0 },
          answer: (request) => answers[request] ?? {},
          jumpMs: (sleep) => jumps[sleep] ?? 0,
          isKilledAtStep: (step) => killedSteps.includes(step),
          wish: (asked) => (pauses.includes(asked) ? 'pause' : 'goOn'),
        });
        const firsts = firstsOf(posts);
        assert.deepEqual(
          firsts.flatMap(({ places }) => places),
          open.map(({ place }) => place),
        );
        for (const post of posts)
          assert.equal(post.body, firsts.find(({ key }) => key === post.key)?.body, 'the same under one key');
        const taken = posts.filter(({ result }) => result === 'accepted').map(({ key }) => key);
        assert.deepEqual(
          [...new Set(taken)],
          firsts.map(({ key }) => key),
          'each is taken, in order',
        );
        assert.ok(
          taken.length - firsts.length <= killedSteps.length,
          'only what was under way is taken twice',
        );
        assert.equal(lines.length, log.length);
        assert.equal(checkpoint.counts.handedOver, open.length);
        for (const [index, post] of firsts.entries()) {
          const before = firsts[index - 1];
          if (before === undefined) continue;
          const gapMs = (dueOf(expected, post) - dueOf(expected, before)) / speed;
          const jumpedMs = jumps.reduce((sum, jump) => sum + Math.abs(jump), 0);
          assert.ok(post.atMs - before.atMs >= gapMs - mostLateMs - jumpedMs - 1);
        }
      },
    ),
    { numRuns: 100 },
  );
});
