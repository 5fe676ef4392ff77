import type { PartitionTransactions } from '@weir/kafka';
import type { LogState } from '@weir/verdicts';
import type { PartitionWindows } from './histories.ts';

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
