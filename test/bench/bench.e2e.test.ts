import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { repositoryRoot } from '@weir/local';
import { makeTempFolder } from '@weir/testkit';
import { z } from 'zod';

const cpuMsPerTx = z.record(z.string(), z.number());
const drain = z.object({
  transactions: z.number(),
  txPerSecond: z.number(),
  cpuMsPerTx,
  recordsPerTransaction: z.number().positive(),
  loadAverage: z.number(),
});
const passthroughDrain = drain.extend({
  batching: z.object({
    batchMaxRecords: z.number(),
    batchLingerMs: z.number(),
    maxBytesPerPartition: z.number().optional(),
  }),
});
const trial = z.object({ recordsPerTransaction: z.number().positive(), loadAverage: z.number() });
const detectionDrain = drain.extend({ heldFraction: z.number(), workerPeakResidentMb: z.array(z.number()) });
const repeatedDrain = z.object({ txPerSecond: z.number(), repeats: z.array(detectionDrain).min(1) });

/** What whoever reads the file may count on. */
const benchFile = z.object({
  finished: z.literal(true),
  machine: z.object({ cpus: z.number(), node: z.string(), loadAverage: z.number() }),
  settings: z.object({
    repeats: z.number(),
    partitions: z.number(),
    processes: z.number(),
    batchMaxRecords: z.number(),
    batchLingerMs: z.number(),
    overridden: z.array(z.string()),
  }),
  goals: z.array(
    z.object({
      name: z.string(),
      target: z.number(),
      bound: z.enum(['atLeast', 'atMost', 'below']),
      measured: z.number().nullable(),
      unit: z.string(),
      met: z.boolean(),
      repeats: z.number(),
      tooFewRepeats: z.boolean(),
    }),
  ),
  comparisons: z.array(
    z.object({ name: z.string(), value: z.number(), unit: z.string(), repeats: z.number() }),
  ),
  results: z.object({
    drains: z.object({
      passthroughSweep: z.array(passthroughDrain).min(1),
      passthrough: z.object({ repeats: z.array(passthroughDrain).min(1) }),
      detection: z.record(z.string(), repeatedDrain),
      unsealed: repeatedDrain,
      preloaded: z.record(z.string(), z.object({ redisBytesPerRecord: z.number() })),
    }),
    rollouts: z.object({
      activations: z.number().min(2),
      firstVerdictMs: z.object({ p50: z.number().positive(), p99: z.number().positive() }),
    }),
    endToEnd: z.object({
      heldFraction: z.number(),
      search: z.array(trial).min(1),
      holds: z.array(trial).min(1),
    }),
    alerts: z.object({
      quiet: z.object({
        held: z.number().positive(),
        heldToMailMs: z.object({ p50: z.number().positive() }),
      }),
      storm: z.object({
        held: z.number().positive(),
        accounts: z.number().positive(),
        alerts: z.number(),
        transactionsInAlerts: z.number(),
        mails: z.number().positive(),
        peakResidentMb: z.number().positive(),
      }),
    }),
    replays: z.object({
      determinism: z.object({
        records: z.number(),
        differences: z.number(),
        unproven: z.number(),
        compared: z.number(),
        versions: z.number(),
        outcomes: z.record(z.string(), z.number()),
        counts: z.object({
          transactions: z.number(),
          late: z.number().positive(),
          repeated: z.number().positive(),
          altered: z.number().positive(),
        }),
        decidedBeforeKill: z.number().positive(),
        peakResidentMb: z.number().positive(),
      }),
      speed: z.object({
        replay: z.array(z.object({ records: z.number(), differences: z.number() })).min(1),
        raw: z.array(z.object({ records: z.number() })).min(1),
      }),
      liveLatency: z.object({
        without: z.array(z.object({ replayedPerSecond: z.literal(0) })).min(1),
        with: z.array(z.object({ transactions: z.number().positive() })).min(1),
      }),
      planTime: z.object({
        records: z.number(),
        plans: z.array(z.object({ by: z.string(), records: z.number().positive() })).length(3),
      }),
      manifest: z.object({ records: z.number(), verifySeconds: z.number().positive() }),
    }),
    latency: z.object({
      detection: z.array(trial.extend({ cpuMsPerTx })).min(1),
      passthrough: z.array(trial).min(1),
    }),
  }),
});

