import { alertPartition } from '@weir/alerts';
import type { OutboxRecord } from '@weir/alert-store';
import { auditRequestEvent } from '@weir/audit';
import { encodePayload, events, formatInstant, streams } from '@weir/contracts';
import type { AuditRequest, EventDefinition } from '@weir/contracts';
import { sealEvents } from '@weir/envelope';
import type { Sealer, UnsealedEvent } from '@weir/envelope';
import type { z } from 'zod';
import { findingOf } from '../channels/ocsf/finding-of.ts';
import { alertRevision } from './alert-revision.ts';
import type { RevisedAlert } from './alert-revision.ts';

/** The streams that alerting writes, all of them through the outbox. */
export const writtenStreams = ['alerts', 'rejected', 'intake', 'outcomes', 'releases'] as const;
export type WrittenStream = (typeof writtenStreams)[number];

/** An event that has to go to a topic, not yet sealed. */
export type OutgoingEvent = {
  readonly stream: WrittenStream;
  readonly partition: number;
  readonly event: UnsealedEvent;
};

/** The alerts topic has a partition count of its own, whatever the log has. */
const alertPartitions = Number(streams.alerts.partitions);

/**
 * What goes to alerts.v1 about a change of an alert: its revision, and behind it the same as an OCSF
 * Detection Finding. Pure.
 */
export function revisionEvents(environment: string, revised: RevisedAlert): readonly OutgoingEvent[] {
  const { alert } = revised;
  const said = alertRevision(revised);
  const finding = findingOf(said, { environment, alert });
  const shared = { key: alert.alertId, tenant: alert.tenant, time: formatInstant(alert.changedAtMs) };
  const partition = alertPartition(alert.alertId, alertPartitions);
  const id = `${alert.alertId}-${alert.revision}`;
  const eventOf = <Schema extends z.ZodType>(
    definition: EventDefinition<Schema>,
    eventId: string,
    payload: z.input<Schema>,
  ): OutgoingEvent => ({
    stream: 'alerts',
    partition,
    event: {
      ...shared,
      id: eventId,
      type: definition.type,
      dataSchema: definition.dataSchema,
      plaintext: encodePayload(definition, payload),
    },
  });
  return [eventOf(events.alert, id, said), eventOf(events.alertFinding, `${id}-ocsf`, finding)];
}

/** A request to the notary. All workers ask it in one partition. */
export const auditEvent = (request: AuditRequest): OutgoingEvent => ({
  stream: 'intake',
  partition: 0,
  event: auditRequestEvent(request),
});

export type SealOutbox = (events: readonly OutgoingEvent[]) => Promise<OutboxRecord[]>;

/**
 * Seals events into records of the outbox, in order, all or nothing. Throws what the KMS throws, so not
 * within a transaction of the store.
 */
export const createOutboxSealer =
  (options: {
    readonly sealers: Readonly<Record<WrittenStream, Sealer>>;
    readonly environment: string;
  }): SealOutbox =>
  async (events) => {
    const records = new Map<OutgoingEvent, OutboxRecord>();
    for (const [stream, ofStream] of Map.groupBy(events, (one) => one.stream)) {
      const sealed = await sealEvents(
        {
          sealer: options.sealers[stream],
          stream,
          environment: options.environment,
          source: '/weir/alerting',
        },
        ofStream.map(({ event }) => event),
      );
      ofStream.forEach((one, index) => {
        const record = sealed[index];
        if (record === undefined) throw new Error('the sealer answered for fewer events than it was given');
        records.set(one, { topic: streams[stream].topic, partition: one.partition, ...record });
      });
    }
    return events.map((one) => records.get(one) as OutboxRecord);
  };
