import { maxOfferedBytes, type Rejection } from '@weir/contracts';
import type { LineTracker, Position, Ticket } from './ledger/line-tracker.ts';
import type { Refusing } from './refuse-record.ts';
import type { Dispatcher } from './send/dispatcher.ts';
import type { Outgoing } from './send/outgoing.ts';
import { frameLines } from './source/frame-lines.ts';
import type { SourceFormat, SourceRecord } from './source/source-format.ts';

export type FeedOptions<Value extends { readonly eventTimeMs: number }> = {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly format: SourceFormat<Value>;
  /** Where an earlier run got to: lines up to there are read past. */
  readonly from: Position;
  /** Reading stops at the first record that happened at or after this. */
  readonly untilEventTimeMs: number | null;
  readonly accept: (value: Value, observedAtMs: number) => Omit<Outgoing, 'ticket'>;
  readonly refuse: (
    record: SourceRecord,
    rejections: readonly Rejection[],
    nowMs: number,
    beside: Refusing,
  ) => Omit<Outgoing, 'ticket'>;
  readonly tracker: LineTracker;
  readonly dispatcher: Dispatcher<Ticket>;
  /** Aborted when the run is to end, by whoever wants it to. */
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
};

export type FeedEnding = 'finished' | 'stopped_at_limit' | 'interrupted';

/**
 * How far reading may be ahead of what is settled without a gap. The first bounds
 * what a crash sends twice, and both bound memory.
 */
const maxOpenRecords = 20_000;
const maxOpenBytes = 32 * 1_048_576;

/**
 * Feeds one input into the log, in its order, no faster than the log takes it.
 * Resolves when everything read is settled; `interrupted` when the signal
 * aborted before. Throws SourceError for a fault of the whole input, and
 * what made the dispatcher give up, each after the rest has settled.
 */
export async function feedSource<Value extends { readonly eventTimeMs: number }>(
  options: FeedOptions<Value>,
): Promise<FeedEnding> {
  const { dispatcher } = options;
  try {
    const ending = await readThrough(options);
    await dispatcher.idle();
    return ending;
  } catch (error) {
    // What was read before the fault is good, and is in the log when the fault is told.
    await dispatcher.idle();
    throw error;
  }
}

async function readThrough<Value extends { readonly eventTimeMs: number }>(
  options: FeedOptions<Value>,
): Promise<FeedEnding> {
  const { format, from, tracker, dispatcher, signal } = options;
  const feedRecord = createRecordFeeder(options);
  for await (const records of format.records(frameLines(options.chunks, maxOfferedBytes))) {
    for (const record of records) {
      if (signal.aborted) return 'interrupted';
      if (record.endLine <= from.line) continue;
      if (feedRecord(record) === 'limit') return 'stopped_at_limit';
      while (!signal.aborted && isFull(tracker, dispatcher)) await dispatcher.progress();
    }
  }
  return signal.aborted ? 'interrupted' : 'finished';
}

const isFull = (tracker: LineTracker, dispatcher: Dispatcher<Ticket>): boolean =>
  tracker.openRecords() >= maxOpenRecords || dispatcher.openBytes() >= maxOpenBytes;

function createRecordFeeder<Value extends { readonly eventTimeMs: number }>(
  options: FeedOptions<Value>,
): (record: SourceRecord) => 'fed' | 'limit' {
  const { format, tracker, dispatcher, untilEventTimeMs } = options;
  // The source's running maximum of event time: the clock a file is observed by, the same at every feeding.
  let observedAtMs = options.from.observedAtMs;

  return (record) => {
    const nowMs = options.nowMs();
    const outcome =
      record.oversized === null
        ? format.read(record.bytes, nowMs)
        : { ok: false as const, rejections: [{ code: 'record_too_large' as const, path: '' }] };
    const { line, endLine } = record;
    if (!outcome.ok) {
      const outgoing = options.refuse(record, outcome.rejections, nowMs, {
        observedAtMs,
        columns: format.columns(),
      });
      const ticket = tracker.offer({ line, endLine, observedAtMs, rejections: outcome.rejections });
      dispatcher.push({ ...outgoing, ticket });
      return 'fed';
    }
    const { eventTimeMs } = outcome.value;
    if (untilEventTimeMs !== null && eventTimeMs >= untilEventTimeMs) return 'limit';
    observedAtMs = Math.max(observedAtMs ?? eventTimeMs, eventTimeMs);
    const outgoing = options.accept(outcome.value, observedAtMs);
    dispatcher.push({ ...outgoing, ticket: tracker.offer({ line, endLine, observedAtMs, rejections: [] }) });
    return 'fed';
  };
}
