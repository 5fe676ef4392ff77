import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline as writeAll } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeTempFolder } from '@weir/testkit';
import { createRulesetDesk } from '../faults/rules/ruleset-desk.ts';
import type { RulesetDesk } from '../faults/rules/ruleset-desk.ts';
import type { RulesetAct } from '../faults/rules/ruleset-acts.ts';
import type { BenchContext } from './bench-context.ts';
import { watchJournal } from './journal-watch.ts';
import type { JournalWatch } from './journal-watch.ts';
import { percentilesOf } from './latency.ts';
import type { Percentiles } from './latency.ts';
import { startPacedFeed } from './paced-feed.ts';
import { placeForPipeline } from './pipeline.ts';
import type { Pipeline } from './pipeline.ts';
import { partyOf } from './population.ts';
import { loadAverage, round } from './process-usage.ts';
import { startDetection, startIngest, startListImport, startNotary } from './workers.ts';

export type RolloutResults = {
  readonly txPerSecond: number;
  readonly activations: number;
  /** From when an activation was asked for until a reader sees the first verdict under it, of each partition. */
  readonly firstVerdictMs: Percentiles;
  /** The same of the slowest partition of each activation. */
  readonly everyPartitionMs: Percentiles;
  /** Until whoever asked is answered: every partition of the log has been told. */
  readonly answeredMs: Percentiles;
  readonly lists: readonly ListRollout[];
  readonly loadAverage: number;
};

export type ListRollout = {
  readonly entries: number;
  /** From when the import was started until a reader sees the first verdict that matches. */
  readonly firstMatchSeconds: number;
  readonly importSeconds: number;
};

/** Time for detection to be back at its pace between two activations. */
const betweenMs = 250;
const listName = 'bench-watch';
/** So many of the load's counterparties stand on a list, whatever else does. */
const matchingEntries = 50;

/**
 * (g): rulesets come into force one after another while transactions fall due at a fixed rate, and then
 * lists are imported, of each size that the settings name.
 */
