import {
  maxOfferedBytes,
  type AcceptableTransaction,
  type RedriveMark,
  type RedriveOffer,
  type Rejection,
} from '@weir/contracts';
import { createAcceptor, type AcceptOptions } from '../accept-transaction.ts';
import { sha256HexOf } from '../identify.ts';
import { createRefuser } from '../refuse-record.ts';
import type { Outgoing } from '../send/outgoing.ts';
import { createRowFormat } from '../source/csv-format.ts';
import type { CsvMapping } from '../source/csv-mapping.ts';
import { createNdjsonFormat } from '../source/ndjson-format.ts';
import type { ReadRecord, SourceFormat, SourceRecord } from '../source/source-format.ts';

export type OfferAgainOptions = Omit<AcceptOptions, 'tenant' | 'source'> & {
  readonly partitionCount: number;
  /** How the columns of a table become fields now; null where none was given. */
  readonly mapping: CsvMapping | null;
  readonly futureLimitMs: number;
};

export type OfferedAgain =
  /** No record of it can be made: it is a row, and no mapping was given that fits its header. */
  | { readonly kind: 'unfit' }
  | {
      readonly kind: 'offered';
      readonly outgoing: Omit<Outgoing, 'ticket'>;
      readonly mark: RedriveMark;
      /** Empty where it is accepted now. */
      readonly rejections: readonly Rejection[];
    };

/**
 * Reads what was once refused exactly as a new offer of its source is read, so that it gets the key, id and
 * partition it would have had. It is observed when it was: a wall clock of today would make everything that a file
 * of last year still holds of the account look forgotten.
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

  return ({ of, times, source, line, offered, original }, nowMs) => {
    const { tenant, columns } = offered;
    const format = formatOf(columns);
    if (format === undefined) return { kind: 'unfit' };
    const mark = { of, times };
    const record = recordOf(Buffer.from(original, 'base64'), line);
    const read = readWhole(format, record, nowMs);
    const observedAtMs = offered.observedAt === null ? null : Date.parse(offered.observedAt);
    if (read.ok) {
      const accept = createAcceptor({ ...identity, tenant, source });
      const { eventTimeMs } = read.value;
      const outgoing = accept(read.value, Math.max(observedAtMs ?? eventTimeMs, eventTimeMs));
      return { kind: 'offered', outgoing, mark, rejections: [] };
    }
    const { pseudonymizeOnce: pseudonymize } = identity;
    const refuse = createRefuser({ tenant, source, partitionCount, pseudonymize, kind: offered.kind });
    const { rejections } = read;
    const outgoing = refuse(record, rejections, nowMs, { observedAtMs, columns, redrive: mark });
    return { kind: 'offered', outgoing, mark, rejections };
  };
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
