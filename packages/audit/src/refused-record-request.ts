import type { AuditRequest, RejectionCode } from '@weir/contracts';
import { requestIdOf } from './request-id.ts';

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
    requestId: requestIdOf([logId ?? '', topic, partition, offset, at, code].join(' ')),
    at,
    actor: { kind: 'unknown', name: 'unknown' },
    action: 'record_refused',
    subject: { kind: 'record', id: `${topic}-${partition}-${offset}` },
    result: 'refused',
    origin: worker,
    details: { code, topic, partition, offset },
  };
}
