import {
  encodeRejected,
  events,
  formatInstant,
  maxOfferedBytes,
  systemTenant,
  type Rejection,
} from '@weir/contracts';
import { pseudonymOf, sha256HexOf, type Pseudonymize } from './identify.ts';
import type { Outgoing } from './send/outgoing.ts';
import type { SourceRecord } from './source/source-format.ts';

export type RefuseOptions = {
  readonly tenant: string;
  readonly source: string;
  readonly partitionCount: number;
  readonly pseudonymize: Pseudonymize;
};

/**
 * Makes the dead letter of a refused record: its bytes (the first 64 KB of a
 * longer one) with the length and digest of the whole, why, and the line it
 * stood on. Id and partition are functions of the line and its bytes, so that
 * refusing the same line again gives the same id.
 */
export function createRefuser(
  options: RefuseOptions,
): (record: SourceRecord, rejections: readonly Rejection[], nowMs: number) => Omit<Outgoing, 'ticket'> {
  const { tenant, source, partitionCount, pseudonymize } = options;
  return (record, rejections, nowMs) => {
    const whole = record.oversized ?? { totalBytes: record.bytes.length, sha256: sha256HexOf(record.bytes) };
    const plaintext = encodeRejected({
      rejections,
      origin: { kind: 'source', source, line: record.line },
      key: null,
      headers: [],
      original: record.bytes.subarray(0, maxOfferedBytes),
      originalBytes: whole.totalBytes,
      originalSha256: whole.sha256,
    });
    const { type, dataSchema } = events.recordRejected;
    // Keyed: a plain digest of a short line could be guessed.
    const id = pseudonymOf(pseudonymize, 'rejection', tenant, `${source} ${record.line} ${whole.sha256}`);
    return {
      stream: 'rejected',
      partition: record.line % partitionCount,
      event: {
        key: source,
        id,
        type,
        dataSchema,
        time: formatInstant(nowMs),
        tenant: systemTenant,
        plaintext,
      },
    };
  };
}
