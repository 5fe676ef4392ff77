import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { digestOf } from '@weir/artefacts';
import { streams, WeirError } from '@weir/contracts';
import { createManifestWriter } from '@weir/replays';
import type { ReplayPlan } from '@weir/replays';
import type { DrawnWorld } from '../../../detection/src/fixtures/drawn-world.ts';
import { plainLogId } from '../../../detection/src/fixtures/plain-log.ts';
import { writtenRuleset } from '../../../detection/src/fixtures/ruleset-artefacts.ts';
import { drawnParts, drawnPlan } from './fixtures/drawn-replay.ts';
import { runToTheEnd } from './fixtures/run-kept.ts';
import type { KeptRun, RunOptions } from './fixtures/run-kept.ts';
import { createWideWorld } from './fixtures/wide-world.ts';
import { replayedTopics } from './replay-parts.ts';
import { runReplay } from './run-replay.ts';

const mebibyte = 1_048_576;

/** Holds what the log's own ruleset lets go. */
const strict = writtenRuleset('strict@1', { holdFromMinor: 1_500 });
const byFile = { kind: 'file', digest: digestOf(strict) } as const;

let world: DrawnWorld;
before(async () => {
  world = await createWideWorld(1_300, 500);
});

const run = (changed: Partial<ReplayPlan> = {}, options: RunOptions = {}) =>
  runToTheEnd(drawnParts(world, strict), drawnPlan(world.end, changed), {
    limits: { chunkOffsets: 100, linesPerStep: 250, stepMs: 1_000_000 },
    ...options,
  });

const rootOf = ({ checkpoint }: KeptRun): string =>
  createManifestWriter(replayedTopics({ stream: 'received' }), checkpoint.manifest).root();

const offsetsOf = ({ differences }: KeptRun): number[] =>
  differences.map(({ subject }) => subject.offset).sort((one, other) => one - other);

test('a ruleset that decides otherwise is found in what became of each transaction', async () => {
  const { checkpoint, differences } = await run({ versions: byFile });
  assert.ok((checkpoint.comparison.kinds.flip ?? 0) > 500);
  assert.ok(differences.every(({ kind }) => kind !== 'bytes' && kind !== 'features'));
  assert.deepEqual(
    checkpoint.versions.map(({ versions }) => versions.ruleset),
    ['strict@1'],
  );
});

test('accounts whose windows are too many for the memory are judged in passes, to the same end', async () => {
  const atOnce = await run({ versions: byFile });
  let mostPasses = 0;
  const inPasses = await run(
    { versions: byFile, windowBytes: mebibyte },
    { kept: ({ place }) => (mostPasses = Math.max(mostPasses, place?.passes.length ?? 0)) },
  );
  assert.ok(mostPasses > 1, `${mostPasses} passes`);
  assert.deepEqual(inPasses.lines, atOnce.lines);
  assert.deepEqual(offsetsOf(inPasses), offsetsOf(atOnce));
  assert.deepEqual(inPasses.checkpoint.comparison.kinds, atOnce.checkpoint.comparison.kinds);
  assert.deepEqual(inPasses.checkpoint.counts, atOnce.checkpoint.counts);
});

for (const [what, options] of [
  ['killed behind every second step', { killedAfterSteps: 2 }],
  ['paused again and again', { wish: (asked: number) => (asked % 37 === 36 ? 'pause' : 'goOn') }],
] as const) {
  test(`a run that is ${what} leaves what one leaves that nobody disturbed`, async () => {
    const changed = {
      ...{ versions: byFile, windowBytes: mebibyte },
      stretches: [{ partition: 0, warmFrom: 0, from: 300, to: world.end }],
    };
    const { runs: _one, progress: _seen, ...undisturbed } = await run(changed);
    const { runs, progress: _other, ...disturbed } = await run(changed, options);
    assert.ok(runs > 1, `${runs} runs`);
    assert.deepEqual(disturbed, undisturbed);
    assert.equal(rootOf(disturbed as KeptRun), rootOf(undisturbed as KeptRun));
  });
}

test('what the log no longer has is told of those whose history it may have been in', async () => {
  const stretches = [{ partition: 0, warmFrom: 1_350, from: 1_350, to: world.end }];
  const { checkpoint, differences } = await run({ stretches });
  const { counts, comparison } = checkpoint;
  assert.ok(differences.length > 100);
  assert.equal(counts.unprovenDifferences, differences.length);
  assert.ok(counts.unproven >= counts.unprovenDifferences && counts.unproven <= comparison.records);
});

test('a filter narrows down what is compared and what the manifest names, not what it is judged by', async () => {
  const all = await run({ versions: byFile });
  const [first] = all.differences;
  assert.ok(first?.subject.account !== undefined);
  const { account } = first.subject;
  const ofAccount = await run({ versions: byFile, filter: { accounts: [account] } });
  assert.deepEqual(
    ofAccount.differences,
    all.differences.filter(({ subject }) => subject.account === account),
  );
  assert.equal(ofAccount.lines.length, ofAccount.checkpoint.comparison.records);

  const large = await run({ versions: byFile, filter: { amountFromMinor: 1_700 }, windowBytes: mebibyte });
  const wanted = all.differences.filter(({ subject }) => (subject.amountMinor ?? 0) >= 1_700);
  assert.ok(wanted.length > 0 && wanted.length < all.differences.length);
  assert.deepEqual(
    offsetsOf(large),
    wanted.map(({ subject }) => subject.offset),
  );
  assert.equal(large.lines.length, large.checkpoint.comparison.records);

  const repeated = await run({ filter: { outcomes: ['duplicate'] } });
  assert.deepEqual(repeated.checkpoint.comparison.outcomes, [
    { then: 'duplicate', now: 'duplicate', records: repeated.lines.length },
  ]);
  assert.ok(repeated.lines.length > 10);
});

