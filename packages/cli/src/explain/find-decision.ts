import {
  decodePayload,
  events,
  outcomePartition,
  streams,
  type Decision,
  type Evidence,
  type JournalRecord,
  type OutcomeReport,
  type StreamName,
  type Transaction,
} from '@weir/contracts';
import type { Ops } from '../ops/connect-ops.ts';
import { narrowDown } from '../ops/find-in-order.ts';
import { readEvents, type ReadEvent } from '../ops/read-events.ts';
import { journalRecordOf } from '../report/read-rules-report.ts';

/** What became of a record of the log, and the journal record that says so. */
export type FoundDecision = { readonly journal: JournalRecord; readonly decision: Decision };

/** Where a search ended that found nothing. */
export type NotFound = {
  /** Journal records looked at, and when the earliest of them was written; undefined where there was none. */
  readonly records: number;
  readonly backTo: string | undefined;
  /** Whether there are earlier ones that were not looked at. */
  readonly hasEarlier: boolean;
};

/** A place in the log. */
export type Place = { readonly partition: number; readonly offset: number };

/** Finds what became of the record at a place of the log; undefined where the journal doesn't say (yet, or any more). */
export async function findByPlace(
  ops: Ops,
  { partition, offset }: Place,
): Promise<FoundDecision | undefined> {
  const whole = await wholeOf(ops, 'decisions', partition);
  if (whole === undefined) return undefined;
  const stretch = await narrowDown(ops, 'decisions', whole, (event) => {
    const journal = journalRecordOf(event);
    return journal !== undefined && journal.to <= offset;
  });
  let found: FoundDecision | undefined;
  await readEvents(ops, 'decisions', rangeOf(partition, stretch), (event) => {
    const journal = journalRecordOf(event);
    if (journal === undefined || offset < journal.from || offset >= journal.to) return;
    const decision = journal.decisions.find((one) => one.offset === offset);
    if (decision !== undefined) found = { journal, decision };
  });
  return found;
}

/** What a held, flagged, cleared or released event says of its place in the log; undefined where no such event stands there. */
export async function logPlaceOf(
  ops: Ops,
  stream: 'held' | 'cleared',
  { partition, offset }: Place,
): Promise<Place | undefined> {
  const whole = await wholeOf(ops, stream, partition);
  if (whole === undefined || offset < whole.from || offset >= whole.until) return undefined;
  let place: Place | undefined;
  await readEvents(ops, stream, rangeOf(partition, { from: offset, until: offset + 1 }), (event) => {
    place = sourceOf(event);
  });
  return place;
}

/** The place in the log that a verdict is about. */
function sourceOf(event: ReadEvent): Place | undefined {
  const { value } = verdictIn(event) ?? {};
  return value === undefined ? undefined : { partition: value.sourcePartition, offset: value.sourceOffset };
}

function verdictIn({ opened }: ReadEvent) {
  if (!opened.ok) return undefined;
  const { plaintext } = opened;
  switch (opened.attributes.type) {
    case events.transactionHeld.type:
      return evident(decodePayload(events.transactionHeld, plaintext));
    case events.transactionFlagged.type:
      return evident(decodePayload(events.transactionFlagged, plaintext));
    case events.transactionCleared.type: {
      const payload = decodePayload(events.transactionCleared, plaintext);
      return payload.ok ? { value: payload.value, evidence: undefined } : undefined;
    }
    case events.transactionReleased.type: {
      const payload = decodePayload(events.transactionReleased, plaintext);
      return payload.ok ? { value: payload.value, evidence: undefined } : undefined;
    }
    default:
      return undefined;
  }
}

const evident = <Value extends { readonly evidence: Evidence }>(
  payload: { readonly ok: true; readonly value: Value } | { readonly ok: false },
) => (payload.ok ? { value: payload.value, evidence: payload.value.evidence } : undefined);

/** The evidence of a held or flagged transaction by its place in the log; undefined where the stream has none (any more). */
export async function findEvidence(ops: Ops, { partition, offset }: Place): Promise<Evidence | undefined> {
  const whole = await wholeOf(ops, 'held', partition);
  if (whole === undefined) return undefined;
  const stretch = await narrowDown(
    ops,
    'held',
    whole,
    (event) => (sourceOf(event)?.offset ?? Infinity) < offset,
  );
  let evidence: Evidence | undefined;
  await readEvents(ops, 'held', rangeOf(partition, stretch), (event) => {
    const found = verdictIn(event);
    if (found?.value.sourceOffset === offset) evidence = found.evidence;
  });
  return evidence;
}

