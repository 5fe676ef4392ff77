import {
  activationSequence,
  artefactRef,
  modelLocation,
  mostLists,
  rollout,
  sha256Hex,
} from '@weir/contracts';
import { z } from 'zod';
import type { LogState } from '@weir/verdicts';

/** Kafka keeps no more beside a committed offset (offset.metadata.max.bytes). */
export const metadataLimitBytes = 4_096;

/** Name, digest, offset and parts of a list, without the names of the fields: sixteen of them have to fit. */
const listEntry = z.tuple([artefactRef, sha256Hex, modelLocation.shape.offset, modelLocation.shape.parts]);

const positionMetadata = z.strictObject({
  logId: z.uuid(),
  partitionCount: z.int().min(1),
  ruleset: artefactRef,
  windowPlan: artefactRef,
  model: artefactRef.optional(),
  teamModel: artefactRef.optional(),
  modelAt: z.strictObject({ digest: sha256Hex, location: modelLocation }).optional(),
  lists: z.array(listEntry).min(1).max(mostLists).optional(),
  candidate: z.strictObject({ ruleset: artefactRef, digest: sha256Hex, rollout }).optional(),
  sequence: activationSequence.optional(),
});

/** What is committed beside P, so that a take-over knows the log and what is in force at P without reading back. */
export const encodePositionMetadata = ({
  logId,
  partitionCount,
  versions,
  model: modelAt,
  lists,
  candidate,
  sequence,
}: LogState): string =>
  JSON.stringify({
    logId,
    partitionCount,
    ...versions,
    modelAt,
    lists: lists?.map(({ ref, digest, location: { offset, parts } }) => [ref, digest, offset, parts]),
    candidate,
    ...(sequence === 0 ? {} : { sequence }),
  });

/** Reads what encodePositionMetadata wrote, or undefined where something else stands there. */
export function decodePositionMetadata(text: string): LogState | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = positionMetadata.safeParse(json);
  if (!parsed.success) return undefined;
  const { logId, partitionCount, modelAt, lists: entries, candidate, sequence = 0, ...named } = parsed.data;
  if ((named.model === undefined) !== (modelAt === undefined)) return undefined;
  const lists = entries?.map(([ref, digest, offset, parts]) => ({
    ref,
    digest,
    location: { offset, parts },
  }));
  const versions = lists === undefined ? named : { ...named, lists: lists.map(({ ref }) => ref) };
  return {
    ...{ logId, partitionCount, versions, sequence },
    ...(modelAt === undefined ? {} : { model: modelAt }),
    ...(lists === undefined ? {} : { lists }),
    ...(candidate === undefined ? {} : { candidate }),
  };
}
