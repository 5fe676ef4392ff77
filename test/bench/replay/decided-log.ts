import { hash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { streams } from '@weir/contracts';
import type { ControlRecord } from '@weir/contracts';
import { sealEvents } from '@weir/envelope';
import { defaultRuleset } from '@weir/rules';
import { applyControl } from '@weir/verdicts';
import type { LogState } from '@weir/verdicts';
import { connectRole } from '../../../services/detection/src/fixtures/connect-role.ts';
import type { BenchContext } from '../bench-context.ts';
import { totalOf } from '../bench-log.ts';
import type { Positions } from '../bench-log.ts';
import { controlEvent, publishInForce } from '../in-force.ts';
import { createTransactionMaker } from '../make-transactions.ts';
import { madePlaces } from '../population.ts';
import type { Population } from '../population.ts';
import { round } from '../process-usage.ts';
import { positionsOf } from '../scenario.ts';
import { startDetection } from '../workers.ts';
import type { WorkerProcess } from '../worker-process.ts';
import { createMessyMaker } from './messy-maker.ts';
import type { MessyCounts } from './messy-maker.ts';

/** What the log is opened with, so that the default is a change. */
export const firstRuleset = 'starter@1';

const populationId = 103;
/** What comes late or again does so within so many turns of its account: some hours to a day and a half. */
const turnsLate = 3;
/** The least that detection takes, so that whoever comes after the kill needn't wait long. */
const sessionTimeoutMs = 6_000;
/** Seldom enough to cost nothing, but for as long as the first detection lives: it has to be met in its middle. */
const lookEveryMs = { killed: 50, other: 250 };

/** A log that the real detection has decided, through all that happens to one. */
export type DecidedLog = {
  readonly counts: MessyCounts;
  /** Where each partition ends. */
  readonly ends: Positions;
  readonly inForce: LogState;
  readonly decidedBeforeKill: number;
  /** From the start of detection, with the kill, the wait for its partitions and the filling of the log beside it. */
  readonly decidedInSeconds: number;
};

export const replayedPopulation = ({ settings }: Pick<BenchContext, 'settings'>): Population => ({
  ...{ name: 'replayed', id: populationId, history: 50, partitions: settings.partitions },
  ...{ accounts: settings.replays.accounts, active: settings.replays.accounts },
  places: madePlaces(populationId, settings.partitions),
});

/**
 * Fills a log in three parts, with another ruleset behind the first and a model behind the second, while detection
 * decides it. Detection is killed with -9 in the middle of the first part, and another goes on.
 */
export async function fillAndDecide(context: BenchContext): Promise<DecidedLog> {
  const { settings, stack, say } = context;
  const { log } = stack;
  const { transactions, accounts, deadlineMs } = settings.replays;
  const maker = createMessyMaker(createTransactionMaker(replayedPopulation(context)), {
    ...{ seed: 1, delay: turnsLate * accounts },
  });
  const fillUpTo = async (count: number): Promise<void> => {
    // What is repeated comes on top, so it takes a few goes.
    while (maker.counts().transactions < count)
      await log.fill(maker, Math.max(settings.partitions, count - maker.counts().transactions));
  };
  const third = Math.ceil(transactions / 3);
  say(`(i) Filling the log with ${transactions} transactions while detection decides them`);
  await fillUpTo(third);
  const first = await log.ends();

  const env = {
    ...stack.roleEnvironment('detection'),
    GROUP_SESSION_TIMEOUT_MS: String(sessionTimeoutMs),
  };
  const startedAtMs = performance.now();
  const decided = async (): Promise<number> => totalOf(await positionsOf(log, log.groupId));
  const { killedBatchRecords } = settings.replays;
  const killed = startDetection(env, {
    ...settings,
    ...{ batchMaxRecords: killedBatchRecords, overridden: ['batchMaxRecords'] },
  });
  const half = totalOf(first) / 2;
  await untilDecided(killed, async () => (await decided()) >= half, {
    deadlineMs,
    everyMs: lookEveryMs.killed,
  });
  await Promise.all(killed.map((worker) => worker.kill()));
  const decidedBeforeKill = await decided();
  if (decidedBeforeKill >= totalOf(first)) throw new Error('detection was done before it was killed');
  say(`(i) Detection was killed with ${decidedBeforeKill} decided; another goes on`);

  const workers = startDetection(env, settings);
  try {
    const inForce = await fillTheRest();
    const ends = await log.ends();
    await untilDecided(workers, async () => (await decided()) >= totalOf(ends), {
      deadlineMs,
      everyMs: lookEveryMs.other,
    });
    const decidedInSeconds = round((performance.now() - startedAtMs) / 1_000, 1);
    const counts = maker.counts();
    say(
      `(i) ${totalOf(ends)} records decided in ${decidedInSeconds} s: ${counts.transactions} transactions, ` +
        `${counts.late} of them late, ${counts.repeated} repeated, ${counts.altered} with another amount`,
    );
    return { counts, ends, inForce, decidedBeforeKill, decidedInSeconds };
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }

  async function fillTheRest(): Promise<LogState> {
    const opened: LogState = { ...log.inForce, logId: log.logId, partitionCount: settings.partitions };
    const ruleset = await activate(context, opened, {
      ...{ artefactKind: 'ruleset', artefact: defaultRuleset.ref },
      digest: hash('sha256', JSON.stringify(defaultRuleset)),
    });
    await fillUpTo(2 * third);
    const model = await activate(context, ruleset, await publishedModel(context));
    await fillUpTo(transactions);
    return model;
  }
}

type Activated = Extract<ControlRecord, { kind: 'artefact_activated' }>;
type Brought = Pick<Activated, 'artefactKind' | 'artefact' | 'digest' | 'location'>;

/** Tells every partition what comes into force, and answers what is then. */
async function activate({ stack }: BenchContext, before: LogState, brought: Brought): Promise<LogState> {
  const { log, ingest } = stack;
  const { logId } = log;
  const sequence = before.sequence + 1;
  const control: ControlRecord = { kind: 'artefact_activated', logId, sequence, ...brought };
  const sealing = {
    sealer: ingest.kms.sealerFor('received'),
    ...{ stream: 'received' as const, environment: log.environment, source: '/weir/bench' },
  };
  const records = await sealEvents(sealing, [controlEvent(`control-${logId}-${sequence}`, control)]);
  const producer = await log.kafka.createProducer();
  try {
    for (const { partition } of await log.kafka.offsets(streams.received.topic))
      await producer.append(streams.received.topic, partition, records);
  } finally {
    await producer.close();
  }
  return applyControl(before, control);
}

/** A model that knows the accounts of the log, where detection finds it. */
async function publishedModel(context: BenchContext): Promise<Brought> {
  const { stack, settings } = context;
  const learner = connectRole('weir-bench-model', stack.roleEnvironment('learner'));
  try {
    const { versions, model } = await publishInForce(
      { ...settings, modelEntries: settings.replays.modelEntries },
      {
        ...{ kafka: stack.log.kafka, environment: stack.log.environment },
        sealer: learner.kms.sealerFor('models'),
        population: replayedPopulation(context),
      },
    );
    if (versions.model === undefined || model === undefined) throw new Error('no model was published');
    return { artefactKind: 'model', artefact: versions.model, ...model };
  } finally {
    await learner.close();
  }
}

/** Throws where a worker ends first. */
async function untilDecided(
  workers: readonly WorkerProcess[],
  isDecided: () => Promise<boolean>,
  { deadlineMs, everyMs }: { readonly deadlineMs: number; readonly everyMs: number },
): Promise<void> {
  const ended = Promise.race(workers.map(({ exited, name }) => exited.then(() => name)));
  const endsAtMs = performance.now() + deadlineMs;
  while (!(await isDecided())) {
    if (performance.now() > endsAtMs) throw new Error(`deciding the log took longer than ${deadlineMs} ms`);
    const gone = await Promise.race([ended, sleep(everyMs)]);
    if (gone !== undefined) throw new Error(`${gone} ended before everything was decided`);
  }
}
