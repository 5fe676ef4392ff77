import type { Evidence, FeatureValues, Reason } from '@weir/contracts';
import type { WindowRecord } from '@weir/windows';
import type { PeerGroup } from '../peer-group.ts';

/** What a score is made of, in whole millionths: the base and what each feature adds to it or takes away. */
export type Contributions = NonNullable<Evidence['contributions']>;

/**
 * How a score comes about under one model, or under none: then without any outcomes, and without peers.
 * Pure: what it answers depends on its arguments and on the snapshot it was made of, and on nothing else.
 */
export type Scorer = {
  /** The same without anything that outcomes taught; what peers do stays. */
  readonly withoutOutcomes: Scorer;
  /** What accounts do in the currency and direction of a record; undefined where nobody knows. */
  readonly peers: (record: WindowRecord) => PeerGroup | undefined;
  /** The features of the account's own history with those that the snapshot adds; it may fill the given object. */
  readonly features: (features: FeatureValues, record: WindowRecord, account: string) => FeatureValues;
  /** From 0 to 1 in whole millionths. */
  readonly score: (features: FeatureValues) => number;
  /** Base and contributions add up to the score of the same features exactly. */
  readonly explain: (features: FeatureValues) => Contributions;
  /** The contributions that speak for holding, in the groups a person thinks in, the largest first. */
  readonly reasons: (contributions: Contributions) => readonly Reason[];
};
