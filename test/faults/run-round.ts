import { setTimeout as delay } from 'node:timers/promises';
import { streams } from '@weir/contracts';
import { judgeRound, openBooks, readOn, withRedis } from './campaign.ts';
import type { Campaign, RoundBooks } from './campaign.ts';
import { repeatedMails } from './check/check-alerts.ts';
import type { Violation } from '../history-checks/history.ts';
import { faults } from './inject/faults.ts';
import { feedKilledFile } from './load/feed-killed-file.ts';
import { createLoadGenerator } from './load/generate-load.ts';
import { startPacedFeed } from './load/paced-feed.ts';
import type { FeedOutcome, PacedFeed } from './load/paced-feed.ts';
import { plantForeign } from './load/plant-foreign.ts';
import type { FaultKind } from './plan/fault-kinds.ts';
import type { PlannedFault, RoundPlan } from './plan/plan-rounds.ts';
import { createSeededRandom } from './plan/seeded-random.ts';
import { reaches, watchPositions } from './read/watch-positions.ts';
import type { PositionWatch } from './read/watch-positions.ts';
import type { WorkerEnd } from './stack/kept-worker.ts';

/** What was done and when, in ms from the beginning of the round's load. */
export type FaultStep = { readonly atMs: number; readonly kind: FaultKind; readonly what: string };

export type RoundReport = {
  readonly round: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly kinds: readonly FaultKind[];
  readonly steps: readonly FaultStep[];
  readonly ratePerSecond: number;
  readonly sent: number;
  readonly acknowledged: number;
  readonly unknown: number;
  /** What ingest itself calls failed and unknown. */
  readonly ingestFailed: number;
  readonly ingestUnknown: number;
  readonly planted: number;
  /** From the last healing until every record has its verdict and every held one its alert. */
  readonly recoverySeconds: number;
  readonly detectionRecoverySeconds: number;
  readonly hasRecovered: boolean;
  /** Ends of workers that nobody asked for. */
  readonly workerEnds: readonly WorkerEnd[];
  /** Records of the log so far. */
  readonly logRecords: number;
  /** Mails delivered once more under the same Message-ID, so far. */
  readonly repeatedMails: number;
  readonly seconds: number;
  readonly checkSeconds: number;
  readonly violations: readonly Violation[];
};

/** Load after the healing, so that everything that was lost is looked at once more. */
const loadAfterHealingMs = 500;
/** Some faults are over at once: there is load for so long all the same. */
const shortestLoadMs = 5_000;
const recoveryDeadlineMs = 90_000;
const accountsOfFile = 40;
/** What has just been committed may show a moment later. */
const looks = 3;
const betweenLooksMs = 700;

/** One round: load, faults, healing, recovery, and then every rule over all that is known. */
export async function runRound(
  campaign: Campaign,
  plan: RoundPlan,
  onStep: (step: FaultStep) => void,
): Promise<RoundReport> {
  const startedAt = new Date().toISOString();
  const startedMs = performance.now();
  const endsBefore = campaign.workerEnds.length;
  const { stack, signal } = campaign;
  const books = openBooks(campaign);
  const watch = watchPositions(stack.observer.kafka, signal);
  try {
    const { steps, fed, healedMs } = await loadAndHurt(campaign, plan, { books, startedMs, onStep });
    const recovery = await recover(campaign, books, watch, healedMs);
    const checkedMs = performance.now();
    const violations = await check(campaign, books);
    campaign.violations.push(...violations);
    return {
      round: plan.round,
      startedAt,
      kinds: plan.faults.map(({ kind }) => kind),
      steps,
      ratePerSecond: plan.ratePerSecond,
      ...countsOf(fed),
      planted: books.planted.length,
      ...recovery,
      workerEnds: campaign.workerEnds.slice(endsBefore),
      logRecords: campaign.counts.log,
      repeatedMails: repeatedMails(stack.mails.deliveries),
      seconds: (performance.now() - startedMs) / 1000,
      checkSeconds: (performance.now() - checkedMs) / 1000,
      violations,
    };
  } finally {
    await watch.stop();
  }
}

