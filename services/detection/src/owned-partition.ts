import { z } from 'zod';
import { activationSequence, artefactRef, modelLocation, sha256Hex, WeirError } from '@weir/contracts';
import type { ControlRecord, ModelLocation, Versions } from '@weir/contracts';
import type { PartitionTransactions } from '@weir/kafka';
import type { PartitionWindows } from './histories.ts';

/** What the log says of a model beside its name: nobody has to search for it. */
export type ModelInForce = { readonly digest: string; readonly location: ModelLocation };

/** Which log a partition belongs to, and what is in force in it at a position. */
export type LogState = {
  readonly logId: string;
  readonly partitionCount: number;
  readonly versions: Versions;
  /** Where the model of the versions stands, and its digest; absent where they name none. */
  readonly model?: ModelInForce;
  /** The number of the last activation in force; 0 before the first. */
  readonly sequence: number;
};

/** A partition this worker has taken over: nobody else can publish for it while the fence holds. */
export type OwnedPartition = PartitionWindows & {
  readonly transactions: PartitionTransactions;
  /** Offsets from here on are appended to the windows, and from there on published. */
  readonly appendFrom: number;
  readonly publishFrom: number;
  log: LogState;
  /** The accounts of the last run, and what could be forgotten of each before it was decided; absent before the first. */
  lastHorizons?: ReadonlyMap<string, number>;
};

const positionMetadata = z.strictObject({
  logId: z.uuid(),
  partitionCount: z.int().min(1),
  ruleset: artefactRef,
  windowPlan: artefactRef,
  model: artefactRef.optional(),
  teamModel: artefactRef.optional(),
  modelAt: z.strictObject({ digest: sha256Hex, location: modelLocation }).optional(),
  sequence: activationSequence.optional(),
});

/** What is committed beside P, so that a take-over knows the log and the versions at P without reading back. */
export const encodePositionMetadata = ({
  logId,
  partitionCount,
  versions,
  model: modelAt,
  sequence,
}: LogState): string =>
  JSON.stringify({ logId, partitionCount, ...versions, modelAt, ...(sequence === 0 ? {} : { sequence }) });

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
  const { logId, partitionCount, modelAt, sequence = 0, ...versions } = parsed.data;
  if ((versions.model === undefined) !== (modelAt === undefined)) return undefined;
  return { logId, partitionCount, versions, ...(modelAt === undefined ? {} : { model: modelAt }), sequence };
}

/**
 * The state of the log behind a control record of it. Saying one again changes
 * nothing, also where a newer one came in between. Throws WeirError
 * `artefact_unknown` for a model that the record doesn't say the place of.
 */
export function applyControl(log: LogState, control: ControlRecord): LogState {
  switch (control.kind) {
    case 'log_opened':
      return log;
    case 'artefact_activated': {
      if (control.sequence <= log.sequence) return log;
      const { artefactKind, artefact, sequence } = control;
      switch (artefactKind) {
        case 'ruleset':
          return { ...log, versions: { ...log.versions, ruleset: artefact }, sequence };
        case 'window_plan':
          return { ...log, versions: { ...log.versions, windowPlan: artefact }, sequence };
        case 'team_model':
          return { ...log, versions: { ...log.versions, teamModel: artefact }, sequence };
        case 'list':
          throw new WeirError(
            'artefact_unknown',
            `the log asks for list ${artefact}, which nothing here reads yet`,
          );
        case 'model':
          return {
            ...log,
            versions: { ...log.versions, model: artefact },
            model: placeOf(control),
            sequence,
          };
      }
    }
  }
}

function placeOf({
  artefact,
  digest,
  location,
}: Extract<ControlRecord, { kind: 'artefact_activated' }>): ModelInForce {
  if (location !== undefined) return { digest, location };
  throw new WeirError(
    'artefact_unknown',
    `the log asks for model ${artefact} without saying where it stands`,
  );
}
