import {
  maxOfferedBytes,
  type AcceptableTransaction,
  type RedriveMark,
  type RedriveOffer,
  type Rejection,
} from '@weir/contracts';
import { defaultWindowPlan } from '@weir/windows';
import { createAcceptor, type AcceptOptions } from '../accept-transaction.ts';
import { sha256HexOf } from '../identify.ts';
import { createRefuser } from '../refuse-record.ts';
import type { Outgoing } from '../send/outgoing.ts';
import { createRowFormat } from '../source/csv-format.ts';
import type { CsvMapping } from '../source/csv-mapping.ts';
import { createNdjsonFormat } from '../source/ndjson-format.ts';
import type { ReadRecord, SourceFormat, SourceRecord } from '../source/source-format.ts';
import { isOurLetter } from './letter-proof.ts';

export type OfferAgainOptions = Omit<AcceptOptions, 'tenant' | 'source'> & {
  readonly partitionCount: number;
  /** How the columns of a table become fields now; null where none was given. */
  readonly mapping: CsvMapping | null;
  readonly futureLimitMs: number;
};

export type OfferedAgain =
  /** No record of it can be made: it is a row, and no mapping was given that fits its header, or none is known. */
  | { readonly kind: 'unfit' }
  /** Ingest didn't make the letter, or not as it is. */
  | { readonly kind: 'not_ours' }
  | {
      readonly kind: 'offered';
      readonly outgoing: Omit<Outgoing, 'ticket'>;
      readonly mark: RedriveMark;
      /** Empty where it is accepted now. */
      readonly rejections: readonly Rejection[];
    };

/**
 * Reads what was once refused exactly as a new offer of its source is read, so that it gets the key, id and
 * partition it would have had. What is observed by the wall clock is observed now, so that it is late where it comes
 * too late for its windows; by any other clock when it was.
 */
export function createOfferAgain(
  options: OfferAgainOptions,
): (offer: RedriveOffer, nowMs: number) => OfferedAgain {
  const { partitionCount, mapping, futureLimitMs, ...identity } = options;
  const json = createNdjsonFormat(futureLimitMs);
  const formatOf = (columns: readonly string[] | null): Pick<SourceFormat, 'read'> | undefined => {
    if (columns === null) return json;
    return mapping === null ? undefined : createRowFormat(mapping, columns, futureLimitMs);
  };

  return (offer, nowMs) => {
    if (!isOurLetter(identity.pseudonymizeOnce, offer)) return { kind: 'not_ours' };
    const { letter, of, times, source, line, offered, original } = offer;
    const { tenant, columns } = offered;
    const format = formatOf(columns);
    if (format === undefined) return { kind: 'unfit' };
    const mark = { of, times };
    const record = recordOf(Buffer.from(original, 'base64'), line);
    // Refused again as JSON, a row of a table whose header nobody kept would be spoilt for whoever has it.
    if (letter.from === 'earlier_release' && !isJsonObject(record.bytes)) return { kind: 'unfit' };
    const read = readWhole(format, record, nowMs);
    const clock = {
      letter,
      observedAtMs: offered.observedAt === null ? null : Date.parse(offered.observedAt),
    };
    if (read.ok) {
      const accept = createAcceptor({ ...identity, tenant, source });
      const outgoing = accept(read.value, observedAgainAtMs(clock, read.value.eventTimeMs, nowMs));
      return { kind: 'offered', outgoing, mark, rejections: [] };
    }
    const { pseudonymizeOnce: pseudonymize } = identity;
    const refuse = createRefuser({ tenant, source, partitionCount, pseudonymize, kind: offered.kind });
    const { rejections } = read;
    const beside = { observedAtMs: refusedAgainAtMs(clock, nowMs), columns, redrive: mark };
    const outgoing = refuse(record, rejections, nowMs, beside);
    return { kind: 'offered', outgoing, mark, rejections };
  };
}

type SourceClock = {
  readonly letter: RedriveOffer['letter'];
  /** What it showed when the letter came about; null before its first accepted record. */
  readonly observedAtMs: number | null;
};

/** Where a source's clock stood so close to ours when a letter came about, it was ours: a door's, or a live feed's. */
const isWallClock = ({ at }: SourceClock['letter'], observedAtMs: number): boolean =>
  Math.abs(Date.parse(at) - observedAtMs) <= defaultWindowPlan.allowedLatenessMs;

/**
 * When it is observed now. The clock of a file goes on by what happens in it: the clock of today would make
 * everything that a file of last year still holds of the account look forgotten. The wall clock went on since: what
 * was refused days ago is late, as its windows may have lost their beginning, and what is ahead of it moves nothing.
 */
function observedAgainAtMs(clock: SourceClock, eventTimeMs: number, nowMs: number): number {
  const observedAtMs = clock.observedAtMs ?? eventTimeMs;
  if (isWallClock(clock.letter, observedAtMs)) return nowMs;
  return clock.letter.from === 'log' ? observedAtMs : Math.max(observedAtMs, eventTimeMs);
}

/** What its clock is said to show where it is refused again: the wall clock stays one, however late that is. */
const refusedAgainAtMs = ({ letter, observedAtMs }: SourceClock, nowMs: number): number | null =>
  observedAtMs !== null && isWallClock(letter, observedAtMs) ? nowMs : observedAtMs;

function isJsonObject(bytes: Buffer): boolean {
  try {
    const json = JSON.parse(bytes.toString('utf8')) as unknown;
    return typeof json === 'object' && json !== null && !Array.isArray(json);
  } catch {
    return false;
  }
}

/** Only what is kept whole is redriven, but nothing here has to trust that. */
function recordOf(bytes: Buffer, line: number): SourceRecord {
  const oversized =
    bytes.length > maxOfferedBytes ? { totalBytes: bytes.length, sha256: sha256HexOf(bytes) } : null;
  return { line, endLine: line, bytes, oversized };
}

const readWhole = (
  format: Pick<SourceFormat, 'read'>,
  { bytes, oversized }: SourceRecord,
  nowMs: number,
): ReadRecord<AcceptableTransaction> =>
  oversized === null
    ? format.read(bytes, nowMs)
    : { ok: false, rejections: [{ code: 'record_too_large', path: '' }] };
