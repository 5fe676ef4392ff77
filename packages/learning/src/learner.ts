import { formatInstant, type FeatureValues, type ModelSnapshot } from '@weir/contracts';

/** A decided transaction as its journal has it: what may be learned from, once its outcome is due. */
export type Observation = {
  readonly partition: number;
  readonly offset: number;
  readonly eventTimeMs: number;
  /** Pseudonyms of the transaction and its account; of the counterparty 12 hex digits, or "" where there is none. */
  readonly transaction: string;
  readonly account: string;
  readonly counterparty: string;
  readonly currency: string;
  readonly creditDebitIndicator: 'CRDT' | 'DBIT';
  /** As they were when it was decided, under the snapshot then in force. */
  readonly features: FeatureValues;
};

/** How old a transaction must be before its outcome counts, and how often in event time a snapshot is made. Milliseconds. */
export type LearnerSettings = { readonly delayMs: number; readonly cadenceMs: number };

/** Learns from transactions whose outcome is due. The same calls in the same order give the same snapshot. */
export type Learner = {
  /** Takes in a transaction that is `delayMs` old at the next cut: as fraud where that was reported by then. */
  readonly learn: (observation: Observation, isFraud: boolean) => void;
  /** Takes in that a transaction was a fraud after all, which had been learned as genuine. */
  readonly correct: (observation: Observation) => void;
  /** What is known at a cut in event time, as `learned@<version>`. */
  readonly snapshot: (cutAtMs: number, version: number) => ModelSnapshot;
};

/** A learner that begins anew or, given its last snapshot, goes on from there as if it had never stopped. */
export function createLearner({ delayMs }: LearnerSettings, previous?: ModelSnapshot): Learner {
  let { transactions, frauds } = previous?.learned ?? { transactions: 0, frauds: 0 };
  return {
    learn: (_observation, isFraud) => {
      transactions += 1;
      if (isFraud) frauds += 1;
    },
    correct: () => {
      frauds += 1;
    },
    snapshot: (cutAtMs, version) => ({
      ref: `learned@${version}`,
      cutAt: formatInstant(cutAtMs),
      delayMs,
      learned: { transactions, frauds },
      knowledge: null,
    }),
  };
}
