import { z } from 'zod';
import { activationSequence, artefactRef } from '@weir/contracts';
import type { ControlRecord, Versions } from '@weir/contracts';
import type { PartitionTransactions } from '@weir/kafka';
import type { PartitionWindows } from './histories.ts';

/** Which log a partition belongs to, and what is in force in it at a position. */
export type LogState = {
  readonly logId: string;
  readonly partitionCount: number;
  readonly versions: Versions;
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
  sequence: activationSequence.optional(),
});

/** What is committed beside P, so that a take-over knows the log and the versions at P without reading back. */
export const encodePositionMetadata = ({ logId, partitionCount, versions, sequence }: LogState): string =>
  JSON.stringify({ logId, partitionCount, ...versions, ...(sequence === 0 ? {} : { sequence }) });

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
  const { logId, partitionCount, sequence = 0, ...versions } = parsed.data;
  return { logId, partitionCount, versions, sequence };
}

/**
 * The state of the log behind a control record of it. Saying one again changes
 * nothing, also where a newer one came in between.
 */
export function applyControl(log: LogState, control: ControlRecord): LogState {
  switch (control.kind) {
    case 'log_opened':
      return log;
    case 'artefact_activated': {
      if (control.sequence <= log.sequence) return log;
      const field = control.artefactKind === 'ruleset' ? 'ruleset' : 'windowPlan';
      const versions = { ...log.versions, [field]: control.artefact };
      return { ...log, versions, sequence: control.sequence };
    }
  }
}
