import { setTimeout as delay } from 'node:timers/promises';
import { streams } from '@weir/contracts';
import type { Violation } from '../history-checks/history.ts';
import { isTold, judgeRound, openBooks, readOn } from './campaign.ts';
import type { Campaign, RoundBooks } from './campaign.ts';
import { repeatedMails } from './check/check-mails.ts';
import { countVerdicts } from './check/count-verdicts.ts';
import type { CountedVerdicts } from './check/count-verdicts.ts';
import { loadAndHurt } from './hurt.ts';
import type { FaultStep } from './hurt.ts';
import type { FeedOutcome } from './load/feed-outcome.ts';
import type { FaultKind } from './plan/fault-kinds.ts';
import type { RoundPlan } from './plan/plan-rounds.ts';
import { reaches, watchPositions } from './read/watch-positions.ts';
import type { PositionWatch } from './read/watch-positions.ts';
import type { RulesetCounts } from './rules/change-rulesets.ts';
import type { WorkerEnd } from './stack/kept-worker.ts';

export type RoundReport = {
  readonly round: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly kinds: readonly FaultKind[];
  readonly steps: readonly FaultStep[];
  /** What the round should have done to the pipeline, or made it do, and did not. With any of it the round has failed: it proves nothing. */
  readonly withoutEffect: readonly string[];
  /** How rulesets and lists changed meanwhile. */
  readonly rulesets: RulesetCounts;
  readonly verdicts: readonly CountedVerdicts[];
  readonly ratePerSecond: number;
  readonly sent: number;
  readonly acknowledged: number;
  readonly unknown: number;
  /** What ingest itself calls failed and unknown. */
  readonly ingestFailed: number;
  readonly ingestUnknown: number;
  readonly planted: number;
  /** Verdicts that held, rejections, alerts, and repeats that got no verdict of their own. */
  readonly held: number;
  readonly rejected: number;
  readonly alerts: number;
  /** Transactions that people approved to go, as they were told. */
  readonly approved: number;
  readonly repeats: number;
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

const recoveryDeadlineMs = 90_000;
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
  const books = openBooks(campaign, plan);
  const watch = watchPositions(stack.observer.kafka, signal);
  try {
    const hurt = await loadAndHurt(campaign, plan, books, onStep);
    const recovery = await recover(campaign, books, watch, hurt.healedMs);
    const checkedMs = performance.now();
    const violations = await check(campaign, books);
    campaign.violations.push(...violations);
    const outcomes = outcomesOf(books);
    const missing = outcomeNames.filter((name) => outcomes[name] === 0);
    return {
      round: plan.round,
      startedAt,
      kinds: plan.faults.map(({ kind }) => kind),
      steps: hurt.steps,
      withoutEffect: [
        ...hurt.withoutEffect,
        ...missing.map((name) => `what the round made has some ${name}`),
      ],
      rulesets: hurt.rulesets,
      approved: hurt.approved,
      verdicts: countVerdicts(books.part.journal),
      ratePerSecond: plan.ratePerSecond,
      ...countsOf(hurt.fed),
      planted: books.planted.length,
      ...outcomes,
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

/** What was fed, in numbers. */
function countsOf({ settled, runs }: FeedOutcome) {
  const settledAs = (state: 'acknowledged' | 'unknown'): number =>
    settled.filter((send) => send.state === state).length;
  const sumOf = (name: 'failed' | 'unknown'): number =>
    runs.reduce((sum, { ledger }) => sum + (typeof ledger === 'string' ? 0 : ledger.counts[name]), 0);
  return {
    sent: settled.length,
    acknowledged: settledAs('acknowledged'),
    unknown: settledAs('unknown'),
    ingestFailed: sumOf('failed'),
    ingestUnknown: sumOf('unknown'),
  };
}

const outcomeNames = ['held', 'rejected', 'alerts', 'repeats'] as const;

/** What came of it, in numbers. A round without some of each shows little. */
function outcomesOf({ part }: RoundBooks): Record<(typeof outcomeNames)[number], number> {
  const decided = part.journal.flatMap(({ decisions }) => decisions);
  return {
    held: part.published.filter(({ outcome }) => outcome === 'held').length,
    rejected: part.rejected.length,
    alerts: part.alerts.length,
    repeats: decided.filter(({ outcome }) => outcome === 'duplicate').length,
  };
}

/** How much longer it may take until all that was taken in has been told. */
const toldDeadlineMs = 60_000;
const betweenReadingsMs = 1_000;

/** Waits until everything that was taken in is in an alert that was told, and what was approved has been let go. */
async function untilTold(
  campaign: Campaign,
  books: RoundBooks,
  watch: PositionWatch,
): Promise<number | undefined> {
  const endsAtMs = performance.now() + toldDeadlineMs;
  for (;;) {
    const atMs = performance.now();
    await readOn(campaign, books);
    const settled = await watch.first(
      0,
      ({ releases }) => reaches(releases, lastPlaces(books.part.approvals)),
      betweenReadingsMs,
    );
    if (settled !== undefined && isTold(campaign)) return atMs;
    if (performance.now() > endsAtMs) return undefined;
    await delay(betweenReadingsMs, undefined, { signal: campaign.signal });
  }
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
  // What is flagged stands on the same stream.
  const held = lastPlaces(
    books.part.published.filter(({ outcome }) => outcome === 'held' || outcome === 'flagged'),
  );
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
  const told = alerted === undefined ? undefined : await untilTold(campaign, books, watch);
  const since = (ms: number | undefined): number => ((ms ?? performance.now()) - healedMs) / 1000;
  return {
    recoverySeconds: since(drained && alerted && told ? Math.max(drained.atMs, alerted.atMs) : undefined),
    detectionRecoverySeconds: since(drained?.atMs),
    hasRecovered: drained !== undefined && alerted !== undefined && told !== undefined,
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
