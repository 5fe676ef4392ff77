import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WeirError } from '@weir/contracts';
import { createDriveWorld, driveToTheEnd, lostKey } from './fixtures/drive-world.ts';
import type { Answered, DriveWorld } from './fixtures/drive-world.ts';

const beginMs = Date.UTC(2026, 0, 5, 9);
const minuteMs = 60_000;
const unavailable = (retryAfterMs = 0): Answered => ({
  outcome: { kind: 'unavailable', code: 'http_status', status: 503, retryAfterMs },
});
/** One record a minute in turn on two partitions. */
const aMinuteApart = (count: number) =>
  createDriveWorld(
    Array.from({ length: count }, (_unused, n) => ({ partition: n % 2, atMs: beginMs + n * minuteMs })),
  );

test('what was written a minute apart is handed over a minute apart, and so many times as fast where asked', async () => {
  const world = await aMinuteApart(5);
  for (const [speed, gapMs] of [
    [1, minuteMs],
    [60, 1_000],
    [0.5, 2 * minuteMs],
  ] as const) {
    const { posts } = await driveToTheEnd(world, world.planFor(speed));
    const [first] = posts;
    assert.deepEqual(
      posts.map(({ atMs }) => Math.round(atMs - (first?.atMs ?? 0))),
      [0, 1, 2, 3, 4].map((n) => n * gapMs),
    );
  }
});

test('what is due at the same moment goes as one batch of CloudEvents, under a key of its own', async () => {
  const world = await createDriveWorld([
    { partition: 1, atMs: beginMs },
    { partition: 0, atMs: beginMs },
    { partition: 0, atMs: beginMs + 5 },
    { partition: 2, atMs: beginMs + minuteMs },
  ]);
  const { posts, checkpoint } = await driveToTheEnd(world, world.planFor(1));
  const topic = 'transactions.received.v1';
  assert.deepEqual(
    posts.map(({ key, places }) => [key, places]),
    [
      ['abcdefghijk0:0-0:0-1', [`${topic}/0/0`, `${topic}/1/0`, `${topic}/0/1`]],
      ['abcdefghijk0:2-0:2-0', [`${topic}/2/0`]],
    ],
  );
  const [event] = JSON.parse(posts[1]?.body ?? '') as Record<string, unknown>[];
  const { data, id, partitionkey, ...rest } = event ?? assert.fail('no event');
  assert.match(String(id), /^t1_/);
  assert.match(String(partitionkey), /^a1_/);
  assert.equal((data as Record<string, unknown>)['transactionId'], 'tx-3');
  assert.deepEqual(rest, {
    specversion: '1.0',
    source: '/weir/replays/abcdefghijk0',
    type: 'weir.transaction.received.v1',
    time: '2026-01-05T08:21:00.000Z',
    dataschema: 'urn:weir:schema:transaction:1',
    tenant: 'demo',
    weirplace: `${topic}/2/0`,
    weirlogtime: '2026-01-05T09:01:00.000Z',
    datacontenttype: 'application/json',
  });
  assert.deepEqual(checkpoint.counts.handedOver, 4);
  assert.deepEqual((checkpoint.target as Record<string, unknown>)['requests'], 2);
});

test('a batch holds so many records and bytes at most, and a record that is longer goes alone', async () => {
  const log = Array.from({ length: 7 }, () => ({ partition: 0, atMs: beginMs }));
  const world = await createDriveWorld(log);
  const sizes = async (limits: object): Promise<readonly number[]> =>
    (await driveToTheEnd(world, world.planFor(1), { limits })).posts.map(({ places }) => places.length);
  assert.deepEqual(await sizes({ batchRecords: 3 }), [3, 3, 1]);
  assert.deepEqual(await sizes({ batchBytes: 1 }), [1, 1, 1, 1, 1, 1, 1]);
});

