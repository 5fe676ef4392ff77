import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { streams } from '@weir/contracts';
import { replayRequest } from '@weir/replays';
import type { ReplayRequest } from '@weir/replays';
import { undisturbed } from '../../../detection/src/fixtures/drawn-disturbance.ts';
import { createDrawnWorld, directly } from '../../../detection/src/fixtures/drawn-world.ts';
import type { DrawnWorld } from '../../../detection/src/fixtures/drawn-world.ts';
import { driveWorkers } from '../../../detection/src/fixtures/drive-workers.ts';
import { drawnParts } from '../engine/fixtures/drawn-replay.ts';
import { planRefused } from './plan-parts.ts';
import type { PlanParts } from './plan-parts.ts';
import { createReplayPlanner } from './plan-replay.ts';

/** When the broker of a drawn world has taken in all of its log. */
const writtenMs = Date.UTC(2026, 5, 1);
const at = (timeMs: number): string => new Date(timeMs).toISOString();

let world: DrawnWorld;
before(async () => {
  world = await createDrawnWorld([]);
  await driveWorkers(world, undisturbed);
});

const partsOf = (changed: Partial<PlanParts['kafka']> = {}): PlanParts => {
  const parts = drawnParts(world);
  return {
    ...parts,
    kafka: { ...parts.kafka, ...changed },
    recordsPerSecond: 2_000,
    windowBytes: 8_388_608,
    requireTarget: {
      shadow: async ({ topic }) => (topic === 'weir.replay.there' ? planRefused('target_exists') : undefined),
      drive: async () => planRefused('receiver_unconfigured'),
    },
  };
};

const planned = (request: ReplayRequest, parts = partsOf()) =>
  createReplayPlanner(parts)({
    request: replayRequest.parse(request),
    ...{ replayId: 'abcdefghijk0', plannedBy: 'tester', plannedAt: at(writtenMs) },
  });

/** The stretches of a plan, or why there is none. */
async function stretchesOf(request: ReplayRequest, parts = partsOf()): Promise<unknown> {
  const made = await planned(request, parts);
  return made.kind === 'planned' ? made.plan.stretches : made.code;
}

const offsets = (from: number, to: number): ReplayRequest => ({
  range: { by: 'offsets', stretches: [{ partition: 0, from, to }] },
});
const logTime = (fromMs: number, toMs: number): ReplayRequest => ({
  range: { by: 'logTime', from: at(fromMs), to: at(toMs) },
});

test('a range of offsets is cut to what the log has and the journal has decided', async () => {
  const { end } = world;
  assert.deepEqual(await stretchesOf(offsets(1, 3)), [{ partition: 0, warmFrom: 0, from: 1, to: 3 }]);
  assert.deepEqual(await stretchesOf(offsets(0, 1_000)), [{ partition: 0, warmFrom: 0, from: 0, to: end }]);
  assert.equal(await stretchesOf(offsets(end, end + 5)), 'range_empty');
  const stillGrowing = partsOf({ offsets: async () => [{ partition: 0, earliest: 0, end: end + 10 }] });
  assert.equal(await stretchesOf(offsets(end, end + 5), stillGrowing), 'range_undecided');
});

test('a partition that is not there, or is named twice, is refused', async () => {
  const one = { partition: 0, from: 0, to: 1 };
  for (const stretches of [[one, one], [{ ...one, partition: 7 }]])
    assert.equal(await stretchesOf({ range: { by: 'offsets', stretches } }), 'request_malformed');
});

test('a range of time is that of the log, from its first instant up to before its last', async () => {
  const all = [{ partition: 0, warmFrom: 0, from: 0, to: world.end }];
  assert.deepEqual(await stretchesOf(logTime(writtenMs, writtenMs + 1)), all);
  assert.equal(await stretchesOf(logTime(writtenMs + 1, writtenMs + 2)), 'range_empty');
  assert.equal(await stretchesOf(logTime(writtenMs - 1, writtenMs)), 'range_empty');
  assert.equal(await stretchesOf(logTime(writtenMs + 1, writtenMs)), 'range_empty');
});