/** Feeds the pipeline and hurts it meanwhile; resolves when all is healed and everything sent is settled. */
async function loadAndHurt(
  campaign: Campaign,
  plan: RoundPlan,
  round: {
    readonly books: RoundBooks;
    readonly startedMs: number;
    readonly onStep: (step: FaultStep) => void;
  },
): Promise<{ readonly steps: readonly FaultStep[]; readonly fed: FeedOutcome; readonly healedMs: number }> {
  const { stack, signal, generator, fileGenerators } = campaign;
  const { books, startedMs } = round;
  const random = createSeededRandom(`${campaign.seed}/round-${plan.round}/planted`);
  const steps: FaultStep[] = [];
  const filed: FeedOutcome[] = [];
  const take = (step: FaultStep): void => {
    steps.push(step);
    round.onStep(step);
  };
  const feed = startPacedFeed({
    round: plan.round,
    generator,
    // A key that is lost is found when it is missed: every account there is gets a last transaction.
    tail: () => [generator, ...fileGenerators].flatMap((one) => one.touchAll()),
    ratePerSecond: plan.ratePerSecond,
    env: stack.workerEnvironment('ingest'),
    home: stack.home,
  });
  try {
    const planting = plantForeign(stack.observer.kafka, random, campaign.copied);
    await Promise.all(
      plan.faults.map((fault) => doFault(campaign, plan, { fault, feed, filed, take, startedMs })),
    );
    const healedMs = performance.now();
    const leftMs = Math.max(loadAfterHealingMs, startedMs + shortestLoadMs - healedMs);
    await delay(leftMs, undefined, { signal });
    const planted = await planting;
    for (const to of [campaign, books]) to.planted.push(...planted);
    const fed = joinOutcomes([await feed.finish(), ...filed]);
    keepBooks(campaign, books, fed);
    return { steps, fed, healedMs };
  } finally {
    await feed.abandon();
  }
}

async function doFault(
  campaign: Campaign,
  plan: RoundPlan,
  round: {
    readonly fault: PlannedFault;
    readonly feed: PacedFeed;
    /** Where a fault that feeds something of its own leaves its books. */
    readonly filed: FeedOutcome[];
    readonly take: (step: FaultStep) => void;
    readonly startedMs: number;
  },
): Promise<void> {
  const { kind, atMs } = round.fault;
  const sleep = (delayMs: number): Promise<void> => delay(delayMs, undefined, { signal: campaign.signal });
  await sleep(atMs);
  await faults[kind]({
    stack: campaign.stack,
    feed: round.feed,
    random: createSeededRandom(`${campaign.seed}/round-${plan.round}/${kind}`),
    feedFile: async () => {
      const name = `file-${plan.round}`;
      const generator = createLoadGenerator(`${campaign.seed}/${name}`, {
        prefix: name,
        accounts: accountsOfFile,
      });
      campaign.fileGenerators.push(generator);
      const outcome = await feedKilledFile({
        name,
        generator,
        env: campaign.stack.workerEnvironment('ingest'),
        home: campaign.stack.home,
        sleep,
      });
      round.filed.push(outcome);
    },
    withRedis: (use) => withRedis(campaign.stack, use),
    sleep,
    say: (what) => round.take({ atMs: Math.round(performance.now() - round.startedMs), kind, what }),
  });
}

const joinOutcomes = (outcomes: readonly FeedOutcome[]): FeedOutcome => ({
  settled: outcomes.flatMap(({ settled }) => settled),
  ledgers: new Map(outcomes.flatMap(({ ledgers }) => [...ledgers])),
  workerEnds: outcomes.flatMap(({ workerEnds }) => workerEnds),
});

