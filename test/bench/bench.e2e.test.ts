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
  loadAverage: z.number(),
});
const detectionDrain = drain.extend({ heldFraction: z.number(), workerPeakResidentMb: z.array(z.number()) });
const repeatedDrain = z.object({ txPerSecond: z.number(), repeats: z.array(detectionDrain).min(1) });

/** What whoever reads the file may count on. */
const benchFile = z.object({
  machine: z.object({ cpus: z.number(), node: z.string(), loadAverage: z.number() }),
  settings: z.object({
    repeats: z.number(),
    partitions: z.number(),
    processes: z.number(),
    batchMaxRecords: z.number(),
    batchLingerMs: z.number(),
  }),
  goals: z.array(
    z.object({
      name: z.string(),
      target: z.number(),
      bound: z.enum(['atLeast', 'atMost', 'below']),
      measured: z.number().nullable(),
      unit: z.string(),
      met: z.boolean(),
    }),
  ),
  results: z.object({
    drains: z.object({
      passthrough: z.object({ repeats: z.array(drain).min(1) }),
      detection: z.record(z.string(), repeatedDrain),
      unsealed: repeatedDrain,
      preloaded: z.record(z.string(), z.object({ redisBytesPerRecord: z.number() })),
    }),
    endToEnd: z.object({ heldFraction: z.number() }),
    latency: z.object({ detection: z.array(z.object({ cpuMsPerTx })), passthrough: z.array(z.unknown()) }),
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

  const { goals, results } = benchFile.parse(JSON.parse(readFileSync(file, 'utf8')));
  assert.deepEqual(
    goals.map(({ name }) => name),
    goalNames,
  );
  // No rate need be held on a machine that is busy; everything else is always measured.
  const unmeasured = goals.filter(({ name, measured }) => measured === null && name !== 'cpuMsPerTxEndToEnd');
  assert.deepEqual(unmeasured, []);
  const drains = [...Object.values(results.drains.detection), results.drains.unsealed];
  assert.equal(drains.length, 8);
  for (const { heldFraction } of drains.flatMap(({ repeats }) => repeats))
    assert.ok(heldFraction > 0.005 && heldFraction < 0.02, `${heldFraction} of the transactions were held`);
  assert.match(output, /detectionOverPassthrough +>= 0\.6/);
});
