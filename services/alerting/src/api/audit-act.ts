import type { ApiCaller } from '@weir/access';
import { formatInstant } from '@weir/contracts';
import type { AuditAct } from '@weir/audit';
import { auditEvent, type OutgoingEvent } from '../store/outbox-records.ts';
import type { ApiPorts } from './api-ports.ts';

type Act = Pick<AuditAct, 'action' | 'subject' | 'details'> & Partial<Pick<AuditAct, 'result'>>;

/** The request to the notary about what a caller does; done where nothing else is said. */
export const auditOf = (
  { newId }: Pick<ApiPorts, 'newId'>,
  { token, address }: ApiCaller,
  { action, subject, details, result = 'done' }: Act,
  nowMs: number,
): OutgoingEvent =>
  auditEvent({
    requestId: newId(),
    at: formatInstant(nowMs),
    actor: { kind: 'token', name: token.name },
    action,
    subject,
    result,
    origin: address,
    details,
  });

/** Records an act by itself: one that was refused, or that begins. Throws WeirErrors of the store and the KMS. */
export async function recordAct(
  ports: Pick<ApiPorts, 'store' | 'sealOutbox' | 'changed'>,
  event: OutgoingEvent,
): Promise<void> {
  const records = await ports.sealOutbox([event]);
  await ports.store.transaction((rows) => rows.appendOutbox(records));
  ports.changed();
}
