import { streams } from '@weir/contracts';
import { openEvents, sealEvents } from '@weir/envelope';
import type { SealedEvent, UnsealedEvent } from '@weir/envelope';
import type { BatchControl, KafkaRecord, PartitionOutput } from '@weir/kafka';
import { alertPartition } from './alert-ids.ts';
import type { AlertingParts, SealedStream } from './alerting-parts.ts';
import { deliver } from './deliver.ts';
import type { RunDeliveries } from './deliver.ts';
import type { OwnedInput } from './owned-input.ts';
import { planRun } from './plan-run.ts';
import type { RunPlan } from './plan-run.ts';

/** CloudEvents wants to know who wrote an event. */
const source = '/weir/alerting';

/**
 * One step: reads a run of records of one input partition, tells about each
 * alert by every channel, and then writes the alerts and the position in one
 * Kafka transaction. A crash in between repeats deliveries, under the same
 * delivery keys, and never an alert record. Answers false where it was told to stop before it had published.
 *
 * After any error the partition has to be taken over again.
 */
export async function runStep(
  parts: AlertingParts,
  owned: OwnedInput,
  records: readonly KafkaRecord[],
  memory: RunDeliveries,
  control: BatchControl,
): Promise<boolean> {
  const { stream, partition } = owned.input;
  const { environment } = parts.opening;
  const opened = await openEvents({ ...parts.opening, stream }, records);
  const plan = planRun(
    stream,
    { environment, channels: parts.channels.map(({ name }) => name) },
    records,
    opened,
  );
  // Sealing comes before the deliveries: when the KMS is away, nobody has been told yet.
  const outputs = await sealOutputs(parts, partition, plan);
  if (!(await deliver(parts, plan.notices, memory, control))) return false;
  await owned.transactions.publish({
    outputs,
    source: { topic: streams[stream].topic, partition, next: plan.next, metadata: '' },
  });
  owned.position = plan.next;
  memory.settled.clear();
  memory.refusals.clear();
  parts.observe.stepDone(owned.input, plan);
  return true;
}

async function sealOutputs(
  parts: AlertingParts,
  partition: number,
  plan: RunPlan,
): Promise<PartitionOutput[]> {
  const seal = (stream: SealedStream, events: readonly UnsealedEvent[]): Promise<SealedEvent[]> =>
    sealEvents(
      { sealer: parts.sealers[stream], stream, environment: parts.opening.environment, source },
      events,
    );
  const alerts = await seal('alerts', plan.alertEvents);
  const deadLetters = await seal('rejected', plan.deadLetters);
  const auditRequests = await seal('intake', plan.auditRequests);
  const byPartition = Map.groupBy(alerts, ({ key }) => alertPartition(key, alertPartitions));
  return [
    ...[...byPartition].map(([to, records]) => ({ topic: streams.alerts.topic, partition: to, records })),
    ...(deadLetters.length === 0 ? [] : [{ topic: streams.rejected.topic, partition, records: deadLetters }]),
    // All workers ask the notary in one partition.
    ...(auditRequests.length === 0
      ? []
      : [{ topic: streams.intake.topic, partition: 0, records: auditRequests }]),
  ];
}

/** The alerts topic has a partition count of its own, whatever the log has. */
const alertPartitions = Number(streams.alerts.partitions);
