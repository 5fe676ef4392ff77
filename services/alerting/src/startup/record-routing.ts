import { randomUUID } from 'node:crypto';
import type { AlertStore } from '@weir/alert-store';
import { formatInstant } from '@weir/contracts';
import type { LoadedRoutes } from '../receivers/load-routes.ts';
import { auditEvent } from '../store/outbox-records.ts';
import type { OutgoingEvent, SealOutbox } from '../store/outbox-records.ts';

export type RoutingRecord = {
  /** A document came into force. */
  readonly note: (routes: LoadedRoutes) => void;
  /** Asks the notary to record what came into force since; false where there is nothing. Throws WeirError. */
  readonly write: () => Promise<boolean>;
};

/** Who is told of what is nobody's to change unseen: each document that comes into force is on the audit trail. */
export function createRoutingRecord(parts: {
  readonly store: Pick<AlertStore, 'transaction'>;
  readonly sealOutbox: SealOutbox;
}): RoutingRecord {
  let pending: OutgoingEvent | undefined;
  return {
    note({ sha256, routing }) {
      pending = auditEvent({
        requestId: randomUUID(),
        at: formatInstant(Date.now()),
        actor: { kind: 'worker', name: 'alerting' },
        action: 'routing_loaded',
        subject: { kind: 'worker', id: 'alerting' },
        result: 'done',
        origin: 'alerting',
        details: { sha256, routes: routing.routes.length, receivers: routing.receivers.length },
      });
    },
    async write() {
      const writing = pending;
      if (writing === undefined) return false;
      const records = await parts.sealOutbox([writing]);
      await parts.store.transaction((rows) => rows.appendOutbox(records));
      // A document that came into force meanwhile waits for the next round.
      if (pending === writing) pending = undefined;
      return true;
    },
  };
}
