import { decodePayload, events, parseInstant, streams, type JournalRecord } from '@weir/contracts';
import type { PartitionPositions } from '@weir/kafka';
import type { Ops } from '../ops/connect-ops.ts';
import { narrowDown } from '../ops/find-in-order.ts';
import { readEvents, type ReadEvent } from '../ops/read-events.ts';
import { readLatestEvents } from '../ops/read-latest.ts';
import type { RulesReport } from './comparison.ts';
import { createKnownOutcomes } from './known-outcomes.ts';
import { readPeriod, type PeriodOptions } from './read-period.ts';
import { createRulesReport, type Period } from './rules-report.ts';

/** How far ahead of its time ingest lets a transaction come in: a day, where it isn't told otherwise; one more to be sure. */
const aheadMs = 2 * 86_400_000;

/** Of each partition at a time, so that a long journal is no single read with a deadline. */
const stretchOffsets = 100_000;

/** Journal records that are looked at for the newest event time. */
const latestRecords = 100;

/** What a report is read with; `onProgress` is told how many journal records were read of how many offsets. */
export type ReportReading = {
  readonly onProgress: (records: number, offsetsLeft: number) => void;
  readonly signal: AbortSignal;
};

/**
 * Reads the journal and the outcomes of a period of event time, once, and compares what was decided with
 * what the other ruleset would have. Undefined where nothing was decided yet. Throws the signal's reason
 * where it is aborted.
 */
export async function readRulesReport(
  ops: Ops,
  options: PeriodOptions,
  reading: ReportReading,
): Promise<RulesReport | undefined> {
  const newestMs = await newestEventTime(ops);
  // Options that mean nothing are told also where there is nothing to report on.
  const period = readPeriod(options, newestMs ?? 0);
  if (newestMs === undefined) return undefined;
  const outcomes = await readOutcomesSince(ops, period);
  const report = createRulesReport(period, outcomes.outcomeOf);
  let unreadable = 0;
  await readJournalSince(ops, period, reading, (event) => {
    const record = journalRecordOf(event);
    if (record === undefined) unreadable += 1;
    else report.observe(record);
  });
  return report.end({ unreadable, outcomes: outcomes.forgotten() });
}

/** What stands on the journal, or undefined where it can't be read or belongs to another partition. */
export function journalRecordOf({ record, opened }: ReadEvent): JournalRecord | undefined {
  const payload = opened.ok ? decodePayload(events.journal, opened.plaintext) : undefined;
  return payload?.ok === true && payload.value.partition === record.partition ? payload.value : undefined;
}

/** The newest event time among the latest decisions, but for what claims to come from the future. */
async function newestEventTime(ops: Ops): Promise<number | undefined> {
  const offsets = await ops.kafka.offsets(streams.decisions.topic);
  const latest = await readLatestEvents(ops, 'decisions', { count: latestRecords, offsets });
  const times = latest.flatMap((event) =>
    (journalRecordOf(event)?.decisions ?? []).flatMap((decision) => {
      if (decision.outcome !== 'cleared' && decision.outcome !== 'held') return [];
      const time = decision.subject === undefined ? undefined : parseInstant(decision.subject.eventTime);
      return time?.ok !== true || decision.reasons.includes('future_dated') ? [] : [time.epochMs];
    }),
  );
  return times.length === 0 ? undefined : Math.max(...times);
}

/** Nobody reports a transaction before it has happened. */
async function readOutcomesSince(ops: Ops, { fromMs }: Period) {
  const known = createKnownOutcomes();
  const from = new Date(fromMs).toISOString();
  await readEvents(ops, 'outcomes', { from: 'earliest' }, ({ opened }) => {
    const report = opened.ok ? decodePayload(events.outcome, opened.plaintext) : undefined;
    if (report?.ok === true && report.value.reportedAt >= from) known.add(report.value);
  });
  return known;
}

async function readJournalSince(
  ops: Ops,
  { fromMs }: Period,
  { onProgress, signal }: ReportReading,
  onEvent: (event: ReadEvent) => void,
): Promise<void> {
  const offsets = await ops.kafka.offsets(streams.decisions.topic);
  let next = new Map<number, number>();
  for (const { partition, earliest, end } of offsets) {
    const whole = { partition, from: earliest, until: end };
    // A verdict comes behind what it is about, but for what was dated ahead.
    const isBefore = ({ record }: ReadEvent): boolean => record.timestampMs < fromMs - aheadMs;
    next.set(partition, (await narrowDown(ops, 'decisions', whole, isBefore)).from);
  }
  const ends = new Map(offsets.map(({ partition, end }) => [partition, end]));
  let records = 0;
  while (leftOf(next, ends) > 0) {
    const until = new Map(
      [...next].map(([partition, from]) => [
        partition,
        Math.min(ends.get(partition) ?? from, from + stretchOffsets),
      ]),
    );
    await readEvents(ops, 'decisions', { from: next, until }, (event) => {
      signal.throwIfAborted();
      records += 1;
      if (records % 1_000 === 0) onProgress(records, leftOf(next, ends));
      onEvent(event);
    });
    next = until;
  }
}

const leftOf = (next: PartitionPositions, ends: PartitionPositions): number =>
  [...next].reduce((sum, [partition, from]) => sum + Math.max(0, (ends.get(partition) ?? from) - from), 0);
