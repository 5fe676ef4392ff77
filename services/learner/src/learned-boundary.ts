import type { ModelSnapshot, RejectionCode } from '@weir/contracts';
import type { KafkaRecord } from '@weir/kafka';
import type { ReadSpan } from './learner-state.ts';

/** A record that can't be read, and why. */
export type Unreadable = { readonly record: KafkaRecord; readonly code: RejectionCode };

/** What was learned at a boundary. */
export type LearnedBoundary = {
  readonly snapshot: ModelSnapshot;
  readonly cutAtMs: number;
  /** All decisions before `seen` that are older than this have been learned. */
  readonly horizonMs: number;
  readonly logId: string;
  readonly journal: ReadonlyMap<number, ReadSpan>;
  readonly transactions: number;
  readonly frauds: number;
  /** Learned as genuine at an earlier boundary, and reported as frauds since. */
  readonly corrected: number;
  /** Transactions with a report that were found in the journal. */
  readonly found: ReadonlySet<string>;
  /** Records of the journal, each told of once. */
  readonly unreadable: readonly Unreadable[];
};
