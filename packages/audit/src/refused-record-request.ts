import { hash } from 'node:crypto';
import type { AuditRequest, RejectionCode } from '@weir/contracts';

/**
 * The request about a record that was refused because somebody other than Weir
 * wrote or changed it. It follows from the record alone, its id too: a worker
 * that reads the record again asks for the same entry. Its time, and `logId` where
 * its topic has one, tell a topic made anew from the one before it.
 */
export function refusedRecordRequest(refused: {
  /** Who refused it. */
  readonly worker: string;
  /** The time of the record. */
  readonly at: string;
  readonly origin: { readonly topic: string; readonly partition: number; readonly offset: number };
  readonly code: RejectionCode;
  readonly logId?: string;
}): AuditRequest {
  const { worker, at, origin, code, logId } = refused;
  const { topic, partition, offset } = origin;
  return {
    requestId: uuidOf([logId ?? '', topic, partition, offset, at, code].join(' ')),
    at,
    actor: { kind: 'unknown', name: 'unknown' },
    action: 'record_refused',
    subject: { kind: 'record', id: `${topic}-${partition}-${offset}` },
    result: 'refused',
    origin: worker,
    details: { code, topic, partition, offset },
  };
}

/** A UUID of version 8 (RFC 9562, section 5.8), made of a SHA-256. */
function uuidOf(name: string): string {
  const bytes = hash('sha256', `weir audit request of ${name}`, 'buffer').subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
