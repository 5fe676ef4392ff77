import {
  decodePayload,
  events,
  streams,
  type Activation,
  type Artefact,
  type ModelPolicy,
} from '@weir/contracts';
import { openEvents, type Opener } from '@weir/envelope';
import type { KafkaClient, KafkaRecord } from '@weir/kafka';

export const artefactsTopic = streams.artefacts.topic;

/** The topic has one partition: activations have one order. */
export const artefactsPartition = 0;

const readDeadlineMs = 30_000;

/** Everything that has been published on the artefacts topic, in its order. */
export type PublishedArtefacts = {
  readonly artefacts: readonly Artefact[];
  readonly activations: readonly Activation[];
  /** Whether newer models come into force by themselves, as it was said last; undefined where nobody has said. */
  readonly modelPolicy: ModelPolicy | undefined;
};

/** Reads the artefacts topic whole: it has one record for each version and each activation. */
export async function readArtefacts(
  kafka: Pick<KafkaClient, 'readRange'>,
  opener: Opener,
  environment: string,
): Promise<PublishedArtefacts> {
  const records: KafkaRecord[] = [];
  await kafka.readRange({
    topic: artefactsTopic,
    from: 'earliest',
    onRecord: (record) => void records.push(record),
    readCommitted: true,
    deadlineMs: readDeadlineMs,
  });
  const artefacts: Artefact[] = [];
  const activations: Activation[] = [];
  let modelPolicy: ModelPolicy | undefined;
  for (const opened of await openEvents({ opener, stream: 'artefacts', environment }, records)) {
    if (!opened.ok) continue;
    const { type } = opened.attributes;
    if (type === events.artefact.type) {
      const payload = decodePayload(events.artefact, opened.plaintext);
      if (payload.ok) artefacts.push(payload.value);
    }
    if (type === events.activation.type) {
      const payload = decodePayload(events.activation, opened.plaintext);
      if (payload.ok) activations.push(payload.value);
    }
    if (type === events.modelPolicy.type) {
      const payload = decodePayload(events.modelPolicy, opened.plaintext);
      if (payload.ok) modelPolicy = payload.value;
    }
  }
  return { artefacts, activations, modelPolicy };
}

/** The activation of a log with the highest number. */
export const lastActivation = (
  { activations }: Pick<PublishedArtefacts, 'activations'>,
  logId: string,
): Activation | undefined =>
  activations
    .filter((one) => one.logId === logId)
    .reduce<Activation | undefined>(
      (last, one) => (last === undefined || one.sequence > last.sequence ? one : last),
      undefined,
    );
