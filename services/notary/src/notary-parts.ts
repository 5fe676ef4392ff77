import type { AuditCheckpoint, WeirError } from '@weir/contracts';
import type { Opener, Sealer } from '@weir/envelope';
import type { KafkaClient, PartitionTransactions } from '@weir/kafka';
import type { BatchPlan } from './plan-batch.ts';
import type { TrailState } from './trail-state.ts';

/** Where checkpoints are kept besides the topic, for good. */
export type CheckpointStore = {
  /** Throws WeirError audit_unavailable where another checkpoint would not fit. */
  ensureRoom(): Promise<void>;
  /** The checkpoint of a tree of this size, or undefined where none was written whole. */
  read(treeSize: number): Promise<AuditCheckpoint | undefined>;
  /** The sizes that were begun to be written, above the given one, in rising order. */
  sizesAbove(treeSize: number): Promise<readonly number[]>;
  /**
   * Resolves when the checkpoint rests on the disk. Never changes what is there.
   * Throws WeirError audit_unavailable where the disk has no room or can't be written.
   */
  write(checkpoint: AuditCheckpoint): Promise<void>;
};

/** Everything the notary touches outside itself. main.ts puts the real parts in. */
export type NotaryParts = {
  readonly kafka: Pick<KafkaClient, 'offsets' | 'readRange'>;
  /** Opens requests and the trail. */
  readonly opening: { readonly opener: Opener; readonly environment: string };
  readonly sealer: Sealer;
  readonly openTransactions: () => PartitionTransactions;
  readonly signer: { readonly keyId: string; readonly sign: (message: Uint8Array) => Promise<Uint8Array> };
  readonly store: CheckpointStore;
  /** The wall clock, milliseconds since the Unix epoch. */
  readonly nowMs: () => number;
  readonly limits: { readonly maxRecordsPerBatch: number; readonly checkpointIntervalMs: number };
  readonly observe: NotaryObserver;
};

/** What is told about the work, for metrics and logs: counts, places and codes, never content. */
export type NotaryObserver = {
  tookOver(state: TrailState): void;
  /** Something on the trail's topic that the notary did not seal. */
  foreignRecord(offset: number, code: string): void;
  recorded(plan: BatchPlan): void;
  waits(error: WeirError, forMs: number): void;
  lag(records: number): void;
};
