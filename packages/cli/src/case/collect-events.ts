import {
  decodePayload,
  decodeRejected,
  events,
  formatInstant,
  streams,
  type Evidence,
  type ReleasedTransaction,
  type StreamName,
} from '@weir/contracts';
import type { CaseTransaction, ManifestPlace } from '@weir/replays';
import type { FoundDecision } from '../explain/find-decision.ts';
import type { Ops } from '../ops/connect-ops.ts';
import { amountsOf, evidenceInRange } from './cut-to-range.ts';
import { earliestMs, placeName } from './places.ts';
import { keyOf, readSelected, type SelectedRecord } from './read-selected.ts';

/** An event about a record of the case: a verdict, a release, or why it was refused. */
export type CaseEvent = {
  readonly stream: StreamName;
  readonly partition: number;
  readonly offset: number;
  readonly at: string;
  readonly type: string;
  readonly id: string;
  /**
   * As its contract has it. Of what was refused, without the bytes that were: they are the record itself; of evidence,
   * without earlier amounts that are not in the case.
   */
  readonly payload: object;
};

/** What the streams say of one record. */
export type EventsOfRecord = {
  readonly events: readonly CaseEvent[];
  readonly evidence: Evidence | undefined;
  readonly release: ReleasedTransaction['release'] | undefined;
};

export type CollectedEvents = {
  /** By the place of the record. */
  readonly ofRecords: ReadonlyMap<string, EventsOfRecord>;
  /** Verdicts and releases of the account that can't be opened: nobody knows which records they are about. */
  readonly closed: number;
};

type Collected = { events: CaseEvent[]; evidence?: Evidence; release?: ReleasedTransaction['release'] };

/**
 * The events about records of a case, by the place of the record. Opens what stands under the key of the account from
 * the time of the first on, for a release may come at any time; what is about other records is let go at once.
 */
export async function collectEvents(
  ops: Ops,
  places: readonly ManifestPlace[],
  account: string,
  of: {
    readonly decisions: ReadonlyMap<string, FoundDecision>;
    readonly transactions: readonly CaseTransaction[];
  },
  signal: AbortSignal,
): Promise<CollectedEvents> {
  if (places.length === 0) return { ofRecords: new Map(), closed: 0 };
  const { decisions, transactions } = of;
  let closed = 0;
  const amounts = amountsOf(transactions);
  const all = new Map<string, Collected>(places.map((place) => [placeName(place), { events: [] }]));
  const partitions = new Set(places.map(({ partition }) => partition));
  for (const stream of ['held', 'cleared'] as const) {
    const range = await since(ops, stream, earliestMs(places), (partition) => partitions.has(partition));
    await readSelected(
      ops,
      stream,
      range,
      (record) => keyOf(record) === account,
      (selected) => {
        if (!selected.opened.ok) closed += 1;
        addVerdict(all, stream, selected, amounts);
      },
      signal,
    );
  }
  // A letter's key says of which partition it is: only where something was refused are those opened.
  const refused = [...decisions.values()].filter(({ decision }) => decision.outcome === 'rejected');
  const keys = new Set(
    refused.map(({ journal }) => `${streams.received.topic}-${String(journal.partition)}`),
  );
  if (keys.size > 0)
    await readSelected(
      ops,
      'rejected',
      await since(ops, 'rejected', earliestMs(places), () => true),
      (record) => keys.has(keyOf(record) ?? ''),
      (selected) => addRefusal(all, selected),
      signal,
    );
  const ofRecords = new Map(
    [...all].map(([name, { events: told, evidence, release }]) => [
      name,
      { events: told, evidence, release },
    ]),
  );
  return { ofRecords, closed };
}

/** From about a time on to the end, of some partitions. */
async function since(ops: Ops, stream: StreamName, timeMs: number, isAsked: (partition: number) => boolean) {
  const { topic } = streams[stream];
  const from = await ops.kafka.offsetsAtTime(topic, timeMs);
  const ends = (await ops.kafka.offsets(topic)).filter(({ partition }) => isAsked(partition));
  return {
    from: new Map(ends.map(({ partition, end }) => [partition, from.get(partition) ?? end])),
    until: new Map(ends.map(({ partition, end }) => [partition, end])),
  };
}

function addVerdict(
  all: Map<string, Collected>,
  stream: StreamName,
  selected: SelectedRecord,
  amounts: ReadonlySet<string>,
): void {
  const value = verdictIn(selected);
  if (value === undefined) return;
  const { sourcePartition: partition, sourceOffset: offset } = value;
  const of = all.get(placeName({ partition, offset }));
  if (of === undefined) return;
  const payload =
    'evidence' in value ? { ...value, evidence: evidenceInRange(value.evidence, amounts) } : value;
  of.events.push(eventOf(stream, selected, payload));
  if ('evidence' in payload) of.evidence = payload.evidence;
  if ('release' in value) of.release = value.release;
}

function verdictIn({ opened }: SelectedRecord) {
  if (!opened.ok) return undefined;
  const { plaintext } = opened;
  switch (opened.attributes.type) {
    case events.transactionHeld.type:
      return valueOf(decodePayload(events.transactionHeld, plaintext));
    case events.transactionFlagged.type:
      return valueOf(decodePayload(events.transactionFlagged, plaintext));
    case events.transactionCleared.type:
      return valueOf(decodePayload(events.transactionCleared, plaintext));
    case events.transactionReleased.type:
      return valueOf(decodePayload(events.transactionReleased, plaintext));
    default:
      return undefined;
  }
}

const valueOf = <Value>(
  payload: { readonly ok: true; readonly value: Value } | { readonly ok: false },
): Value | undefined => (payload.ok ? payload.value : undefined);

function addRefusal(all: Map<string, Collected>, selected: SelectedRecord): void {
  const rejected = selected.opened.ok ? decodeRejected(selected.opened.plaintext) : undefined;
  if (rejected?.origin.kind !== 'topic' || rejected.origin.topic !== streams.received.topic) return;
  const { rejections, origin, originalBytes, originalSha256 } = rejected;
  all
    .get(placeName(origin))
    ?.events.push(eventOf('rejected', selected, { rejections, origin, originalBytes, originalSha256 }));
}

function eventOf(stream: StreamName, { record, opened }: SelectedRecord, payload: object): CaseEvent {
  if (!opened.ok) throw new Error('only what was opened is an event');
  const { partition, offset, timestampMs } = record;
  const { type, id } = opened.attributes;
  return { stream, partition, offset, at: formatInstant(timestampMs), type, id, payload };
}