test('a receiver that is away gets the same batch under the same key, not before it asked to, and nothing is bunched up', async () => {
  const world = await aMinuteApart(4);
  const { posts, ends } = await driveToTheEnd(world, world.planFor(1), {
    answer: (request) => (request === 1 ? unavailable(5 * minuteMs) : {}),
  });
  assert.match(ends[0] ?? '', /^the receiver staging did not take it: http_status 503, for transactions\./);
  const keys = posts.map(({ key }) => key);
  assert.equal(keys[1], keys[2]);
  assert.equal(posts[1]?.body, posts[2]?.body);
  const gaps = posts.slice(1).map(({ atMs }, index) => Math.round(atMs - (posts[index]?.atMs ?? 0)));
  const [, asked = 0] = gaps;
  // What was waited since a step was kept is waited again.
  assert.ok(asked >= 5 * minuteMs && asked < 5 * minuteMs + 5_000, `${asked}`);
  assert.deepEqual(gaps.toSpliced(1, 1), [minuteMs, minuteMs, minuteMs]);
});

test('a receiver that stays away is no step of the run, so that its attempts come to an end', async () => {
  const world = await aMinuteApart(3);
  const { kept, posts } = await driveToTheEnd(world, world.planFor(60), {
    limits: { keepEveryMs: 3_600_000 },
    answer: (request) => (request === 0 ? {} : unavailable()),
    mostRuns: 6,
  });
  assert.equal(posts.length, 7);
  const taken = kept.filter(({ checkpoint }) => checkpoint.counts.handedOver === 1);
  assert.equal(taken.length, 1);
});

test('a receiver may not have itself waited for longer than a bound', async () => {
  const world = await aMinuteApart(1);
  const { posts } = await driveToTheEnd(world, world.planFor(1), {
    limits: { mostRetryAfterMs: 1_000 },
    answer: (request) => (request === 0 ? unavailable(86_400_000) : {}),
  });
  assert.deepEqual(
    posts.map(({ atMs }) => atMs),
    [0, 1_000],
  );
});

test('a refusal fails the replay with place and status, and nothing that was sent', async () => {
  const world = await aMinuteApart(3);
  const { ends, posts, checkpoint } = await driveToTheEnd(world, world.planFor(60), {
    answer: (request) =>
      request === 1 ? { outcome: { kind: 'refused', code: 'http_status', status: 422 } } : {},
  });
  assert.deepEqual(ends, [
    'the receiver staging refused: http_status 422, for transactions.received.v1/1/0 to transactions.received.v1/1/0',
  ]);
  assert.equal(posts.length, 2);
  assert.equal(checkpoint.counts.handedOver, 1);
});

test('a receiver that still works on the same key is asked again later', async () => {
  const world = await aMinuteApart(1);
  const { posts, ends } = await driveToTheEnd(world, world.planFor(1), {
    answer: (request) =>
      request === 0 ? { outcome: { kind: 'refused', code: 'http_status', status: 409 } } : {},
  });
  assert.equal(posts.length, 2);
  assert.equal(ends.at(-1), 'done');
});

test('a pause ends a wait at once, and what was waited by then is not waited again', async () => {
  const world = await createDriveWorld([
    { partition: 0, atMs: beginMs },
    { partition: 0, atMs: beginMs + 60 * minuteMs },
  ]);
  const pausedAtMs = 20 * minuteMs;
  let isPaused = false;
  const { posts, ends, nowMs } = await driveToTheEnd(world, world.planFor(1), {
    wish: (_asked, now) => (!isPaused && now >= pausedAtMs ? ((isPaused = true), 'pause') : 'goOn'),
  });
  assert.deepEqual(ends, ['paused', 'done']);
  assert.equal(posts.length, 2);
  assert.ok(Math.abs(nowMs - 60 * minuteMs) < 1_000, `${nowMs}`);
});

test('whoever looks on is told in how long the next record is due', async () => {
  const world = await createDriveWorld([
    { partition: 0, atMs: beginMs },
    { partition: 0, atMs: beginMs + minuteMs },
  ]);
  const { progress } = await driveToTheEnd(world, world.planFor(1));
  const waits = progress.flatMap(({ nextInMs }) => (nextInMs === undefined ? [] : [nextInMs]));
  assert.ok((waits[0] ?? 0) > 59_000 && (waits.at(-1) ?? minuteMs) < 1_000);
  assert.deepEqual(
    waits.toSorted((one, other) => other - one),
    waits,
  );
});

