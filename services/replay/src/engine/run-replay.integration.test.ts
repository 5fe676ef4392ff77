import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { digestOf } from '@weir/artefacts';
import { streams } from '@weir/contracts';
import type { ControlRecord, StreamName } from '@weir/contracts';
import { createManifestWriter, isClean, replayRequest } from '@weir/replays';
import type { ReplayPlan, ReplayRequest } from '@weir/replays';
import type { Ruleset } from '@weir/rules';
import { planDigest } from '@weir/verdicts';
import { startDetectionBench } from '../../../detection/src/fixtures/detection-bench.ts';
import type { DetectionBench } from '../../../detection/src/fixtures/detection-bench.ts';
import { publish, widePlan } from '../../../detection/src/fixtures/plan-artefacts.ts';
import { publishedRuleset, writtenRuleset } from '../../../detection/src/fixtures/ruleset-artefacts.ts';
import { drained } from '../../../detection/src/fixtures/settled.ts';
import { copyWindows } from '../../../detection/src/fixtures/stored-windows.ts';
import { createTestLog } from '../../../detection/src/fixtures/test-log.ts';
import type { TestLog } from '../../../detection/src/fixtures/test-log.ts';
import { startTestWorker } from '../../../detection/src/fixtures/test-worker.ts';
import {
  controlEvent,
  sampleTransaction,
  sampleTransactions,
} from '../../../../packages/verdicts/src/fixtures/sample-transactions.ts';
import { readRulesetFile } from '../plan/choose-versions.ts';
import { deleteRecords } from '../../../../packages/kafka/src/fixtures/delete-records.ts';
import { createReplayPlanner } from '../plan/plan-replay.ts';
import { runToTheEnd } from './fixtures/run-kept.ts';
import type { KeptRun } from './fixtures/run-kept.ts';
import { createReplayResolvers } from './replay-resolvers.ts';
import { replayedTopics } from './replay-parts.ts';
import type { ReplayParts } from './replay-parts.ts';

const partitions = [0, 1] as const;
const rulesets = [
  writtenRuleset('mine@1', { holdFromMinor: 8_000_000 }),
  writtenRuleset('mine@2', { holdFromMinor: 1_700 }),
] as const;
/** As somebody has it in a file. */
const strictDocument = JSON.stringify(writtenRuleset('strict@1', { holdFromMinor: 1_500 }));

let bench: DetectionBench;
let log: TestLog;
before(async () => {
  bench = await startDetectionBench({ own: false });
  log = await createTestLog(bench, { partitions: partitions.length });
  await fillLog();
  await decideLog();
});
after(() => bench.close());

type Activated = Extract<ControlRecord, { kind: 'artefact_activated' }>;

/** Transactions with repeated, contradicted, late and foreign ones among them, under one set of versions after the other. */
async function fillLog(): Promise<void> {
  const producer = await log.kafka.createProducer();
  for (const ruleset of rulesets)
    await producer.append(streams.artefacts.topic, 0, [
      await log.seal(publishedRuleset(ruleset), 'artefacts'),
    ]);
  await producer.close();
  await publish(log, widePlan);
  const [first, second] = rulesets;
  const said: Omit<Activated, 'kind' | 'logId' | 'sequence'>[] = [
    { artefactKind: 'ruleset', artefact: first.ref, digest: digestOf(first) },
    {
      ...{ artefactKind: 'ruleset', artefact: second.ref, digest: digestOf(second) },
      rollout: { stage: 'canary', percent: 50 },
    },
    { artefactKind: 'window_plan', artefact: widePlan.ref, digest: planDigest(widePlan) },
    { artefactKind: 'ruleset', artefact: second.ref, digest: digestOf(second) },
  ];
  for (const partition of partitions) {
    await log.feed(partition, sampleTransactions(0, 300));
    for (const [index, one] of said.entries()) {
      const activated = {
        kind: 'artefact_activated',
        logId: log.logId,
        sequence: index + 1,
        ...one,
      } as const;
      await log.append(partition, [await log.seal(controlEvent(activated))]);
      const from = 300 * (index + 1);
      await log.feed(partition, sampleTransactions(from, from + 300));
      await log.feed(partition, [
        sampleTransaction(from - 5),
        sampleTransaction(from - 7, { amountMinor: 3 }),
      ]);
      await log.append(partition, [{ key: 'nobody', value: Buffer.from('nothing of ours'), headers: {} }]);
    }
  }
}

/** Has a worker decide a part, which then ends in the middle of a step, and another the rest. */
async function decideLog(): Promise<void> {
  const crash = async (next: number): Promise<void> => {
    if (next > 700) throw new Error('crash');
  };
  const first = await startTestWorker(log, { maxRecordsPerRun: 90, interference: { beforePublish: crash } });
  await first.crashed;
  await first.stop();
  const second = await startTestWorker(log);
  await drained(log, [second]);
  await second.stop();
}

function partsOf(file?: Ruleset): ReplayParts {
  const { kafka, environment } = log;
  const { opener } = log.kms;
  return {
    ...{ kafka, opener, environment, file },
    resolvers: createReplayResolvers({ kafka, opener, environment }, file),
    clock: { nowMs: () => performance.now(), sleep: async () => undefined },
  };
}

const anyTarget = { shadow: async () => undefined, drive: async () => undefined };

const asked = (request: ReplayRequest) =>
  createReplayPlanner({
    ...{ ...partsOf(), recordsPerSecond: 2_000, windowBytes: 33_554_432, requireTarget: anyTarget },
  })({
    request: replayRequest.parse(request),
    ...{ replayId: 'abcdefghijk0', plannedBy: 'tester', plannedAt: '2026-03-03T09:30:00.000Z' },
  });

