import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redriveTakenForDeadMs, streams, type OfferedAs } from '@weir/contracts';
import { placeText } from '../dead-letter.ts';
import { readFilter } from '../letter-filter.ts';
import { createLetterWorld, startMs } from '../letter-world.fixture.ts';
import { readNewestLetters } from '../read-letters.ts';
import { findLetters, type Meant } from './find-letters.ts';
import { planRedrive } from './plan-redrive.ts';
import { settleOpen, untilNoneWorks } from './settle-open.ts';

type World = Awaited<ReturnType<typeof createLetterWorld>>;

const { signal } = new AbortController();
const reading = { signal, onProgress: () => undefined, tenant: undefined, hasMapping: false };
const all: Meant = { kind: 'filter', filter: {} };
const offered: OfferedAs = { kind: 'transaction', tenant: 'bank', columns: null, observedAt: null };
const batch = '9f0b1c9e-4f0a-4a53-8d5e-0a8f3a3f2d11';

/** So many lines that were refused, one after the other. */
async function createLines(count: number) {
  const world = await createLetterWorld();
  const places = [];
  for (let line = 1; line <= count; line += 1) {
    const about = { line, codes: ['iban_invalid'] as const, partition: line % 2, atMs: startMs + line };
    places.push(await world.refuseLine({ ...about, beside: { offered } }));
  }
  const [first, second, third] = places;
  return {
    world,
    first: first ?? assert.fail(),
    second: second ?? assert.fail(),
    third: third ?? assert.fail(),
  };
}

/** The places that would be redriven. */
async function planned({ ops }: World, meant: Meant = all, again = false): Promise<readonly string[]> {
  const { candidates, history } = await findLetters(ops, meant, reading);
  const { settled } = await settleOpen(ops, history, signal);
  return planRedrive(candidates, settled, { again, limit: 100, sinceMs: -Infinity }).planned.map(placeText);
}

test('letters are meant by their places, or by what they were refused for, from where and when', async () => {
  const { world, first, third } = await createLines(3);
  const other = await world.refuseLine({
    ...{ line: 9, codes: ['not_json'], source: 'cards', atMs: startMs + 9, beside: { offered } },
  });
  assert.deepEqual(
    await planned(world, { kind: 'places', places: [third, first] }),
    [first, third].map(placeText),
  );
  const filter = readFilter({ code: ['not_json'], source: 'cards' }, startMs);
  assert.deepEqual(await planned(world, { kind: 'filter', filter }), [placeText(other)]);
  const early = readFilter({ to: new Date(startMs + 2).toISOString() }, startMs);
  assert.deepEqual(await planned(world, { kind: 'filter', filter: early }), [placeText(first)]);
  await assert.rejects(planned(world, { kind: 'places', places: [{ partition: 0, offset: 99 }] }), {
    exitCode: 1,
    message: /No dead letter stands at rejected\/0\/99/,
  });
});

test('what was redriven is known from the topic, also to a filter that ends before it was said', async () => {
  const { world, first, second, third } = await createLines(3);
  const letters = [{ of: first, times: 1, became: 'accepted' as const, at: { partition: 0, offset: 5 } }];
  await world.sayRedrive({ kind: 'ended', batch, letters }, startMs + 60_000);
  await world.refuseLine({
    ...{ line: 2, codes: ['iban_invalid'], atMs: startMs + 60_000 },
    beside: { offered, redrive: { of: second, times: 1 } },
  });
  const filter = readFilter({ to: new Date(startMs + 10).toISOString() }, startMs);
  assert.deepEqual(await planned(world, { kind: 'filter', filter }), [placeText(third)]);
  const again = await planned(world, all, true);
  assert.deepEqual(
    again,
    [{ partition: 0, offset: 2 }, third].map(placeText),
    'what came back takes the place of what it was, and what was accepted stays out',
  );
  const listed = await readNewestLetters(world.ops, { ...reading, filter: {}, count: 10 });
  assert.equal(listed.length, 4, 'what is said of redriving is no dead letter');
  assert.deepEqual([listed[0]?.redriven, listed[1]?.redriven], [1, 0]);
});

