import type { KafkaClient } from '@weir/kafka';
import type { LogState } from '@weir/verdicts';
import type { WindowStore } from '@weir/windows';
import type { DetectionParts } from '../detection-parts.ts';

/**
 * What is needed to look after windows beside the worker that keeps them: to read
 * the log and the journal, and a store. Nothing of it publishes or fences.
 */
export type UpkeepParts = Pick<
  DetectionParts,
  'opening' | 'lastJournalRecord' | 'logOffsets' | 'resolvePlan' | 'resolveRuleset'
> & {
  readonly kafka: Pick<KafkaClient, 'readRange' | 'offsets' | 'groupPositions'>;
  /** The group whose positions say what has been published. */
  readonly groupId: string;
  readonly openStore: (log: LogState) => Promise<WindowStore>;
};
