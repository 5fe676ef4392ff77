import { artefactsPartition, artefactsTopic, readArtefacts, type PublishedArtefacts } from '@weir/artefacts';
import type { Activation, Approval, Artefact, ModelPolicy } from '@weir/contracts';
import type { KafkaClient } from '@weir/kafka';
import type { ArtefactPorts } from './publish-plan.ts';
import { activationEvent, approvalEvent, artefactEvent, policyEvent, sealSaid } from './seal-said.ts';

export type AnnouncePorts = Omit<ArtefactPorts, 'kafka' | 'producer'> & {
  readonly kafka: Pick<KafkaClient, 'readRange' | 'createPartitionTransactions'>;
};

/** What is to be said, and what it comes to. */
export type Announcement<Result> = {
  readonly artefact?: Artefact | undefined;
  readonly approval?: Approval | undefined;
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
    const { artefact, approval, activation, policy, result } = decide(await readArtefacts(ports));
    const said = [
      ...(artefact === undefined ? [] : [artefactEvent(artefact)]),
      ...(approval === undefined ? [] : [approvalEvent(approval)]),
      ...(activation === undefined ? [] : [activationEvent(activation)]),
      ...(policy === undefined ? [] : [policyEvent(policy, ports.nowMs())]),
    ];
    if (said.length > 0) {
      const at = { topic: artefactsTopic, partition: artefactsPartition };
      const records = await sealSaid(said, ports);
      // A transaction of the adapter always moves a position; nobody reads this one.
      await transactions.publish({ outputs: [{ ...at, records }], source: { ...at, next: 0, metadata: '' } });
    }
    return result;
  } finally {
    await transactions.discard();
  }
}