test('a clock that was put back right where a process was killed cuts no batch another way', async () => {
  const world = await createDriveWorld([
    { partition: 0, atMs: beginMs },
    { partition: 0, atMs: beginMs },
    { partition: 0, atMs: beginMs - minuteMs },
    { partition: 1, atMs: beginMs + 10 },
  ]);
  const { posts } = await driveToTheEnd(world, world.planFor(1), {
    limits: { batchRecords: 2, keepEveryMs: 0 },
    answer: (request) => (request === 1 ? { outcome: 'killed behind' } : {}),
  });
  assert.deepEqual(
    posts.map(({ key }) => key),
    ['abcdefghijk0:0-0:0-1', 'abcdefghijk0:0-2:1-0', 'abcdefghijk0:0-2:1-0'],
  );
});

test('a stop while the receiver asks to wait ends at once', async () => {
  const world = await aMinuteApart(2);
  const { ends, nowMs } = await driveToTheEnd(world, world.planFor(1), {
    answer: () => unavailable(5 * minuteMs),
    wish: (_asked, now) => (now >= 1_000 ? 'stop' : 'goOn'),
    mostRuns: 1,
  });
  assert.deepEqual(ends, ['stopped']);
  assert.ok(nowMs < 2_000, `${nowMs}`);
});

test('a long wait goes on behind a crash where it was', async () => {
  const world = await createDriveWorld([
    { partition: 0, atMs: beginMs },
    { partition: 0, atMs: beginMs + 60 * minuteMs },
  ]);
  const { posts, ends, progress } = await driveToTheEnd(world, world.planFor(1), {
    isKilledAtStep: (step) => step === 300,
  });
  assert.deepEqual(ends, ['killed', 'done']);
  const [atOnce, later = 0] = posts.map(({ atMs }) => atMs);
  assert.equal(atOnce, 0);
  assert.ok(later >= 60 * minuteMs && later < 61 * minuteMs, `${later}`);
  assert.ok(progress.every(({ phase, of }) => of === 2 && (phase === 'driving' || phase === 'copying')));
});

test('a receiver that is slower than the log gets one batch after the other, and what follows keeps its gaps', async () => {
  const world = await aMinuteApart(4);
  const { posts } = await driveToTheEnd(world, world.planFor(1), {
    answer: (request) => (request === 0 ? { tookMs: 10 * minuteMs } : {}),
  });
  const [first, second, third] = posts.map(({ atMs }) => atMs);
  assert.equal(Math.round((second ?? 0) - (first ?? 0)), 10 * minuteMs);
  const gapMs = (third ?? 0) - (second ?? 0);
  assert.ok(gapMs >= minuteMs - 1_000 && gapMs <= minuteMs, `${gapMs}`);
});

test('records under a lost key are left out, named in the manifest and counted under their key', async () => {
  const world = await createDriveWorld(
    Array.from({ length: 6 }, (_unused, n) => ({
      ...{ partition: 0, atMs: beginMs + n * minuteMs },
      isClosed: n % 2 === 1,
    })),
  );
  const { posts, lines, checkpoint } = await driveToTheEnd(world, world.planFor(60), {
    answer: (request) => (request === 1 ? { outcome: 'killed behind' } : {}),
  });
  assert.equal(new Set(posts.flatMap(({ places }) => places)).size, 3);
  assert.equal(lines.length, 6);
  assert.deepEqual(checkpoint.counts.unreadable, { [lostKey]: 3 });
  assert.equal(checkpoint.counts.handedOver, 3);
});

test('only what its filter wants is handed over', async () => {
  const world = await aMinuteApart(12);
  const amounts = { amountFromMinor: 1_300, amountToMinor: 1_400 };
  const { posts, lines } = await driveToTheEnd(world, world.planFor(60, { filter: amounts }));
  const handed = posts.flatMap(({ body }) => JSON.parse(body) as { data: { amountMinor: number } }[]);
  assert.ok(handed.length > 0 && handed.length < 12);
  assert.ok(handed.every(({ data }) => data.amountMinor >= 1_300 && data.amountMinor <= 1_400));
  assert.equal(lines.length, handed.length);
});

/** The same log, under a key that can be used or not. */
const withKey = (world: DriveWorld, isLost: () => boolean): DriveWorld => ({
  ...world,
  opener: {
    ...world.opener,
    open: async (items) => {
      if (isLost()) throw new WeirError('kms_key_disabled', 'the key is disabled');
      return world.opener.open(items);
    },
  },
});
const anyAmount = { filter: { amountFromMinor: 0 } };
const unreadableOf = (unreadable: Readonly<Record<string, number>>): number =>
  Object.values(unreadable).reduce((sum, count) => sum + count, 0);

