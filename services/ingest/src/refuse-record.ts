import {
  encodeRejected,
  events,
  formatInstant,
  maxOfferedBytes,
  systemTenant,
  type OfferedAs,
  type RedriveMark,
  type Rejection,
} from '@weir/contracts';
import { sha256HexOf, type Pseudonymize } from './identify.ts';
import { letterIdOf, letterProofOf } from './redrive/letter-proof.ts';
import type { Outgoing } from './send/outgoing.ts';
import type { SourceRecord } from './source/source-format.ts';

export type RefuseOptions = {
  readonly tenant: string;
  readonly source: string;
  readonly partitionCount: number;
  readonly pseudonymize: Pseudonymize;
  readonly kind: OfferedAs['kind'];
};

/** What stands beside a refused record. */
export type Refusing = {
  /** The source's clock before it; null where it has accepted nothing yet. */
  readonly observedAtMs: number | null;
  /** The header of its table; null where it has none. */
  readonly columns: readonly string[] | null;
  /** Where it was redriven. */
  readonly redrive?: RedriveMark;
};

/**
 * Makes the dead letter of a refused record: its bytes (the first 64 KB of a
 * longer one) with the length and digest of the whole, why, and the line it
 * stood on. Id and partition are functions of the line and its bytes, so that
 * refusing the same line again gives the same id; one that was redriven has an id
 * of its own for each time, and stands beside the letter it was.
 */
export function createRefuser(
  options: RefuseOptions,
): (
  record: SourceRecord,
  rejections: readonly Rejection[],
  nowMs: number,
  beside: Refusing,
) => Omit<Outgoing, 'ticket'> {
  const { tenant, source, partitionCount, pseudonymize, kind } = options;
  return (record, rejections, nowMs, { observedAtMs, columns, redrive }) => {
    const whole = record.oversized ?? { totalBytes: record.bytes.length, sha256: sha256HexOf(record.bytes) };
    const { sha256 } = whole;
    const id = letterIdOf(pseudonymize, tenant, { source, line: record.line, sha256, redrive });
    const time = formatInstant(nowMs);
    const offered = {
      ...{ kind, tenant, columns: columns === null ? null : [...columns] },
      observedAt: observedAtMs === null ? null : formatInstant(observedAtMs),
    };
    const proof = letterProofOf(pseudonymize, { id, at: time }, offered);
    const plaintext = encodeRejected({
      rejections,
      origin: { kind: 'source', source, line: record.line },
      key: null,
      headers: [],
      original: record.bytes.subarray(0, maxOfferedBytes),
      originalBytes: whole.totalBytes,
      originalSha256: sha256,
      offered: { ...offered, proof },
      redrive,
    });
    const { type, dataSchema } = events.recordRejected;
    return {
      stream: 'rejected',
      partition: redrive?.of.partition ?? record.line % partitionCount,
      event: {
        key: source,
        id,
        type,
        dataSchema,
        time,
        tenant: systemTenant,
        plaintext,
      },
    };
  };
}
