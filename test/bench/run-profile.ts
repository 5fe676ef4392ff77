import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { BenchContext } from './bench-context.ts';
import { describeProfile, summariseProfiles } from './cpu-profile.ts';
import { drainWithDetection, fillFor, preloadScenario } from './scenario.ts';
import { populationOf } from './settings.ts';
import { startDetection } from './workers.ts';

const sampleEveryUs = 250;

/** Runs (b) once under the CPU profiler of V8, whose files go to `folder`, and says where the time went. */
export async function runProfile(
  { settings, stack, say }: BenchContext,
  folder: string,
): Promise<{ readonly txPerSecond: number; readonly text: string }> {
  mkdirSync(folder, { recursive: true });
  say('Preloading history50');
  const scenario = await preloadScenario(populationOf(settings, 'history50'), stack.log, stack.redis);
  await stack.redis.compact();
  const waiting = await fillFor(scenario, settings.warmRecords + settings.timedRecords);
  say('Draining with detection under the profiler');
  const figures = await drainWithDetection(scenario, waiting, settings, {
    startWorkers: () =>
      startDetection(stack.roleEnvironment('detection'), settings, [
        '--cpu-prof',
        `--cpu-prof-dir=${resolve(folder)}`,
        `--cpu-prof-interval=${sampleEveryUs}`,
      ]),
    watched: stack.watched('kafka', 'kms'),
  });
  const cpu = Object.entries(figures.cpuMsPerTx).map(([name, ms]) => `${name} ${ms.toFixed(4)}`);
  return {
    txPerSecond: figures.txPerSecond,
    text: [
      `${figures.txPerSecond.toFixed(0)} tx/s while profiled; CPU-ms per tx: ${cpu.join(', ')}`,
      describeProfile(summariseProfiles(folder)),
    ].join('\n'),
  };
}