test('of a batch that was interrupted, what stands on the log or came back was sent, and the rest was not', async () => {
  const { world, first, second, third } = await createLines(3);
  const [one, two, three] = [first, second, third].map((of) => ({ of, times: 1 }));
  assert.ok(one && two && three);
  // Before the ends at which the batch began: of another redriving, and not looked at.
  await world.redriveToLog(1, three);
  await world.sayRedrive({
    ...{ kind: 'begun', batch, letters: [one, two, three] },
    logEnds: [0, 1].map((partition) => ({ partition, offset: partition })),
  });
  await world.redriveToLog(1);
  await world.redriveToLog(1, one);
  await world.refuseLine({
    ...{ line: 2, codes: ['iban_invalid'], atMs: startMs + 60_000 },
    beside: { offered, redrive: two },
  });
  assert.deepEqual(await planned(world), [placeText(third)]);

  const { history } = await findLetters(world.ops, all, reading);
  const { closing } = await settleOpen(world.ops, history, signal);
  assert.deepEqual(
    closing.map(({ batch: name, letters }) => [name, letters.map(({ became }) => became)]),
    [[batch, ['refused', 'accepted']]],
  );
  const accepted = closing[0]?.letters[1];
  assert.deepEqual(accepted?.became === 'accepted' && accepted.at, { partition: 1, offset: 2 });
  const letters = closing[0]?.letters.map((letter) => ({ ...letter }));
  await world.sayRedrive({ kind: 'ended', batch, letters: letters ?? [] });
  assert.deepEqual((await findLetters(world.ops, all, reading)).history.open, []);
  assert.deepEqual(await planned(world), [placeText(third)]);
});

test('of a batch that was interrupted so long ago that the log has lost it, all may have been sent', async () => {
  const { world, first, second, third } = await createLines(3);
  const letters = [first, second].map((of) => ({ of, times: 1 }));
  const logEnds = [0, 1].map((partition) => ({ partition, offset: 0 }));
  await world.sayRedrive({ kind: 'begun', batch, letters, logEnds });
  await world.redriveToLog(1, letters[1]);
  const { kafka } = world.ops;
  // Retention took the first partition of the log since, which ended where it begins.
  const offsets = async (topic: string) =>
    (await kafka.offsets(topic)).map((one) =>
      one.partition === 0 && topic === streams.received.topic ? { ...one, earliest: 5, end: 5 } : one,
    );
  const cut = { ...world, ops: { ...world.ops, kafka: { ...kafka, offsets } } };
  assert.deepEqual(await planned(cut, all, true), [placeText(third)]);
  const { history } = await findLetters(cut.ops, all, reading);
  const { closing } = await settleOpen(cut.ops, history, signal);
  assert.deepEqual(
    closing[0]?.letters.map(({ became }) => became),
    ['accepted', 'unknown'],
  );
});

test('what became of a letter is known of each that stands there of the same refused line', async () => {
  const { world, first, second, third } = await createLines(3);
  // The same lines once more, as a feed that is given --force refuses them.
  const twins = [];
  for (const line of [1, 2, 3]) {
    const about = { line, codes: ['iban_invalid'] as const, partition: 1, atMs: startMs + 100 + line };
    twins.push(await world.refuseLine({ ...about, beside: { offered } }));
  }
  const [twinOfFirst, , twinOfThird] = twins;
  assert.ok(twinOfFirst && twinOfThird);
  assert.deepEqual(await planned(world), [first, second, third].map(placeText));

  const [one, two] = [first, second].map((of, index) => ({ of, id: `core-${index + 1}`, times: 1 }));
  assert.ok(one && two);
  const logEnds = [0, 1].map((partition) => ({ partition, offset: 0 }));
  await world.sayRedrive({ kind: 'begun', batch, letters: [one, two], logEnds }, startMs + 200);
  await world.redriveToLog(1, one);
  const cameBack = await world.refuseLine({
    ...{ line: 20, codes: ['iban_invalid'], atMs: startMs + 300 },
    beside: { offered, redrive: { of: second, times: 1 } },
  });
  // Interrupted, then closed; and asked by a filter that the letters themselves stand before.
  assert.deepEqual(await planned(world, all, true), [third, cameBack].map(placeText));
  const later: Meant = { kind: 'filter', filter: { fromMs: startMs + 50 } };
  assert.deepEqual(await planned(world, later, true), [twinOfThird, cameBack].map(placeText));
  const { closing } = await settleOpen(
    world.ops,
    (await findLetters(world.ops, all, reading)).history,
    signal,
  );
  await world.sayRedrive({ kind: 'ended', batch, letters: [...(closing[0]?.letters ?? [])] }, startMs + 400);
  assert.deepEqual(await planned(world, later, true), [twinOfThird, cameBack].map(placeText));
});

test('a batch that may still be at work is waited for, and one that goes on and on is left alone', async () => {
  const open = (atMs: number) => ({
    history: {
      ...{ redriven: new Map(), refusedAgain: new Map() },
      open: [{ kind: 'begun' as const, batch, letters: [], logEnds: [], atMs }],
    },
  });
  let nowMs = 1_000;
  const slept: number[] = [];
  const clock = {
    nowMs: () => nowMs,
    sleep: async (delayMs: number) => {
      slept.push(delayMs);
      nowMs += delayMs;
    },
  };
  await untilNoneWorks(async () => open(0), clock);
  assert.deepEqual(slept, [redriveTakenForDeadMs - 1_000]);
  await assert.rejects(
    untilNoneWorks(async () => open(nowMs), clock),
    { exitCode: 75 },
  );
});