function keepBooks(
  campaign: Campaign,
  books: RoundBooks,
  { settled, ledgers, workerEnds }: FeedOutcome,
): void {
  campaign.workerEnds.push(...workerEnds);
  for (const { sequence, state, transaction, source, sourceLine } of settled) {
    const send = { sequence, state, transaction, source, sourceLine };
    for (const to of [campaign, books]) to.sends.push(send);
  }
  for (const [source, ledger] of ledgers) {
    if (ledger !== undefined) campaign.ingest.push({ source, state: ledger.state, ...ledger.counts });
  }
}

function countsOf({ settled, ledgers }: FeedOutcome) {
  const settledAs = (state: 'acknowledged' | 'unknown'): number =>
    settled.filter((send) => send.state === state).length;
  const sumOf = (name: 'failed' | 'unknown'): number =>
    [...ledgers.values()].reduce((sum, ledger) => sum + (ledger?.counts[name] ?? 0), 0);
  return {
    sent: settled.length,
    acknowledged: settledAs('acknowledged'),
    unknown: settledAs('unknown'),
    ingestFailed: sumOf('failed'),
    ingestUnknown: sumOf('unknown'),
  };
}

/** Waits until detection and alerting have nothing left, and reads everything. */
async function recover(
  campaign: Campaign,
  books: RoundBooks,
  watch: PositionWatch,
  healedMs: number,
): Promise<Pick<RoundReport, 'recoverySeconds' | 'detectionRecoverySeconds' | 'hasRecovered'>> {
  const fedMs = performance.now();
  const drained = await watch.first(
    fedMs,
    ({ logEnds, detection }) => reaches(detection, logEnds),
    recoveryDeadlineMs,
  );
  await readOn(campaign, books);
  campaign.copied ??= await copyOne(campaign, books);
  const held = lastPlaces(books.part.published.filter(({ outcome }) => outcome === 'held'));
  const rejected = lastPlaces(books.part.rejected);
  const alerted =
    drained === undefined
      ? undefined
      : await watch.first(
          fedMs,
          ({ alertingHeld, alertingRejected }) =>
            reaches(alertingHeld, held) && reaches(alertingRejected, rejected),
          recoveryDeadlineMs,
        );
  const since = (ms: number | undefined): number => ((ms ?? performance.now()) - healedMs) / 1000;
  return {
    recoverySeconds: since(drained && alerted ? Math.max(drained.atMs, alerted.atMs) : undefined),
    detectionRecoverySeconds: since(drained?.atMs),
    hasRecovered: drained !== undefined && alerted !== undefined,
  };
}

/** Behind the last record of each partition. */
function lastPlaces(
  records: readonly { readonly partition: number; readonly offset: number }[],
): Map<number, number> {
  const last = new Map<number, number>();
  for (const { partition, offset } of records)
    last.set(partition, Math.max(last.get(partition) ?? 0, offset + 1));
  return last;
}

/** Any sealed transaction of the log, to be copied and tampered with. */
async function copyOne({ stack }: Campaign, { part }: RoundBooks): Promise<Campaign['copied']> {
  const place = part.log.find(({ kind }) => kind === 'transaction');
  if (place === undefined) return undefined;
  const { partition, offset } = place;
  let copied: Campaign['copied'];
  await stack.observer.kafka.readRange({
    topic: streams.received.topic,
    from: new Map([[partition, offset]]),
    until: new Map([[partition, offset + 1]]),
    readCommitted: true,
    deadlineMs: recoveryDeadlineMs,
    onRecord: (record) => {
      copied ??= record;
    },
  });
  return copied;
}

/** A violation counts when several looks agree that it is there. */
async function check(campaign: Campaign, books: RoundBooks): Promise<readonly Violation[]> {
  for (let look = 1; ; look += 1) {
    const { violations, accounts } = await judgeRound(campaign, books);
    if (violations.length === 0 || look === looks) {
      campaign.accounts = accounts;
      return violations;
    }
    await delay(betweenLooksMs, undefined, { signal: campaign.signal });
    await readOn(campaign, books);
  }
}
