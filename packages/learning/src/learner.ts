import { formatInstant, type FeatureValues, type Knowledge, type ModelSnapshot } from '@weir/contracts';
import { readKnowledge } from '@weir/scoring';
import { logMilli } from '@weir/windows';
import { startTraining } from './online-model.ts';
import { createPeerTable } from './peer-table.ts';
import { createRiskTable } from './risk-table.ts';

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

/**
 * How often a snapshot is made where nothing else is said, in milliseconds of event time: what was
 * reported an hour ago is known. docs/detection-quality.md says what a day instead costs.
 */
export const defaultCadenceMs = 3_600_000;

/** Learns from transactions whose outcome is due. The same calls in the same order give the same snapshot. */
export type Learner = {
  /** Takes in a transaction that is `delayMs` old at the next cut: as fraud where that was reported by then. */
  readonly learn: (observation: Observation, isFraud: boolean) => void;
  /** Takes in that a transaction was a fraud after all, which had been learned as genuine. */
  readonly correct: (observation: Observation) => void;
  /** What is known at a cut in event time, as `learned@<version>`. */
  readonly snapshot: (cutAtMs: number, version: number) => ModelSnapshot;
};

/** A model that has seen fewer frauds says nothing yet: the label-free score stands alone. */
const fewestFrauds = 10;

/**
 * A learner that begins anew or, given its last snapshot, goes on from there as if it had never stopped.
 * Throws a RangeError for a snapshot whose knowledge can't be read.
 */
export function createLearner({ delayMs }: LearnerSettings, previous?: ModelSnapshot): Learner {
  const before = previous === undefined ? undefined : readKnowledge(previous);
  if (previous !== undefined && before === undefined)
    throw new RangeError(`the knowledge of ${previous.ref} can't be read`);
  const peers = createPeerTable(before?.peers ?? []);
  const counterparties = createRiskTable(before?.counterparties ?? []);
  const accounts = createRiskTable(before?.accounts ?? []);
  const training = startTraining(before?.model ?? null);
  let { transactions, frauds } = previous?.learned ?? { transactions: 0, frauds: 0 };

  /** Until somebody reports, nobody does: silence says nothing then. */
  const train = (features: FeatureValues, isFraud: boolean): number =>
    frauds === 0 ? 0 : training.learn(features, isFraud);

  return {
    learn: (observation, isFraud) => {
      const { account, counterparty, eventTimeMs, features } = observation;
      transactions += 1;
      if (isFraud) frauds += 1;
      peers.take(observation, logMilli(features['amountMinor'] ?? 0), features['historyCount'] ?? 0);
      const unexplained = 1 - train(features, isFraud);
      if (counterparty !== '') counterparties.take(counterparty, eventTimeMs, isFraud, unexplained);
      accounts.take(account, eventTimeMs, isFraud, unexplained);
    },
    correct: ({ account, counterparty, eventTimeMs, features }) => {
      frauds += 1;
      const unexplained = 1 - train(features, true);
      if (counterparty !== '') counterparties.correct(counterparty, eventTimeMs, unexplained);
      accounts.correct(account, eventTimeMs, unexplained);
    },
    snapshot: (cutAtMs, version) => {
      return {
        ref: `learned@${version}`,
        cutAt: formatInstant(cutAtMs),
        delayMs,
        learned: { transactions, frauds },
        knowledge: {
          peers: peers.sums(),
          counterparties: counterparties.rows(cutAtMs),
          accounts: accounts.rows(cutAtMs),
          model: frauds === 0 ? null : training.toModel(frauds >= fewestFrauds),
        } satisfies Knowledge,
      };
    },
  };
}