/** The transaction as the log has it; undefined where the log no longer does. */
export async function readTransaction(
  ops: Ops,
  { partition, offset }: Place,
): Promise<Transaction | undefined> {
  const whole = await wholeOf(ops, 'received', partition);
  if (whole === undefined || offset < whole.from || offset >= whole.until) return undefined;
  let transaction: Transaction | undefined;
  await readEvents(ops, 'received', rangeOf(partition, { from: offset, until: offset + 1 }), ({ opened }) => {
    if (!opened.ok || opened.attributes.type !== events.transactionReceived.type) return;
    const payload = decodePayload(events.transactionReceived, opened.plaintext);
    if (payload.ok) transaction = payload.value;
  });
  return transaction;
}

/** The stretch of a partition that still stands; undefined where there is no such partition. */
async function wholeOf(ops: Ops, stream: StreamName, partition: number) {
  const offsets = await ops.kafka.offsets(streams[stream].topic);
  const found = offsets.find((one) => one.partition === partition);
  return found === undefined ? undefined : { partition, from: found.earliest, until: found.end };
}

const rangeOf = (partition: number, { from, until }: { readonly from: number; readonly until: number }) => ({
  from: new Map([[partition, from]]),
  until: new Map([[partition, until]]),
});

/** Of all partitions together, about so many offsets are read first; what is asked about is mostly new. */
const firstChunkOffsets = 20_000;
/** Further back the chunks double up to this: each of them begins with a wait for the broker. */
const largestChunkOffsets = 400_000;

/**
 * Looks for the decision about a transaction by its pseudonym, the newest journal records first, in at most
 * `most` of them. What isn't it is passed over by its bytes, unread.
 */
export async function findByPseudonym(
  ops: Ops,
  transaction: string,
  { most, onProgress, signal }: SearchOptions,
): Promise<FoundDecision | NotFound> {
  const offsets = await ops.kafka.offsets(streams.decisions.topic);
  const next = new Map(offsets.map(({ partition, end }) => [partition, end]));
  const earliest = new Map(offsets.map(({ partition, earliest: first }) => [partition, first]));
  const wanted = Buffer.from(JSON.stringify(transaction));
  let [records, oldestMs] = [0, Infinity];
  const isLeft = (): boolean => [...next].some(([partition, end]) => end > (earliest.get(partition) ?? end));
  for (let chunkOffsets = firstChunkOffsets; isLeft() && records < most;) {
    const chunk = Math.max(1_000, Math.ceil(chunkOffsets / Math.max(1, offsets.length)));
    chunkOffsets = Math.min(2 * chunkOffsets, largestChunkOffsets);
    const until = new Map(next);
    for (const [partition, end] of next) {
      next.set(partition, Math.max(earliest.get(partition) ?? 0, end - chunk));
    }
    let found: FoundDecision | undefined;
    await readEvents(ops, 'decisions', { from: next, until }, (event) => {
      signal.throwIfAborted();
      records += 1;
      oldestMs = Math.min(oldestMs, event.record.timestampMs);
      if (event.opened.ok && event.opened.plaintext.includes(wanted)) {
        found = decisionAbout(event, transaction) ?? found;
      }
    });
    if (found !== undefined) return found;
    onProgress(records);
  }
  const backTo = oldestMs === Infinity ? undefined : new Date(oldestMs).toISOString();
  return { records, backTo, hasEarlier: isLeft() };
}

export type SearchOptions = {
  /** Journal records to look at; the last chunk of them is read to its end. */
  readonly most: number;
  readonly onProgress: (records: number) => void;
  readonly signal: AbortSignal;
};

function decisionAbout(event: ReadEvent, transaction: string): FoundDecision | undefined {
  const journal = journalRecordOf(event);
  const decision = journal?.decisions.find(
    (one) => 'subject' in one && one.subject?.transaction === transaction,
  );
  return journal === undefined || decision === undefined ? undefined : { journal, decision };
}

/** What was reported about a transaction, in the order it was reported. */
export async function readReports(ops: Ops, transaction: string): Promise<readonly OutcomeReport[]> {
  const partition = outcomePartition(transaction, await ops.kafka.topicPartitions(streams.outcomes.topic));
  const whole = await wholeOf(ops, 'outcomes', partition);
  if (whole === undefined) return [];
  const reports = new Map<string, OutcomeReport>();
  await readEvents(ops, 'outcomes', rangeOf(partition, whole), ({ opened }) => {
    if (!opened.ok || opened.key !== transaction) return;
    const payload = decodePayload(events.outcome, opened.plaintext);
    // One that was said twice has one id.
    if (payload.ok) reports.set(opened.attributes.id, payload.value);
  });
  return [...reports.values()].toSorted((a, b) => (a.reportedAt < b.reportedAt ? -1 : 1));
}