async function planned(request: ReplayRequest): Promise<ReplayPlan> {
  const made = await asked(request);
  assert.ok(made.kind === 'planned', JSON.stringify(made));
  assert.deepEqual(
    made.estimate.keys.map(({ usable }) => usable),
    [true],
  );
  return { ...made.plan, recordsPerSecond: null };
}

const everything: ReplayRequest['range'] = {
  by: 'logTime',
  from: '2020-01-01T00:00:00.000Z',
  to: '2120-01-01T00:00:00.000Z',
};
const middle: ReplayRequest['range'] = {
  by: 'offsets',
  stretches: partitions.map((partition) => ({ partition, from: 700, to: 1_300 })),
};

const rootOf = ({ checkpoint }: KeptRun): string =>
  createManifestWriter(replayedTopics({ stream: 'received' }), checkpoint.manifest).root();

/** What whoever runs live would notice: positions, windows, and the ends of all topics. */
async function liveState(): Promise<unknown> {
  const written = ['received', 'decisions', 'cleared', 'held', 'rejected', 'artefacts', 'intake'] as const;
  return {
    positions: await log.kafka.groupPositions(log.groupId, streams.received.topic),
    ends: await Promise.all(written.map((name: StreamName) => log.kafka.offsets(streams[name].topic))),
    windows: await copyWindows(log),
  };
}

test('what was decided is decided again bit for bit, from the whole log and from its middle, and nothing live moves', async () => {
  const live = await liveState();
  const whole = await runToTheEnd(partsOf(), await planned({ range: everything }));
  const { comparison, counts } = whole.checkpoint;
  assert.deepEqual(whole.differences, []);
  assert.ok(isClean(comparison) && counts.unaccounted === 0 && counts.unpublished === 0);
  assert.deepEqual(comparison.outcomes.map(({ then, now }) => `${then} ${now}`).sort(), [
    'cleared cleared',
    'duplicate duplicate',
    'held held',
    'rejected rejected',
  ]);
  assert.equal(whole.lines.length, (await log.read('received')).length);
  assert.deepEqual(
    whole.checkpoint.versions.map(({ versions }) => `${versions.ruleset} ${versions.windowPlan}`).slice(0, 4),
    ['starter@1 standard@1', 'mine@1 standard@1', 'mine@1 wide@1', 'mine@2 wide@1'],
  );

  const part = await runToTheEnd(partsOf(), await planned({ range: middle }));
  assert.deepEqual(part.differences, []);
  assert.equal(part.lines.length, part.checkpoint.comparison.records + part.checkpoint.counts.controls);
  assert.deepEqual(await liveState(), live);
});

test('a run that is killed in its middle finds the same differences, and the same root, as one that is not', async () => {
  const versions = { kind: 'file', document: strictDocument } as const;
  const strict = readRulesetFile(strictDocument);
  const plan = await planned({ range: middle, versions });
  const undisturbed = await runToTheEnd(partsOf(strict), plan);
  assert.ok((undisturbed.checkpoint.comparison.kinds.flip ?? 0) > 100);
  const limits = { chunkOffsets: 1_000, linesPerStep: 100, stepMs: 1_000_000 };
  const killed = await runToTheEnd(partsOf(strict), plan, { limits, killedAfterSteps: 1 });
  assert.ok(killed.runs > 2, `${killed.runs} runs`);
  assert.deepEqual(killed.differences, undisturbed.differences);
  assert.deepEqual(killed.lines, undisturbed.lines);
  assert.deepEqual(killed.checkpoint, undisturbed.checkpoint);
  assert.equal(rootOf(killed), rootOf(undisturbed));
});

test('where retention takes what a plan reads the run fails, and a new plan says from when on it could be right', async () => {
  const plan = await planned({ range: everything });
  const topic = `${log.groupId.slice(0, -'group'.length)}${streams.received.topic}`;
  let [kept, isTaken] = [0, false];
  const { readRange } = log.kafka;
  const parts: ReplayParts = {
    ...partsOf(),
    kafka: {
      ...log.kafka,
      readRange: async (range) => {
        if (kept > 0 && !isTaken) {
          isTaken = true;
          for (const partition of partitions)
            await deleteRecords(bench.kafka.brokers, topic, { partition, before: 900 });
        }
        return readRange(range);
      },
    },
  };
  const running = runToTheEnd(parts, plan, {
    limits: { chunkOffsets: 100, linesPerStep: 100, stepMs: 1_000_000 },
    killedAfterSteps: 1,
    kept: ({ manifest }) => (kept = manifest.size),
  });
  await assert.rejects(running, { code: 'log_truncated' });
  assert.ok(kept >= 100 && kept < 900, `${kept} records kept before`);

  const refused = await asked({ range: everything });
  assert.ok(refused.kind === 'refused' && refused.code === 'range_incomplete', JSON.stringify(refused));
  const says = /^From (\S+) on verdicts could be right\.$/.exec(refused.detail ?? '')?.[1] ?? '';
  assert.ok(Date.parse(says) > Date.now(), says);
  const gone = [{ partition: 0, from: 0, to: 900 }];
  const empty = await asked({ range: { by: 'offsets', stretches: gone } });
  assert.equal(empty.kind === 'refused' && empty.code, 'range_empty');

  const made = await asked({ range: everything, incomplete: true });
  assert.ok(made.kind === 'planned');
  assert.deepEqual(
    made.plan.stretches.map(({ warmFrom, from }) => [warmFrom, from]),
    [
      [900, 900],
      [900, 900],
    ],
  );
  const left = await runToTheEnd(partsOf(), { ...made.plan, recordsPerSecond: null });
  const { unproven, unprovenDifferences } = left.checkpoint.counts;
  assert.ok(unproven > 0);
  assert.equal(unprovenDifferences, left.differences.length);
});
