import {
  decodeRejected,
  formatInstant,
  streams,
  WeirError,
  type ErrorCode,
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
  readonly unreadable: UnreadableCode | null;
};

/** What is wrong with one key, and keeps nobody from reading what other keys have sealed. */
const keysOutOfUse: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'kms_key_disabled',
  'kms_key_pending_deletion',
  'kms_key_not_found',
]);

/** Opens a dead letter, though not its original. Throws what the KMS throws, but for a key that is out of use. */
export async function openLetter(
  { opener, environment }: Pick<Ops, 'opener' | 'environment'>,
  record: KafkaRecord,
): Promise<OpenedLetter> {
  try {
    const [opened] = await openEvents({ opener, stream: 'rejected', environment }, [record]);
    if (opened === undefined) throw new RangeError('one record gives one outcome');
    if (!opened.ok) return { ok: false, code: opened.rejection.code };
    const rejected = decodeRejected(opened.plaintext);
    return rejected === undefined ? { ok: false, code: 'contract_violation' } : { ok: true, rejected };
  } catch (error) {
    if (!(error instanceof WeirError) || !keysOutOfUse.has(error.code)) throw error;
    return { ok: false, code: error.code };
  }
}

/** What is told of it. */
export function letterOf(
  { partition, offset, timestampMs }: Pick<KafkaRecord, 'partition' | 'offset' | 'timestampMs'>,
  opened: OpenedLetter,
): DeadLetter {
  const at = { place: placeText({ partition, offset }), at: formatInstant(timestampMs) };
  if (!opened.ok) {
    const nothing = { rejections: [], origin: null, originalBytes: null, keptBytes: null };
    return { ...at, ...nothing, unreadable: opened.code };
  }
  const { rejections, origin, original, originalBytes } = opened.rejected;
  const keptBytes = original?.length ?? null;
  return { ...at, rejections, origin, originalBytes, keptBytes, unreadable: null };
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
