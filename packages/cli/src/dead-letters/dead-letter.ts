import {
  decodePayload,
  decodeRejected,
  events,
  formatInstant,
  readRedriveHeader,
  redriveHeader,
  streams,
  WeirError,
  type ErrorCode,
  type RedriveRecord,
  type RejectedOrigin,
  type RejectedRecord,
  type Rejection,
  type RejectionCode,
} from '@weir/contracts';
import { openEvents } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import type { Ops } from '../ops/connect-ops.ts';

/** Why a dead letter can't be read itself: it isn't as it was sealed, or its key is out of use. */
export type UnreadableCode = RejectionCode | ErrorCode;

export type OpenedLetter =
  | { readonly ok: true; readonly rejected: RejectedRecord }
  | { readonly ok: false; readonly code: UnreadableCode };

/** What is told of a dead letter to whoever asks: codes, field paths, places, times and sizes, and nothing it holds. */
export type DeadLetter = {
  /** "rejected/2/41": its own place among the dead letters. */
  readonly place: string;
  readonly at: string;
  /** Empty where it can't be read. */
  readonly rejections: readonly Rejection[];
  readonly origin: RejectedOrigin | null;
  /** Of the original as it was offered; null where it had no value, or can't be read. */
  readonly originalBytes: number | null;
  /** So many of them are kept: of a very long one only the beginning is. */
  readonly keptBytes: number | null;
  /** So often what it holds had been redriven when it was refused. */
  readonly redriven: number;
  readonly unreadable: UnreadableCode | null;
};

/** What is wrong with one key, and keeps nobody from reading what other keys have sealed. */
const keysOutOfUse: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'kms_key_disabled',
  'kms_key_pending_deletion',
  'kms_key_not_found',
]);

/** What stands on the topic: a dead letter, or what ingest says of some that it redrives. */
export type Standing =
  | {
      readonly kind: 'letter';
      readonly opened: OpenedLetter;
      /** The same for the same refused line; null where it can't be read. */
      readonly id: string | null;
      /** When it was refused, by whoever did; null where it can't be read. */
      readonly time: string | null;
    }
  | { readonly kind: 'redrive'; readonly said: RedriveRecord };

/**
 * Opens what stands at a place; of a dead letter not its original. Throws what the KMS throws, but for a key that
 * is out of use.
 */
export async function openStanding(
  { opener, environment }: Pick<Ops, 'opener' | 'environment'>,
  record: KafkaRecord,
): Promise<Standing> {
  const unreadable = (code: UnreadableCode): Standing => ({
    ...{ kind: 'letter', id: null, time: null },
    opened: { ok: false, code },
  });
  try {
    const [opened] = await openEvents({ opener, stream: 'rejected', environment }, [record]);
    if (opened === undefined) throw new RangeError('one record gives one outcome');
    if (!opened.ok) return unreadable(opened.rejection.code);
    const { attributes, plaintext } = opened;
    if (attributes.type === events.redrive.type) {
      const said = decodePayload(events.redrive, plaintext);
      return said.ok ? { kind: 'redrive', said: said.value } : unreadable('contract_violation');
    }
    const rejected = decodeRejected(plaintext);
    if (rejected === undefined) return unreadable('contract_violation');
    return { kind: 'letter', opened: { ok: true, rejected }, id: attributes.id, time: attributes.time };
  } catch (error) {
    if (!(error instanceof WeirError) || !keysOutOfUse.has(error.code)) throw error;
    return unreadable(error.code);
  }
}

/**
 * How often what a dead letter holds had been redriven when it was refused: ingest writes it into the letter, and
 * into a header of the record of the log, which the letter of that record keeps.
 */
export function timesRedriven({ redrive, origin, headers }: RejectedRecord): number {
  if (redrive !== undefined) return redrive.times;
  const header = headers.find(([name]) => name === redriveHeader)?.[1];
  return origin.kind === 'topic' ? (readRedriveHeader(header)?.times ?? 0) : 0;
}

/** What is told of it. */
export function letterOf(
  { partition, offset, timestampMs }: Pick<KafkaRecord, 'partition' | 'offset' | 'timestampMs'>,
  opened: OpenedLetter,
): DeadLetter {
  const at = { place: placeText({ partition, offset }), at: formatInstant(timestampMs) };
  if (!opened.ok) {
    const nothing = { rejections: [], origin: null, originalBytes: null, keptBytes: null, redriven: 0 };
    return { ...at, ...nothing, unreadable: opened.code };
  }
  const { rejections, origin, original, originalBytes } = opened.rejected;
  const keptBytes = original?.length ?? null;
  const redriven = timesRedriven(opened.rejected);
  return { ...at, rejections, origin, originalBytes, keptBytes, redriven, unreadable: null };
}

/** A place among the dead letters. */
export type LetterPlace = { readonly partition: number; readonly offset: number };

export const placeText = ({ partition, offset }: LetterPlace): string => `rejected/${partition}/${offset}`;

/** Reads "rejected/2/41", "transactions.rejected.v1/2/41" or "2/41"; undefined for anything else. */
export function readPlace(text: string): LetterPlace | undefined {
  const [, stream = 'rejected', partition, offset] =
    /^(?:([a-z.0-9]+)\/)?(\d{1,6})\/(\d{1,15})$/.exec(text) ?? [];
  const isOfDeadLetters = stream === 'rejected' || stream === streams.rejected.topic;
  if (!isOfDeadLetters || partition === undefined || offset === undefined) return undefined;
  return { partition: Number(partition), offset: Number(offset) };
}