test('what a key keeps closed that went while it drives is counted, also where a filter looked into it', async () => {
  let isLost = false;
  const world = withKey(await aMinuteApart(12), () => isLost);
  const { posts, lines, checkpoint } = await driveToTheEnd(world, world.planFor(60, anyAmount), {
    limits: { aheadRecords: 4, chunkOffsets: 1 },
    answer: (request) => ((isLost = request >= 5), {}),
  });
  const { handedOver, unreadable } = checkpoint.counts;
  assert.equal(lines.length, 12);
  assert.ok(handedOver < 12);
  assert.equal(handedOver, posts.length);
  assert.equal(handedOver + unreadableOf(unreadable), 12);
});

test('nothing is handed over that the manifest does not name, though a key came back meanwhile', async () => {
  let opens = 0;
  const world = withKey(await aMinuteApart(12), () => (opens += 1) <= 2);
  const { posts, lines, checkpoint } = await driveToTheEnd(world, world.planFor(60, anyAmount));
  assert.equal(lines.length, 6);
  assert.deepEqual(
    posts.flatMap(({ places }) => places),
    lines.map((line) => {
      const [, partition, offset] = JSON.parse(line) as [number, number, number];
      return `transactions.received.v1/${partition}/${offset}`;
    }),
  );
  assert.equal(checkpoint.counts.handedOver, 6);
});

test('a log that is another than was listed fails the drive at its end', async () => {
  const world = await aMinuteApart(6);
  let readings = 0;
  const cutting: DriveWorld = {
    ...world,
    kafka: {
      ...world.kafka,
      readRange: (options) => {
        const isSecond = (readings += 1) > 3;
        const onRecord: typeof options.onRecord = (record) =>
          isSecond && record.partition === 0 && record.offset === 2 ? undefined : options.onRecord(record);
        return world.kafka.readRange({ ...options, onRecord });
      },
    },
  };
  const { ends, posts } = await driveToTheEnd(cutting, world.planFor(60));
  assert.equal(posts.length, 5);
  assert.deepEqual(ends, ['the log no longer holds what was listed of it, or holds more']);
});

test('where the log is made anew while it is listed, or while the drive is down, nothing more is handed over', async () => {
  for (const anewAt of [2, 3]) {
    const world = await aMinuteApart(6);
    let looked = 0;
    const { ends, posts } = await driveToTheEnd(world, world.planFor(60), {
      requireLog: () => {
        looked += 1;
        if (looked === anewAt) throw new WeirError('log_other', 'another log');
      },
      answer: (request) => (request === 1 ? { outcome: 'killed behind' } : {}),
    });
    assert.equal(ends.at(-1), 'another log');
    assert.equal(posts.length, anewAt === 2 ? 0 : 2);
  }
});

test('while it looks for its next record it can be paused, and goes on looking where it was', async () => {
  const world = await createDriveWorld(
    Array.from({ length: 40 }, (_unused, n) => ({ partition: 0, atMs: beginMs + n * minuteMs })),
  );
  const nobody = { filter: { amountFromMinor: 1e12 } };
  let looked = 0;
  let asked = 0;
  const { ends, kept, progress } = await driveToTheEnd(world, world.planFor(1, nobody), {
    limits: { chunkOffsets: 4 },
    requireLog: () => void (looked += 1),
    // The second look at the log is the one before it drives.
    wish: () => (looked >= 2 && (asked += 1) === 5 ? 'pause' : 'goOn'),
  });
  assert.deepEqual(ends, ['paused', 'done']);
  const placesOf = ({ checkpoint: { target } }: (typeof kept)[number]) =>
    (target as { partitions?: { next: number }[] }).partitions?.[0]?.next;
  assert.deepEqual(
    kept.map(placesOf).filter((next) => next !== undefined),
    [20, 40],
  );
  assert.ok(progress.some(({ phase, done }) => phase === 'driving' && done > 0));
  assert.ok(asked < 2 * 10, 'what was looked through once is not looked through again');
});