const goalNames = [
  'detectionOverPassthrough',
  'sealedOverUnsealed',
  'txPerSecondHistory50',
  'txPerSecondHistory1000',
  'cpuMsPerTxEndToEnd',
  'latencyP999Ms',
  'latencyP99OverPassthrough',
  'history100000Over50',
  'accounts1000000Over1000',
  'redisBytesPerTx',
  'detectionResidentMb1000000Accounts',
  'replayOverRawReading',
  'replayDifferences',
  'liveP99WithReplay',
  'planSeconds10000000Records',
];

const comparisonNames = [
  'detectionOverPassthroughWiderFetch',
  'history100000Over50Accounts20000',
  'history100000Over50Accounts10',
  'history10000Over50Accounts10',
  'accounts1000000ColdOver1000',
  'redisBytesPerTxWorst',
];

test('a quick benchmark runs every part, and its file holds each goal with what was measured', async () => {
  const file = join(makeTempFolder('bench'), 'bench.json');
  const child = spawn(
    process.execPath,
    [join(repositoryRoot, 'test/bench/main.ts'), '--quick', '--json', file],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(child, 'close')) as [number | null];
  assert.equal(code, 0, output);

  const { goals, results, settings, comparisons } = benchFile.parse(JSON.parse(readFileSync(file, 'utf8')));
  assert.deepEqual(
    goals.map(({ name }) => name),
    goalNames,
  );
  // No rate need be held on a machine that is busy; everything else is always measured.
  const unmeasured = goals.filter(({ name, measured }) => measured === null && name !== 'cpuMsPerTxEndToEnd');
  assert.deepEqual(unmeasured, []);
  assert.ok(
    goals.every(({ measured, repeats, tooFewRepeats }) => measured === null || tooFewRepeats === repeats < 3),
  );
  assert.deepEqual(
    comparisons.map(({ name }) => name),
    comparisonNames,
  );
  assert.deepEqual(settings.overridden, []);
  assert.match(output, /batches of \d+ \(as it ships\)/);
  const { storm } = results.alerts;
  assert.deepEqual([storm.transactionsInAlerts, storm.alerts], [storm.held, storm.accounts]);
  const { determinism, speed, planTime, manifest } = results.replays;
  const { transactions, repeated, altered } = determinism.counts;
  assert.deepEqual([determinism.differences, determinism.unproven], [0, 0]);
  // In each partition: what the log is opened with, a ruleset and a model.
  assert.equal(determinism.records, transactions + repeated + altered + 3 * settings.partitions);
  assert.equal(determinism.compared, transactions + repeated + altered);
  assert.equal(determinism.versions, 3);
  assert.equal(determinism.outcomes['duplicate duplicate'], repeated);
  assert.equal(manifest.records, determinism.records);
  assert.deepEqual(
    speed.replay.map(({ records, differences }) => [records, differences]),
    speed.raw.map(({ records }) => [records, 0]),
  );
  assert.ok(planTime.plans.every(({ records }) => records <= planTime.records));
  const lingers = results.drains.passthroughSweep.map(({ batching }) => batching.batchLingerMs);
  assert.ok(lingers.includes(0) && lingers.includes(settings.batchLingerMs), 'with linger and without');
  const drains = [...Object.values(results.drains.detection), results.drains.unsealed];
  assert.equal(drains.length, 9);
  for (const { heldFraction } of drains.flatMap(({ repeats }) => repeats))
    assert.ok(heldFraction > 0.005 && heldFraction < 0.02, `${heldFraction} of the transactions were held`);
  assert.match(output, /detectionOverPassthrough +>= 0\.6/);
});
