import {
  knowledge as knowledgeSchema,
  type Evidence,
  type FeatureValues,
  type Knowledge,
  type ModelSnapshot,
  type Reason,
} from '@weir/contracts';
import type { WindowRecord } from '@weir/windows';
import { currencyCode } from '../currency-code.ts';
import type { PeerGroup } from '../peer-group.ts';
import { entriesOf } from '../risk/risk-entry.ts';
import { addRiskFeatures } from '../risk/risk-features.ts';
import { prepareModel } from './additive-model.ts';
import { contributionsOf, microOf, probabilityOf } from './contributions.ts';
import { logOddsOf, partsOf } from './log-odds.ts';
import { peerGroupOf } from './peers.ts';
import { reasonsOf } from './reason-groups.ts';

type Contributions = NonNullable<Evidence['contributions']>;

/** How scores come about under one snapshot, or under none: then without any outcomes, and without peers. */
export type SnapshotScorer = {
  /** The same without anything that outcomes taught; what peers do stays. */
  readonly withoutOutcomes: SnapshotScorer;
  readonly peers: (record: WindowRecord) => PeerGroup | undefined;
  readonly features: (features: FeatureValues, record: WindowRecord, account: string) => FeatureValues;
  readonly score: (features: FeatureValues) => { readonly score: number };
  readonly explain: (features: FeatureValues) => Contributions;
  readonly reasons: (features: FeatureValues, contributions: Contributions) => readonly Reason[];
};

const micro = 1_000_000;

const nothing: Knowledge = { peers: [], counterparties: [], accounts: [], model: null };

/** What a snapshot says was learned, or undefined where this release can't read it: nothing may be decided by it then. */
export function readKnowledge({ knowledge }: Pick<ModelSnapshot, 'knowledge'>): Knowledge | undefined {
  if (knowledge === null) return nothing;
  const parsed = knowledgeSchema.safeParse(knowledge);
  return parsed.success ? parsed.data : undefined;
}

/** Throws a RangeError for a snapshot whose knowledge can't be read. */
export function createScorer(snapshot?: Pick<ModelSnapshot, 'ref' | 'knowledge'>): SnapshotScorer {
  if (snapshot === undefined) return scorerOf(nothing);
  const knowledge = readKnowledge(snapshot);
  if (knowledge === undefined) throw new RangeError(`the knowledge of ${snapshot.ref} can't be read`);
  return scorerOf(knowledge);
}

/** The scorer of what was learned, which is taken as it is. Pure: the same knowledge and features, the same bits. */
export function scorerOf({ peers, counterparties, accounts, model: known }: Knowledge): SnapshotScorer {
  const model = known?.inForce === true ? prepareModel(known) : undefined;
  const groups = new Map(peers.map((sums) => [groupKey(sums), peerGroupOf(sums)]));
  const ofCounterparties = entriesOf(counterparties);
  const ofAccounts = entriesOf(accounts);
  const scoreMicroOf = (features: FeatureValues): number =>
    microOf(probabilityOf(logOddsOf(model, features)));
  const scorer: SnapshotScorer = {
    get withoutOutcomes() {
      return model === undefined && ofCounterparties.size + ofAccounts.size === 0
        ? scorer
        : scorerOf({ peers, counterparties: [], accounts: [], model: null });
    },
    peers: ({ currency, creditDebitIndicator }) =>
      groups.get(groupKey({ currency: currencyCode(currency), creditDebitIndicator })),
    features: (features, record, account) =>
      addRiskFeatures(
        features,
        record.counterparty === '' ? undefined : ofCounterparties.get(record.counterparty),
        ofAccounts.get(account),
        record.eventTimeMs,
      ),
    score: (features) => ({ score: scoreMicroOf(features) / micro }),
    explain: (features) => contributionsOf(partsOf(model, features), scoreMicroOf(features)),
    reasons: (_features, contributions) => reasonsOf(contributions),
  };
  return scorer;
}

const groupKey = (of: { readonly currency: string; readonly creditDebitIndicator: string }): string =>
  `${of.currency} ${of.creditDebitIndicator}`;
