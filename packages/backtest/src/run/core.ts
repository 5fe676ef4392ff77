import type { FeatureValues, Knowledge, ModelSnapshot, Verdict } from '@weir/contracts';
import type { Observation } from '@weir/learning';
import { createJudge, resolveRuleset, type Judge, type PseudonymList, type Ruleset } from '@weir/rules';
import { scorerOf, type Scorer } from '@weir/scoring';
import {
  createAccountHistory,
  createHistoryCache,
  type AccountHistory,
  type WindowPlan,
} from '@weir/windows';
import type { Scores } from '../metrics/score-kinds.ts';
import { createPseudonyms, type Pseudonyms } from '../pseudonyms.ts';
import type { Row } from '../read/row.ts';

/** What became of one row. */
export type Taken =
  | { readonly kind: 'joined'; readonly named: Pseudonyms; readonly history: AccountHistory }
  | { readonly kind: 'duplicate' | 'conflictingDuplicate' };

export type Judged = { readonly verdict: Verdict; readonly features: FeatureValues };

/**
 * The very core that production runs: windows, features and judge, over one log
 * of one partition in the order of event time. Holds the history of every
 * account as far back as the windows look.
 */
export type Core = {
  /** Finds a row's place; where it `joined` it has to be judged, or not, and then `append`ed. */
  readonly place: (row: Row) => Taken;
  readonly judge: (named: Pseudonyms, history: AccountHistory) => Judged;
  /** What the verdict's score is held against. Takes as long as to judge once more. */
  readonly scores: (named: Pseudonyms, history: AccountHistory, judged: Judged) => Scores;
  readonly append: (named: Pseudonyms, history: AccountHistory) => void;
  /** Brings a snapshot into force. */
  readonly activate: (snapshot: ModelSnapshot) => void;
};

/** The ruleset whose fixed rules every score is held against. */
const fixedRules = 'starter@1';

export function createCore(ruleset: Ruleset, plan: WindowPlan): Core {
  const nameOf = createPseudonyms();
  // Nothing is ever evicted: there is no store to read it from again. What is used least is put to rest.
  const histories = createHistoryCache({ maxBytes: Number.POSITIVE_INFINITY });
  const lists = emptyLists(ruleset);
  let labelFree = createJudge({
    ...{ ruleset, plan, lists },
    versions: { ruleset: ruleset.ref, windowPlan: plan.ref },
  });
  const fixed = fixedJudge(plan);
  let judge: Judge = labelFree;
  let offset = 0;

  return {
    place(row) {
      const named = nameOf(row, offset);
      let history = histories.get(named.account);
      if (history === undefined) {
        history = createAccountHistory(plan, [], 0);
        histories.set(named.account, history);
      }
      const first = history.find(named.record.identity);
      if (first === undefined) return { kind: 'joined', named, history };
      return { kind: first.digest === named.record.digest ? 'duplicate' : 'conflictingDuplicate' };
    },
    judge: ({ account, record }, history) => judge.judge(record, account, history),
    scores({ account, record }, history, { verdict, features }) {
      // What outcomes taught is among the features too: the label-free score rests on those it would have had without.
      const alone = judge === labelFree ? { verdict, features } : labelFree.judge(record, account, history);
      const about = { record, account, history, features: alone.features };
      return {
        score: verdict.score,
        labelFree: alone.verdict.score,
        rules: fixed.decide(about).verdict.score,
        zScore: alone.features['amountLogZ'] ?? 0,
        amount: record.amountMinor,
      };
    },
    append({ record }, history) {
      history.append(record);
      offset += 1;
    },
    activate(snapshot) {
      const versions = { ruleset: ruleset.ref, windowPlan: plan.ref, model: snapshot.ref };
      // Our own learner has just made it: looking at each of its numbers again would take longer than judging.
      const knowledge = snapshot.knowledge as Knowledge;
      const inForce = { ruleset, plan, versions, snapshot, lists };
      const made: Scorer[] = [];
      const learned = createJudge(inForce, () => {
        const scorer = scorerOf(knowledge);
        made.push(scorer);
        return scorer;
      });
      // Who looks at nothing that is learned asks for none, and has nothing to be held against.
      const [scorer] = made;
      if (scorer === undefined) return;
      judge = learned;
      labelFree = createJudge(inForce, () => scorer.withoutOutcomes);
    },
  };
}

/** A file of transactions says nothing of lists: where the ruleset asks for one, nobody stands on it. */
const emptyLists = ({ lists = [] }: Ruleset): ReadonlyMap<string, PseudonymList> =>
  new Map(lists.map(({ list, of }) => [list, { ref: `${list}@0`, of, has: () => false }]));

function fixedJudge(plan: WindowPlan): Judge {
  const ruleset = resolveRuleset(fixedRules);
  if (ruleset === undefined) throw new TypeError(`a release without ${fixedRules}`);
  return createJudge({ ruleset, plan, versions: { ruleset: ruleset.ref, windowPlan: plan.ref } });
}

/** What the learner is told of a judged transaction. */
export const observationOf = (
  row: Row,
  { account, transaction, record }: Pseudonyms,
  features: FeatureValues,
): Observation => ({
  partition: 0,
  offset: record.offset,
  eventTimeMs: record.eventTimeMs,
  transaction,
  account,
  counterparty: record.counterparty,
  currency: row.currency,
  creditDebitIndicator: row.creditDebitIndicator,
  features,
});
