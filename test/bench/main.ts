import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import type { BenchContext } from './bench-context.ts';
import { startBenchStack } from './bench-stack.ts';
import { runDrains } from './drains.ts';
import { runEndToEnd } from './end-to-end.ts';
import { evaluateGoals } from './goals.ts';
import { runLatency } from './latency.ts';
import { measuredGoals } from './measured-goals.ts';
import type { BenchResults } from './measured-goals.ts';
import { preparePipeline } from './pipeline.ts';
import { commitsToPreload } from './preload-history.ts';
import { loadAverage } from './process-usage.ts';
import { describeResults } from './report.ts';
import { runProfile } from './run-profile.ts';
import { populationNames, populationOf, settingsOf } from './settings.ts';
import type { BenchSettings, PopulationName } from './settings.ts';

const usage = `npm run bench -- [--json FILE] [--only a,b,c,d,e,f] [--quick] [--profile DIR]
  [--partitions N] [--processes N] [--batch-records N] [--linger-ms N] [--repeats N]`;

const partLetters = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
type PartLetter = (typeof partLetters)[number];

const startedAtMs = performance.now();
const secondsSoFar = (): number => (performance.now() - startedAtMs) / 1_000;
const say = (sentence: string): void =>
  void process.stdout.write(`[${secondsSoFar().toFixed(0).padStart(4)} s] ${sentence}\n`);

function readOptions() {
  const { values } = parseArgs({
    options: {
      json: { type: 'string' },
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      profile: { type: 'string' },
      partitions: { type: 'string' },
      processes: { type: 'string' },
      'batch-records': { type: 'string' },
      'linger-ms': { type: 'string' },
      repeats: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const given = values.only?.split(',') ?? [...partLetters];
  const parts = new Set(partLetters.filter((letter) => given.includes(letter)));
  if (given.some((letter) => !parts.has(letter as PartLetter))) throw new Error(`--only: ${usage}`);
  const number = (text: string | undefined, otherwise: number): number => {
    if (text === undefined) return otherwise;
    if (!/^[1-9]\d{0,5}$/.test(text)) throw new Error(`"${text}" is not a number: ${usage}`);
    return Number(text);
  };
  const sized = settingsOf(values.quick);
  const settings: BenchSettings = {
    ...sized,
    partitions: number(values.partitions, sized.partitions),
    processes: number(values.processes, sized.processes),
    batchMaxRecords: number(values['batch-records'], sized.batchMaxRecords),
    batchLingerMs: number(values['linger-ms'], sized.batchLingerMs),
    repeats: number(values.repeats, sized.repeats),
  };
  return { settings, parts, json: values.json, profile: values.profile, help: values.help };
}

/** The offsets that preloaded history may use, and the steps that preloading takes. */
function fillerFor(settings: BenchSettings, names: readonly PopulationName[]): number {
  const populations = names.map((name) => populationOf(settings, name));
  const commits = populations.reduce((sum, population) => sum + commitsToPreload(population), 0);
  return commits + Math.max(...populations.map(({ history }) => history)) + 1;
}

async function runParts(context: BenchContext, parts: ReadonlySet<PartLetter>): Promise<BenchResults> {
  const wanted = { a: parts.has('a'), b: parts.has('b'), c: parts.has('c'), f: parts.has('f') };
  // Before anything is drained: preloading moves the stored positions, and must not move them past the log.
  const pipeline = parts.has('d') || parts.has('e') ? await preparePipeline(context) : undefined;
  const drains = Object.values(wanted).includes(true) ? await runDrains(context, wanted) : undefined;
  const latency = pipeline !== undefined && parts.has('e') ? await runLatency(context, pipeline) : undefined;
  const endToEnd =
    pipeline !== undefined && parts.has('d') ? await runEndToEnd(context, pipeline) : undefined;
  return {
    ...(drains === undefined ? {} : { drains }),
    ...(latency === undefined ? {} : { latency }),
    ...(endToEnd === undefined ? {} : { endToEnd }),
  };
}

async function main(): Promise<void> {
  const { settings, parts, json, profile, help } = readOptions();
  if (help) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  const machine = {
    cpus: cpus().length,
    model: cpus()[0]?.model ?? 'unknown',
    memoryMb: Math.round(totalmem() / 1_048_576),
    node: process.version,
    loadAverage: loadAverage(),
  };
  say(
    `${machine.cpus} x ${machine.model}, load average ${machine.loadAverage}; ${settings.partitions} partitions, ` +
      `${settings.processes} detection process(es), batches of ${settings.batchMaxRecords}, linger ${settings.batchLingerMs} ms`,
  );
  const stack = await startBenchStack({
    partitions: settings.partitions,
    fillerRecords: fillerFor(
      settings,
      parts.has('f') && profile === undefined ? populationNames : ['history50', 'endToEnd'],
    ),
    say,
  });
  try {
    const context = { settings, stack, say, elapsedSeconds: secondsSoFar };
    if (profile !== undefined) {
      const { text } = await runProfile(context, profile);
      process.stdout.write(`${text}\n`);
      return;
    }
    const results = await runParts(context, parts);
    const goals = evaluateGoals(measuredGoals(results));
    const file = {
      machine,
      settings,
      partsRun: [...parts],
      seconds: Math.round(secondsSoFar()),
      goals,
      results,
    };
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(file, null, 2)}\n`);
    process.stdout.write(`\n${describeResults(results, goals)}\n`);
  } finally {
    await stack.close();
  }
}

// Then everything that was started is ended on the way out.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
await main();