test('a rate is kept by waiting, and where a run is now is told on the way', async () => {
  const parts = drawnParts(world, strict);
  const { progress } = await runToTheEnd(parts, drawnPlan(world.end, { recordsPerSecond: 500 }), {
    limits: { chunkOffsets: 100, linesPerStep: 10_000, stepMs: 1_000_000 },
  });
  const seconds = parts.clock.nowMs() / 1_000;
  assert.ok(Math.abs(seconds - world.end / 500) < 1, `${seconds} s`);
  assert.ok(progress.every(({ done }, index) => done >= (progress[index - 1]?.done ?? 0)));
  assert.ok(progress.every(({ of }) => of === world.end));
});

test('the versions of now judge all of it, whatever was in force then', async () => {
  const { checkpoint } = await run({ versions: { kind: 'now' } });
  assert.equal(checkpoint.comparison.kinds.same, checkpoint.comparison.records);
  assert.deepEqual(
    checkpoint.versions.map(({ versions, records }) => [versions.ruleset, records]),
    [['starter@1', checkpoint.comparison.records]],
  );
});

test('a log that is not the one of the plan, and a checkpoint of another plan, are refused', async () => {
  const logId = '018f3b9e-0000-4000-8000-0000000000ff';
  await assert.rejects(run({ logId }), { code: 'log_other' });
  await assert.rejects(run({ logId, versions: { kind: 'now' } }), { code: 'log_other' });
  const { checkpoint } = await run();
  const goOn = runReplay({
    ...{
      plan: drawnPlan(world.end, { filter: { amountFromMinor: 1 } }),
      parts: drawnParts(world),
      checkpoint,
    },
    control: { wish: () => 'goOn', signal: new AbortController().signal },
    keep: async () => undefined,
    observe: { progress: () => undefined },
  });
  await assert.rejects(goOn, { code: 'config_invalid' });
});

test('a file that is not the one of the plan judges nothing', async () => {
  const other = { kind: 'file', digest: digestOf({ ...strict, holdAt: 2 }) } as const;
  await assert.rejects(run({ versions: other }), { code: 'artefact_unknown' });
});

test('a run that is told to end at once does so, and keeps nothing more', async () => {
  const ending = new AbortController();
  let steps = 0;
  const running = runReplay({
    ...{ plan: drawnPlan(world.end), parts: drawnParts(world), checkpoint: undefined },
    limits: { chunkOffsets: 100, linesPerStep: 250, stepMs: 1_000_000 },
    control: { wish: () => 'goOn', signal: ending.signal },
    keep: async () => {
      steps += 1;
      ending.abort(new Error('at once'));
    },
    observe: { progress: () => undefined },
  });
  await assert.rejects(running, /at once/);
  assert.equal(steps, 1);
});

test('records under a key that was lost are counted, stay in the manifest, and leave doubt on what came behind them', async () => {
  const whole = await run();
  const parts = drawnParts(world, strict);
  const lost = new Set(
    world.records.filter(({ offset }) => offset % 50 === 20).map(({ value }) => String(value)),
  );
  const opener: typeof parts.opener = {
    ...parts.opener,
    open: async (items) => {
      if (items.some(({ sealed }) => sealed !== null && lost.has(Buffer.from(sealed).toString('utf8'))))
        throw new WeirError('kms_key_pending_deletion', 'shredded');
      return parts.opener.open(items);
    },
  };
  // One record in a chunk, so that a drawn world's one key keeps no other closed.
  const { checkpoint, lines, differences } = await runToTheEnd({ ...parts, opener }, drawnPlan(world.end), {
    limits: { chunkOffsets: 1, linesPerStep: 250, stepMs: 1_000_000 },
  });
  const { counts, comparison } = checkpoint;
  const closed = world.records.filter(({ value }) => lost.has(String(value))).length;
  assert.ok(closed > 20);
  assert.deepEqual(counts.unreadable, { '': closed });
  assert.equal(comparison.records, whole.checkpoint.comparison.records - closed);
  assert.deepEqual(lines, whole.lines);
  assert.ok(counts.unproven > 0);
  assert.equal(counts.unprovenDifferences, differences.length);
});

test('a journal of another log within the range is found where it begins', async () => {
  const parts = drawnParts(world);
  const otherLog = '018f3b9e-0000-4000-8000-0000000000fe';
  const readRange: typeof parts.kafka.readRange = (range) =>
    parts.kafka.readRange({
      ...range,
      onRecord: (record) => {
        const isLater = record.topic === streams.decisions.topic && record.offset >= 4;
        const value = String(record.value).replace(plainLogId, otherLog);
        return range.onRecord(isLater ? { ...record, value: Buffer.from(value) } : record);
      },
    });
  let kept = 0;
  const changed = runToTheEnd({ ...parts, kafka: { ...parts.kafka, readRange } }, drawnPlan(world.end), {
    limits: { chunkOffsets: 100, linesPerStep: 100, stepMs: 1_000_000 },
    kept: ({ manifest }) => (kept = manifest.size),
  });
  await assert.rejects(changed, { code: 'log_other' });
  assert.ok(kept < world.records.length);
});