test('what happened within a time may stand anywhere in the log behind it', async () => {
  const range = { by: 'eventTime', from: at(writtenMs - 1_000), to: at(writtenMs) } as const;
  assert.deepEqual(await stretchesOf({ range }), [{ partition: 0, warmFrom: 0, from: 0, to: world.end }]);
  const later = (aheadMs: number): ReplayRequest['range'] => ({
    by: 'eventTime',
    from: at(writtenMs + aheadMs),
    to: at(writtenMs + aheadMs + 1),
  });
  // What claims to come from up to a day ahead is in the log, and held.
  assert.deepEqual(await stretchesOf({ range: later(86_400_000) }), [
    { partition: 0, warmFrom: 0, from: 0, to: world.end },
  ]);
  assert.equal(await stretchesOf({ range: later(86_400_000 + 60_001) }), 'range_empty');
});

test('where the log no longer has what the windows would be filled with, the plan says from when on it does', async () => {
  const truncated = partsOf({ offsets: async () => [{ partition: 0, earliest: 2, end: world.end }] });
  const refused = await planned(offsets(0, world.end), truncated);
  assert.deepEqual(refused, {
    kind: 'refused',
    code: 'range_incomplete',
    detail: 'From 2026-07-02T00:10:00.000Z on verdicts could be right.',
  });
  const made = await planned({ ...offsets(0, world.end), incomplete: true }, truncated);
  assert.ok(made.kind === 'planned');
  assert.equal(made.estimate.incompleteFrom, '2026-07-02T00:10:00.000Z');
  assert.deepEqual(made.plan.stretches, [{ partition: 0, warmFrom: 2, from: 2, to: world.end }]);
});

test('a plan says what it comes to: records, bytes and time at its rate', async () => {
  const made = await planned({ ...offsets(1, world.end), recordsPerSecond: 1 });
  assert.ok(made.kind === 'planned');
  const { bytes, ...estimate } = made.estimate;
  const records = world.end - 1;
  // The keys are looked at before the range too, and once more in it.
  const seconds = Math.ceil(records + (1 + records) * 0.1);
  assert.deepEqual(estimate, { partitions: 1, records, seconds, keys: [] });
  const { key, value } = world.records[1] ?? {};
  const oneRecord = (key?.byteLength ?? 0) + (value?.byteLength ?? 0);
  assert.ok(bytes !== null && Math.abs(bytes - oneRecord * world.end) < oneRecord);
});

test('versions are named by what they are, and those that nobody can judge by are refused', async () => {
  const whole = offsets(0, world.end);
  const versionsOf = async (versions: NonNullable<ReplayRequest['versions']>): Promise<unknown> => {
    const made = await planned({ ...whole, versions });
    return made.kind === 'planned' ? made.plan.versions : made.code;
  };
  assert.deepEqual(await versionsOf({ kind: 'now' }), { kind: 'now' });
  const { digest, ...named } = (await versionsOf({ kind: 'ruleset', ref: 'starter@1' })) as {
    digest: string;
  };
  assert.deepEqual(named, { kind: 'ruleset', ref: 'starter@1' });
  assert.match(digest, /^[0-9a-f]{64}$/);
  assert.equal(await versionsOf({ kind: 'ruleset', ref: 'nobodys@1' }), 'ruleset_unknown');
  assert.equal(await versionsOf({ kind: 'file', document: 'rules: many' }), 'ruleset_invalid');
});

const toExport = { kind: 'export', format: 'ndjson' } as const;

