import { encodePayload, events, systemTenant } from '@weir/contracts';
import { sealEvents, type SealedEvent, type Sealer } from '@weir/envelope';
import { listDigest, splitList } from './split-list.ts';

export type SealedList = {
  readonly digest: string;
  /** All of its parts, for one Kafka transaction, one behind the other in partition `listsPartition`. */
  readonly records: readonly SealedEvent[];
};

/**
 * Makes the records a list is published by, one part at a time. Their ids follow from name, digest and part.
 * `source` names the writer, for CloudEvents; `importedAt` is the time of the events. Throws what sealing
 * throws, and WeirError `artefact_unknown` for bytes that are no list.
 */
export async function sealList(
  options: {
    /** Of the stream `lists`. */
    readonly sealer: Sealer;
    readonly environment: string;
    readonly source: string;
  },
  { ref, importedAt }: { readonly ref: string; readonly importedAt: string },
  bytes: Uint8Array,
): Promise<SealedList> {
  const { type, dataSchema } = events.listPart;
  const records: SealedEvent[] = [];
  for (const part of splitList({ ref, importedAt }, bytes)) {
    const event = {
      key: ref,
      id: `list-${ref}-${part.digest.slice(0, 16)}-${part.part}`,
      type,
      dataSchema,
      time: importedAt,
      tenant: systemTenant,
      plaintext: encodePayload(events.listPart, part),
    };
    records.push(...(await sealEvents({ ...options, stream: 'lists' }, [event])));
  }
  return { digest: listDigest(bytes), records };
}
