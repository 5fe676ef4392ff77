import {
  decodePayload,
  events,
  streams,
  type Activation,
  type Approval,
  type Artefact,
  type ModelPolicy,
} from '@weir/contracts';
import { openEvents, type Opener } from '@weir/envelope';
import type { KafkaClient, KafkaRecord } from '@weir/kafka';

export const artefactsTopic = streams.artefacts.topic;

/** The topic has one partition: activations have one order. */
export const artefactsPartition = 0;

const readDeadlineMs = 30_000;

export type ArtefactsReader = {
  readonly kafka: Pick<KafkaClient, 'readRange'>;
  /** Of the artefacts stream. */
  readonly opener: Opener;
  readonly environment: string;
};

/** Everything that has been said on the artefacts topic, in its order. */
export type PublishedArtefacts = {
  readonly artefacts: readonly Artefact[];
  readonly approvals: readonly Approval[];
  readonly activations: readonly Activation[];
  /** Whether newer models come into force by themselves, as it was said last; undefined where nobody has said. */
  readonly modelPolicy: ModelPolicy | undefined;
};

/**
 * Reads the artefacts topic whole: it has one record for each version, approval and
 * activation. A record that can't be opened or read is passed over: what it may have
 * said is missing then, and whoever needs it finds that it was not published.
 *
 * Throws WeirError of the broker and the KMS.
 */
export async function readArtefacts(reader: ArtefactsReader): Promise<PublishedArtefacts> {
  const { kafka, opener, environment } = reader;
  const records: KafkaRecord[] = [];
  await kafka.readRange({
    topic: artefactsTopic,
    from: 'earliest',
    onRecord: (record) => void records.push(record),
    readCommitted: true,
    deadlineMs: readDeadlineMs,
  });
  const artefacts: Artefact[] = [];
  const approvals: Approval[] = [];
  const activations: Activation[] = [];
  let modelPolicy: ModelPolicy | undefined;
  for (const opened of await openEvents({ opener, stream: 'artefacts', environment }, records)) {
    if (!opened.ok) continue;
    const { plaintext } = opened;
    switch (opened.attributes.type) {
      case events.artefact.type: {
        const payload = decodePayload(events.artefact, plaintext);
        if (payload.ok) artefacts.push(payload.value);
        break;
      }
      case events.approval.type: {
        const payload = decodePayload(events.approval, plaintext);
        if (payload.ok) approvals.push(payload.value);
        break;
      }
      case events.activation.type: {
        const payload = decodePayload(events.activation, plaintext);
        if (payload.ok) activations.push(payload.value);
        break;
      }
      case events.modelPolicy.type: {
        const payload = decodePayload(events.modelPolicy, plaintext);
        if (payload.ok) modelPolicy = payload.value;
        break;
      }
    }
  }
  return { artefacts, approvals, activations, modelPolicy };
}