test('what is copied goes up to where its stream ends, decided or not, and fills no windows', async () => {
  const growing = await createDrawnWorld([]);
  await driveWorkers(growing, undisturbed);
  const producer = await growing.kafka.connect(directly).createProducer();
  await producer.append(streams.received.topic, 0, [{ key: null, value: Buffer.from('later'), headers: {} }]);
  const parts = { ...partsOf(), ...drawnParts(growing) };
  const copied = (more: Partial<ReplayRequest>) =>
    stretchesOf({ ...offsets(1, 1_000), target: toExport, ...more }, parts);
  const upTo = (to: number) => [{ partition: 0, warmFrom: 1, from: 1, to }];
  assert.deepEqual(await copied({}), upTo(growing.end + 1));
  // The journal says what became of them, so it has to have come to them.
  assert.deepEqual(await copied({ filter: { outcomes: ['held'] } }), upTo(growing.end));
  assert.deepEqual(await copied({ filter: { rules: ['late'] } }), upTo(growing.end));
});

test('a copy of another stream is planned by the offsets of that one', async () => {
  const [journal] = await drawnParts(world).kafka.offsets('decisions.v1');
  assert.ok(journal !== undefined);
  assert.deepEqual(await stretchesOf({ ...offsets(0, 1_000), stream: 'decisions', target: toExport }), [
    { partition: 0, warmFrom: 0, from: 0, to: journal.end },
  ]);
  assert.equal(
    await stretchesOf({ ...offsets(0, 1_000), stream: 'rejected', target: toExport }),
    'range_empty',
  );
});

test('what is only copied costs a tenth of what is opened', async () => {
  const seconds = async (target: NonNullable<ReplayRequest['target']>): Promise<unknown> => {
    const made = await planned({ ...offsets(0, world.end), target, recordsPerSecond: 1 });
    return made.kind === 'planned' ? made.estimate.seconds : made.code;
  };
  assert.equal(await seconds(toExport), world.end);
  assert.equal(await seconds({ kind: 'shadow', topic: 'weir.replay.new' }), Math.ceil(world.end * 0.1));
});

test('what is driven takes as long as it came, by its speed, where listing and reading it is not what takes longer', async () => {
  const minutes = world.end - 1;
  const parts = partsOf();
  const { readRange } = parts.kafka;
  const driving: PlanParts = {
    ...parts,
    kafka: {
      ...parts.kafka,
      // A record a minute.
      readRange: (options) =>
        readRange({
          ...options,
          onRecord: (record) => options.onRecord({ ...record, timestampMs: record.offset * 60_000 }),
        }),
    },
    requireTarget: { ...parts.requireTarget, drive: async () => undefined },
  };
  const seconds = async (speed: number, recordsPerSecond: number | null, filter = {}): Promise<unknown> => {
    const target = { kind: 'drive', receiver: 'staging', speed } as const;
    const made = await planned({ ...offsets(0, world.end), target, recordsPerSecond, filter }, driving);
    return made.kind === 'planned' ? made.estimate.seconds : made.code;
  };
  assert.equal(await seconds(1, null), minutes * 60);
  assert.equal(await seconds(0.5, 2_000), minutes * 120);
  assert.equal(await seconds(1_000, 1), Math.ceil(world.end * 1.1));
  assert.equal(await seconds(1_000, 1, { amountFromMinor: 1 }), world.end * 2);
});

test('a target that does not fit, and one that is not there or is already, is refused with its code', async () => {
  const codeOf = (target: NonNullable<ReplayRequest['target']>): Promise<unknown> =>
    stretchesOf({ ...offsets(0, 1), stream: 'decisions', target });
  assert.equal(await codeOf({ kind: 'compare' }), 'target_unfit');
  assert.equal(await codeOf({ kind: 'export', format: 'csv' }), 'target_unfit');
  assert.equal(await codeOf({ kind: 'shadow', topic: 'weir.replay.there' }), 'target_exists');
  assert.equal(await codeOf({ kind: 'drive', receiver: 'nobody', speed: 1 }), 'receiver_unconfigured');
});
