import type { AuditRequest, WeirError } from '@weir/contracts';
import type { Opener, Sealer } from '@weir/envelope';
import type { KafkaClient, PartitionTransactions } from '@weir/kafka';
import type { LearnedBoundary } from './learned-boundary.ts';
import type { LearnerState } from './learner-state.ts';

export type LearnerLimits = {
  readonly cadenceMs: number;
  readonly delayMs: number;
  readonly allowedLatenessMs: number;
  /** Outcomes in memory at most. */
  readonly maxReports: number;
  /** Decisions in memory at most, while they are put in order. */
  readonly maxDecisions: number;
  /** Offsets of each partition of the journal that are read at once. */
  readonly stretchOffsets: number;
};

/** Everything the learner touches outside itself. main.ts puts the real parts in. */
export type LearnerParts = {
  readonly kafka: Pick<KafkaClient, 'offsets' | 'readRange'>;
  /** Opens the journal, outcomes and models. */
  readonly opening: { readonly opener: Opener; readonly environment: string };
  /** Of the stream `models`. */
  readonly sealer: Sealer;
  readonly openTransactions: () => PartitionTransactions;
  /** Asks for entries on the audit trail; the same request again becomes no second entry. */
  readonly audit: (requests: readonly AuditRequest[]) => Promise<void>;
  /** The wall clock, milliseconds since the Unix epoch: for pauses alone. */
  readonly nowMs: () => number;
  readonly limits: LearnerLimits;
  readonly observe: LearnerObserver;
  /** Aborted when the learner is to stop. */
  readonly signal?: AbortSignal;
};

/** What is told about the work, for metrics and logs: counts, places and codes, never content. */
export type LearnerObserver = {
  tookOver(state: LearnerState): void;
  /** `unmatched`: transactions with a report that was forgotten without one of them in the journal. */
  published(boundary: LearnedBoundary, unmatched: number): void;
  /** Event time has come so far; undefined before the first decision. */
  reached(eventTimeMs: number | undefined, state: LearnerState, reports: number): void;
  unreadable(topic: string, partition: number, offset: number, code: string): void;
  /** The journal's retention took decisions before they were learned from. */
  forgotten(partition: number, from: number, earliest: number): void;
  waits(error: WeirError, forMs: number): void;
};
