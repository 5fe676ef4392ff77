import { encodePayload, events, systemTenant, type ModelSnapshot } from '@weir/contracts';
import { sealEvents, type SealedEvent, type Sealer } from '@weir/envelope';
import { splitSnapshot } from './split-snapshot.ts';

export type SealedModel = {
  readonly digest: string;
  /** All of its parts, for one Kafka transaction, one behind the other in partition `modelsPartition`. */
  readonly records: readonly SealedEvent[];
};

/**
 * Makes the records a snapshot is published by. Their ids follow from name, digest
 * and part. `source` names the writer, for CloudEvents; `time` of the events is the
 * cut. Throws what sealing throws, and like `splitSnapshot`.
 */
export async function sealModel(
  options: {
    /** Of the stream `models`. */
    readonly sealer: Sealer;
    readonly environment: string;
    readonly source: string;
  },
  snapshot: ModelSnapshot,
): Promise<SealedModel> {
  const { digest, parts } = splitSnapshot(snapshot);
  const { type, dataSchema } = events.modelPart;
  const records = await sealEvents(
    { ...options, stream: 'models' },
    parts.map((part) => ({
      key: part.artefact,
      id: `model-${part.artefact}-${digest.slice(0, 16)}-${part.part}`,
      type,
      dataSchema,
      time: snapshot.cutAt,
      tenant: systemTenant,
      plaintext: encodePayload(events.modelPart, part),
    })),
  );
  return { digest, records };
}
