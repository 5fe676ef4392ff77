import { hash } from 'node:crypto';
import { encodePayload, events, systemTenant } from '@weir/contracts';
import type { AuditRequest } from '@weir/contracts';
import type { UnsealedEvent } from '@weir/envelope';

/** All requests have one key: they go to one partition anyway, and a key stands in clear. */
const requestKey = 'audit';

/**
 * The id under which a request stands on the intake, in clear: a digest of its
 * requestId. The requestId itself comes to light only as the id of its entry on
 * the trail, so whoever sees it there knows that it was written by somebody who
 * could open the request: the notary.
 */
const shownRequestId = (requestId: string): string =>
  hash('sha256', `weir audit request ${requestId}`, 'hex').slice(0, 32);

/**
 * A request to the notary, not yet sealed, for stream `intake` partition 0. For
 * workers that put it into a Kafka transaction of their own, so that what is
 * audited and its request are on the topics together or not at all.
 */
export function auditRequestEvent(request: AuditRequest): UnsealedEvent {
  const { type, dataSchema } = events.auditRequest;
  return {
    id: shownRequestId(request.requestId),
    key: requestKey,
    tenant: systemTenant,
    time: request.at,
    type,
    dataSchema,
    plaintext: encodePayload(events.auditRequest, request),
  };
}
