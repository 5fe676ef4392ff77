import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { runAlerts } from './alerts/storm.ts';
import type { BenchContext } from './bench-context.ts';
import { createBenchFile } from './bench-file.ts';
import type { BenchFile } from './bench-file.ts';
import { startBenchStack } from './bench-stack.ts';
import { runDrains } from './drains.ts';
import { runEndToEnd } from './end-to-end.ts';
import { runLatency } from './latency.ts';
import { preparePipeline } from './pipeline.ts';
import { commitsToPreload } from './preload-history.ts';
import { loadAverage } from './process-usage.ts';
import { runReplays } from './replay/run-replays.ts';
import { describeResults } from './report.ts';
import { runRollouts } from './rollouts.ts';
import { runProfile } from './run-profile.ts';
import { populationNames, populationOf, settingsOf } from './settings.ts';
import type { BenchSettings, PopulationName } from './settings.ts';

const usage = `npm run bench -- [--json FILE] [--only a,b,c,d,e,f,g,h,i] [--quick] [--profile DIR]
  [--ruleset REF] [--model-entries N] [--partitions N] [--processes N] [--batch N] [--linger-ms N] [--repeats N]
  [--activations N] [--list-entries N] [--replay-transactions N] [--planned-records N]
  [--node-args='--max-semi-space-size=16 ...']`;

const partLetters = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'] as const;
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
      ruleset: { type: 'string' },
      'model-entries': { type: 'string' },
      partitions: { type: 'string' },
      processes: { type: 'string' },
      batch: { type: 'string' },
      'linger-ms': { type: 'string' },
      repeats: { type: 'string' },
      activations: { type: 'string' },
      'list-entries': { type: 'string' },
      'replay-transactions': { type: 'string' },
      'planned-records': { type: 'string' },
      'node-args': { type: 'string', default: '' },
      help: { type: 'boolean', default: false },
    },
  });
  const given = values.only?.split(',') ?? [...partLetters];
  const parts = new Set(partLetters.filter((letter) => given.includes(letter)));
  if (given.some((letter) => !parts.has(letter as PartLetter))) throw new Error(`--only: ${usage}`);
  const number = (text: string | undefined, otherwise: number, least = 1): number => {
    if (text === undefined) return otherwise;
    if (!/^\d{1,8}$/.test(text) || Number(text) < least)
      throw new Error(`"${text}" is not a number: ${usage}`);
    return Number(text);
  };
  const sized = settingsOf(values.quick);
  const settings: BenchSettings = {
    ...sized,
    ruleset: values.ruleset ?? sized.ruleset,
    modelEntries: number(values['model-entries'], sized.modelEntries, 0),
    partitions: number(values.partitions, sized.partitions),
    processes: number(values.processes, sized.processes),
    batchMaxRecords: number(values.batch, sized.batchMaxRecords),
    batchLingerMs: number(values['linger-ms'], sized.batchLingerMs, 0),
    overridden: [
      ...(values.batch === undefined ? [] : (['batchMaxRecords'] as const)),
      ...(values['linger-ms'] === undefined ? [] : (['batchLingerMs'] as const)),
    ],
    nodeArguments: values['node-args'].split(' ').filter((one) => one !== ''),
    repeats: number(values.repeats, sized.repeats),
    rollouts: {
      activations: number(values.activations, sized.rollouts.activations),
      listEntries:
        values['list-entries'] === undefined
          ? sized.rollouts.listEntries
          : [...sized.rollouts.listEntries, number(values['list-entries'], 0)],
    },
    replays: {
      ...sized.replays,
      transactions: number(values['replay-transactions'], sized.replays.transactions),
      plannedRecords: number(values['planned-records'], sized.replays.plannedRecords),
    },
  };
  return { settings, parts, json: values.json, profile: values.profile, help: values.help };
}

