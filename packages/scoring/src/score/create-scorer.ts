import {
  knowledge as knowledgeSchema,
  type FeatureValues,
  type Knowledge,
  type ModelSnapshot,
} from '@weir/contracts';
import { currencyCode } from '../currency-code.ts';
import { entriesOf } from '../risk/risk-entry.ts';
import { addRiskFeatures } from '../risk/risk-features.ts';
import { micro, microOf } from '../round-micro.ts';
import { prepareModel } from './additive-model.ts';
import { contributionsOf, probabilityOf } from './contributions.ts';
import { logOddsOf, partsOf } from './log-odds.ts';
import { peerGroupOf } from './peers.ts';
import { reasonsOf } from './reason-groups.ts';
import type { Scorer } from './scorer.ts';

const nothing: Knowledge = { peers: [], counterparties: [], accounts: [], model: null };

/** What a snapshot says was learned, or undefined where this release can't read it: nothing may be decided by it then. */
export function readKnowledge({ knowledge }: Pick<ModelSnapshot, 'knowledge'>): Knowledge | undefined {
  if (knowledge === null) return nothing;
  const parsed = knowledgeSchema.safeParse(knowledge);
  return parsed.success ? parsed.data : undefined;
}

/** Throws a RangeError for a snapshot whose knowledge can't be read. */
export function createScorer(snapshot?: Pick<ModelSnapshot, 'ref' | 'knowledge'>): Scorer {
  if (snapshot === undefined) return scorerOf(nothing);
  const knowledge = readKnowledge(snapshot);
  if (knowledge === undefined) throw new RangeError(`the knowledge of ${snapshot.ref} can't be read`);
  return scorerOf(knowledge);
}

/** The scorer of what was learned, which is taken as it is. Pure: the same knowledge and features, the same bits. */
export function scorerOf({ peers, counterparties, accounts, model: known }: Knowledge): Scorer {
  const model = known?.inForce === true ? prepareModel(known) : undefined;
  const groups = new Map(peers.map((sums) => [groupKey(sums), peerGroupOf(sums)]));
  const ofCounterparties = entriesOf(counterparties);
  const ofAccounts = entriesOf(accounts);
  const scoreMicroOf = (features: FeatureValues): number =>
    microOf(probabilityOf(logOddsOf(model, features)));
  const scorer: Scorer = {
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
    score: (features) => scoreMicroOf(features) / micro,
    explain: (features) => contributionsOf(partsOf(model, features), scoreMicroOf(features)),
    reasons: reasonsOf,
  };
  return scorer;
}

const groupKey = (of: { readonly currency: string; readonly creditDebitIndicator: string }): string =>
  `${of.currency} ${of.creditDebitIndicator}`;
