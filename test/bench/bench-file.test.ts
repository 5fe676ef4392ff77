import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeTempFolder } from '@weir/testkit';
import { z } from 'zod';
import { createBenchFile } from './bench-file.ts';

const benchFile = z.object({
  finished: z.boolean(),
  seconds: z.number(),
  goals: z.array(z.object({ name: z.string(), measured: z.number().nullable() })),
  results: z.unknown(),
});

const latency = {
  txPerSecond: 1_000,
  detection: [],
  passthrough: [],
  p999Ms: 200,
  p99OverPassthrough: 2,
};

test('an interrupted run keeps what it measured, with the goals as far as they go', () => {
  const file = join(makeTempFolder('bench-file'), 'bench.json');
  let seconds = 10;
  const { add, finish } = createBenchFile(file, () => ({ seconds }));
  const read = () => benchFile.parse(JSON.parse(readFileSync(file, 'utf8')));
  const measured = () => read().goals.flatMap(({ name, measured: value }) => (value === null ? [] : [name]));

  add({ endToEndRedisBytesPerRecord: 50 });
  assert.equal(read().finished, false);
  assert.deepEqual(measured(), ['redisBytesPerTx']);

  seconds = 20;
  add({ latency });
  assert.equal(read().seconds, 20);
  assert.deepEqual(measured(), ['latencyP999Ms', 'latencyP99OverPassthrough', 'redisBytesPerTx']);

  finish();
  assert.equal(read().finished, true);
  assert.deepEqual(read().results, { endToEndRedisBytesPerRecord: 50, latency });
});