/** The offsets that preloaded history may use, and the steps that preloading takes. */
function fillerFor(settings: BenchSettings, names: readonly PopulationName[]): number {
  const populations = names.map((name) => populationOf(settings, name));
  const commits = populations.reduce((sum, population) => sum + commitsToPreload(population), 0);
  return commits + Math.max(...populations.map(({ history }) => history)) + 1;
}

async function runParts(
  context: BenchContext,
  parts: ReadonlySet<PartLetter>,
  { add }: BenchFile,
): Promise<void> {
  const wanted = { a: parts.has('a'), b: parts.has('b'), c: parts.has('c'), f: parts.has('f') };
  // Before anything is drained: preloading moves the stored positions, and must not move them past the log.
  const pipeline = ['d', 'e', 'g'].some((letter) => parts.has(letter as PartLetter))
    ? await preparePipeline(context)
    : undefined;
  if (pipeline !== undefined) add({ endToEndRedisBytesPerRecord: pipeline.redisBytesPerRecord });
  if (Object.values(wanted).includes(true))
    add({ drains: await runDrains(context, wanted, (drains) => add({ drains })) });
  if (pipeline !== undefined && parts.has('e')) add({ latency: await runLatency(context, pipeline) });
  // Before anything else is told of: what a receiver is told in ten minutes has a limit.
  if (parts.has('h')) add({ alerts: await runAlerts(context) });
  if (pipeline !== undefined && parts.has('d')) add({ endToEnd: await runEndToEnd(context, pipeline) });
  // Last: what it brings into force stays so.
  if (pipeline !== undefined && parts.has('g')) add({ rollouts: await runRollouts(context, pipeline) });
}

function describeSettings(settings: BenchSettings): string {
  const { partitions, processes, batchMaxRecords, batchLingerMs, overridden, nodeArguments } = settings;
  const { ruleset, modelEntries } = settings;
  const from = (name: (typeof overridden)[number]): string =>
    overridden.includes(name) ? 'by an option' : 'as it ships';
  return [
    `${partitions} partitions`,
    `${processes} detection process(es)`,
    `batches of ${batchMaxRecords} (${from('batchMaxRecords')})`,
    `linger ${batchLingerMs} ms (${from('batchLingerMs')})`,
    ruleset,
    ...(modelEntries === 0 ? [] : [`a model that knows ${modelEntries}`]),
    ...(nodeArguments.length === 0 ? [] : [`node ${nodeArguments.join(' ')}`]),
  ].join(', ');
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
    `${machine.cpus} x ${machine.model}, load average ${machine.loadAverage}; ${describeSettings(settings)}`,
  );
  if (profile !== undefined) {
    const { text } = await withStack(settings, ['history50', 'endToEnd'], (context) =>
      runProfile(context, profile),
    );
    process.stdout.write(`${text}\n`);
    return;
  }
  const file = createBenchFile(json, () => ({
    machine,
    settings,
    partsRun: [...parts],
    seconds: Math.round(secondsSoFar()),
  }));
  if ([...parts].some((letter) => letter !== 'i'))
    await withStack(settings, parts.has('f') ? populationNames : ['history50', 'endToEnd'], (context) =>
      runParts(context, parts, file),
    );
  // On a stack of its own, and behind the others: two brokers at a time would be in each other's way.
  if (parts.has('i'))
    await runReplays({ settings, say, elapsedSeconds: secondsSoFar }, (replays) => file.add({ replays }));
  process.stdout.write(`\n${describeResults(file.finish())}\n`);
}

/** What runs on one stack, with room in its log for the history of these populations. */
async function withStack<Result>(
  settings: BenchSettings,
  names: readonly PopulationName[],
  work: (context: BenchContext) => Promise<Result>,
): Promise<Result> {
  const stack = await startBenchStack({ settings, fillerRecords: fillerFor(settings, names), say });
  try {
    return await work({ settings, stack, say, elapsedSeconds: secondsSoFar });
  } finally {
    await stack.close();
  }
}

// Then everything that was started is ended on the way out.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
await main();