export async function runRollouts(context: BenchContext, { lines }: Pipeline): Promise<RolloutResults> {
  const { settings, stack, say } = context;
  const { txPerSecond, warmSeconds } = settings.latency;
  const { activations, listEntries } = settings.rollouts;
  await placeForPipeline(context);
  const env = stack.roleEnvironment('ingest');
  const desk = createRulesetDesk({
    ...{ logId: stack.log.logId, tenant: 'demo', env },
    logFile: join(makeTempFolder('bench-desk'), 'desk.log'),
  });
  const workers = [
    ...startDetection(stack.roleEnvironment('detection'), settings),
    ...(listEntries.length === 0 ? [] : [startNotary(stack.roleEnvironment('notary'))]),
  ];
  const ingest = startIngest(env, settings);
  const watch = await watchJournal(stack.log, {
    opener: stack.ingest.kms.opener,
    deadlineMs: settings.drainDeadlineMs,
  });
  const load = loadAverage();
  try {
    if (ingest.stdin === undefined) throw new Error('ingest takes no input');
    const feed = startPacedFeed({ into: ingest.stdin, lines, txPerSecond, count: Infinity });
    try {
      // What fell due while detection started has its verdicts by then.
      await sleep(warmSeconds * 1_000);
      const measured = await measureActivations({ desk, watch, activations });
      say(
        `(g) ${activations} activations at ${txPerSecond} tx/s: first verdict p50 ${measured.firstVerdictMs.p50} ms, ` +
          `p99 ${measured.firstVerdictMs.p99} ms, load ${load}`,
      );
      const lists: ListRollout[] = [];
      for (const entries of listEntries) {
        const list = await measureList({ env, watch, entries, version: lists.length + 2 });
        say(`(g) a list of ${entries}: first match after ${list.firstMatchSeconds} s`);
        lists.push(list);
      }
      return { txPerSecond, activations, ...measured, lists, loadAverage: load };
    } finally {
      feed.stop();
      await feed.ended;
      ingest.stdin.end();
      await ingest.exited;
    }
  } finally {
    await desk.stop();
    await watch.stop();
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}

type MeasuredActivations = Pick<RolloutResults, 'firstVerdictMs' | 'everyPartitionMs' | 'answeredMs'>;

/** Two rulesets take turns, so that each activation changes something. The list they look at comes first. */
async function measureActivations({
  desk,
  watch,
  activations,
}: {
  readonly desk: RulesetDesk;
  readonly watch: JournalWatch;
  readonly activations: number;
}): Promise<MeasuredActivations> {
  await act(desk, { kind: 'importList', name: listName, counterparties: ['nobody-1'] });
  const refs = ['bench-one@1', 'bench-other@1'] as const;
  for (const ref of refs) {
    await act(desk, { kind: 'publish', ref, document: rulesetOf(ref) });
    await act(desk, { kind: 'approve', ref });
  }
  const first: number[] = [];
  const slowest: number[] = [];
  const answered: number[] = [];
  // The first one takes what all of them need, and is not counted.
  for (let turn = 0; turn <= activations; turn += 1) {
    const askedAtMs = performance.timeOrigin + performance.now();
    const sequence = await act(desk, { kind: 'activate', ref: refs[turn % 2] ?? refs[0] });
    const answeredAtMs = performance.timeOrigin + performance.now();
    const seen = (await watch.firstVerdicts(sequence)).map((atMs) => atMs - askedAtMs);
    await sleep(betweenMs);
    if (turn === 0) continue;
    first.push(...seen);
    slowest.push(Math.max(...seen));
    answered.push(answeredAtMs - askedAtMs);
  }
  return {
    firstVerdictMs: percentilesOf(first),
    everyPartitionMs: percentilesOf(slowest),
    answeredMs: percentilesOf(answered),
  };
}

/** The number of the activation; 0 where there was none. */
async function act(desk: RulesetDesk, said: RulesetAct): Promise<number> {
  const answer = await desk.perform(said);
  if (!answer.ok) throw new Error(`${said.kind}: ${answer.why}`);
  return answer.sequence ?? 0;
}

const rulesetOf = (ref: string): string =>
  JSON.stringify({
    ref,
    scoring: 'model',
    holdAt: 0.5,
    lists: [
      {
        ...{ id: 'watched', list: listName, of: 'counterparty', title: 'Watched', severity: 'low' },
        ...{ then: 'alert', explanation: 'The counterparty is watched.' },
      },
    ],
    rules: [
      {
        ...{ id: 'huge_amount', title: 'Huge amount', severity: 'high', then: 'hold' },
        ...{ when: 'amountMinor >= 100000000', explanation: 'It moves {amountMinor}.' },
      },
    ],
  });

/** As `weir lists import` runs it: a process that reads the file, publishes the list and brings it into force. */
async function measureList({
  env,
  watch,
  entries,
  version,
}: {
  readonly env: Readonly<Record<string, string>>;
  readonly watch: JournalWatch;
  readonly entries: number;
  readonly version: number;
}): Promise<ListRollout> {
  const file = join(makeTempFolder('bench-list'), 'list.txt');
  await writeAll(Readable.from(listLines(entries)), createWriteStream(file));
  const startedAtMs = performance.timeOrigin + performance.now();
  const code = await startListImport(env, listName, file).exited;
  const importSeconds = round((performance.timeOrigin + performance.now() - startedAtMs) / 1_000, 2);
  if (code !== 0) throw new Error(`importing a list ended with ${String(code)}`);
  const seenAtMs = await watch.firstAlert(`${listName}@${version}`);
  return { entries, firstMatchSeconds: round((seenAtMs - startedAtMs) / 1_000, 2), importSeconds };
}

function* listLines(entries: number): Generator<string> {
  const linesTogether = 10_000;
  for (let from = 0; from < entries; from += linesTogether) {
    const count = Math.min(linesTogether, entries - from);
    yield Array.from({ length: count }, (_, index) => `${listed(from + index)}\n`).join('');
  }
}

const listed = (index: number): string =>
  index < matchingEntries ? partyOf(index, 0).iban : `watched-${index}`;
