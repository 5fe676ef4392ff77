import { randomUUID } from 'node:crypto';
import type { AlertStore } from '@weir/alert-store';
import { formatInstant, streams, WeirError } from '@weir/contracts';
import type { KafkaClient, PartitionTransactions } from '@weir/kafka';
import { isEmptyStore } from '../startup/check-store.ts';
import { auditEvent } from '../store/outbox-records.ts';
import type { SealOutbox } from '../store/outbox-records.ts';
import { completeAlerts } from './complete-alerts.ts';
import { restoreAlerts } from './restore-alerts.ts';
import { restoreEntries } from './restore-entries.ts';
import type { EntriesParts } from './restore-entries.ts';

export type RebuildParts = EntriesParts & {
  readonly kafka: Pick<KafkaClient, 'readRange' | 'offsets' | 'groupPositions' | 'topicPartitions'>;
  readonly store: AlertStore;
  readonly sealOutbox: SealOutbox;
  readonly openOutbox: () => PartitionTransactions;
  readonly nowMs: () => number;
};

/** What a rebuild came to, in counts. */
export type Rebuilt = {
  readonly alerts: number;
  readonly entries: number;
  /** Of records that are gone from their topic: their alerts name them, and nothing shows them. */
  readonly withoutEvidence: number;
  /** Records that no alert names: they are taken in and told at the next start. */
  readonly untold: number;
  /** Records of alerts.v1 that can't be read. */
  readonly unreadable: number;
};

/**
 * Fills an empty store from the topics: alerts, what was done about them and why, entries with their
 * evidence, cases and releases. Nobody is told of anything again. Silences, and what was still on its way to
 * receivers, stood in the lost store alone.
 *
 * Throws WeirError store_other where the store isn't empty; a rebuild that was cut short begins anew with an
 * empty one.
 */
export async function rebuildStore(parts: RebuildParts): Promise<Rebuilt> {
  const { store, kafka } = parts;
  const [first] = await store.listAlerts({ limit: 1 });
  if (first !== undefined || !(await isEmptyStore(store, kafka)))
    throw new WeirError('store_other', 'the store to rebuild into is not empty: give an empty one');
  const alerts = await restoreAlerts(parts);
  const entries = await restoreEntries(parts, alerts);
  const count = await completeAlerts(parts, alerts, entries);
  const missing = [...alerts.entries.keys()].filter((entryId) => !entries.found.has(entryId)).length;
  const rebuilt = {
    alerts: count,
    entries: alerts.entries.size,
    withoutEvidence: missing,
    untold: entries.untold,
    unreadable: alerts.unreadable,
  };
  await restartOutbox(parts);
  const audited = await parts.sealOutbox([rebuiltEvent(rebuilt, parts.nowMs())]);
  // Last of all: until a position stands in it, nobody takes the store for a whole one.
  await store.transaction(async (rows) => {
    for (const { topic, partition, next } of entries.positions)
      await rows.setPosition(topic, partition, next);
    await rows.appendOutbox(audited);
  });
  return rebuilt;
}

/**
 * The numbers of the new outbox begin anew, so what Kafka has of the old one's must not count: the group's
 * position goes back, fenced, so that whoever still publishes the old one is shut out.
 */
async function restartOutbox({ store, openOutbox }: RebuildParts): Promise<void> {
  const transactions = openOutbox();
  try {
    await transactions.fence();
    const next = await store.outboxStart();
    await transactions.publish({
      outputs: [],
      source: { topic: streams.alerts.topic, partition: 0, next, metadata: '' },
    });
  } finally {
    await transactions.discard();
  }
}

const rebuiltEvent = ({ alerts, entries, withoutEvidence, untold }: Rebuilt, nowMs: number) =>
  auditEvent({
    requestId: randomUUID(),
    at: formatInstant(nowMs),
    actor: { kind: 'worker', name: 'alerting' },
    action: 'store_rebuilt',
    subject: { kind: 'worker', id: 'alerting' },
    result: 'done',
    origin: 'alerting',
    details: { alerts, entries, withoutEvidence, untold },
  });
