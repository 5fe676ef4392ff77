import { artefactsPartition, artefactsTopic, readArtefacts, type PublishedArtefacts } from '@weir/artefacts';
import {
  encodePayload,
  events,
  formatInstant,
  systemTenant,
  type Activation,
  type ModelPolicy,
} from '@weir/contracts';
import { sealEvents, type UnsealedEvent } from '@weir/envelope';
import type { KafkaClient } from '@weir/kafka';
import { artefactSource, type ArtefactPorts } from './publish-plan.ts';

export type AnnouncePorts = Omit<ArtefactPorts, 'kafka' | 'producer'> & {
  readonly kafka: Pick<KafkaClient, 'readRange' | 'createPartitionTransactions'>;
};

/** What is to be said, and what it comes to. */
export type Announcement<Result> = {
  readonly activation?: Activation | undefined;
  readonly policy?: ModelPolicy | undefined;
  readonly result: Result;
};

/**
 * Says something on the artefacts topic that follows from what has been said there,
 * such as the next number. `decide` is asked with everything that stands on the
 * topic, and what it answers is appended only if nobody has taken the word since:
 * whoever announces first fences out everybody else who was about to, by one
 * transactional id per environment. So of two that run at the same time one begins
 * again with what the other one said, and no number is ever given twice.
 *
 * One attempt, which `retryWithin` may repeat whole: what became of a transaction
 * without an answer is seen on the topic by the next. `decide` has to be quick:
 * until the commit another may take the word, which is `partition_fenced`. Throws
 * what it throws, and the parts.
 */
export async function announce<Result>(
  ports: AnnouncePorts,
  decide: (said: PublishedArtefacts) => Announcement<Result>,
): Promise<Result> {
  const { kafka, environment } = ports;
  const name = `weir-${environment}-ingest-artefacts`;
  const transactions = kafka.createPartitionTransactions({ transactionalId: name, groupId: name });
  try {
    await transactions.fence();
    const { activation, policy, result } = decide(await readArtefacts(ports));
    const said = [
      ...(activation === undefined ? [] : [activationEvent(activation)]),
      ...(policy === undefined ? [] : [policyEvent(policy, ports.nowMs())]),
    ];
    if (said.length > 0) {
      const at = { topic: artefactsTopic, partition: artefactsPartition };
      const records = await seal(said, ports);
      // A transaction of the adapter always moves a position; nobody reads this one.
      await transactions.publish({ outputs: [{ ...at, records }], source: { ...at, next: 0, metadata: '' } });
    }
    return result;
  } finally {
    await transactions.discard();
  }
}

type Said = Pick<UnsealedEvent, 'key' | 'id' | 'type' | 'dataSchema' | 'plaintext'>;

function activationEvent(activation: Activation): Said {
  const { type, dataSchema } = events.activation;
  const id = `activation-${activation.logId}-${activation.sequence}`;
  const plaintext = encodePayload(events.activation, activation);
  return { key: activation.artefact, id, type, dataSchema, plaintext };
}

function policyEvent(policy: ModelPolicy, nowMs: number): Said {
  const { type, dataSchema } = events.modelPolicy;
  const plaintext = encodePayload(events.modelPolicy, policy);
  return { key: 'models', id: `model-policy-${policy.mode}-${nowMs}`, type, dataSchema, plaintext };
}

function seal(said: readonly Said[], { sealer, environment, nowMs }: AnnouncePorts) {
  const time = formatInstant(nowMs());
  return sealEvents(
    { sealer, stream: 'artefacts', environment, source: artefactSource },
    said.map((one) => ({ ...one, time, tenant: systemTenant })),
  );
}
