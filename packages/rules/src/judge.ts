import type { Evidence, FeatureValues, ModelSnapshot, Verdict, Versions } from '@weir/contracts';
import { baseline, computeFeatures, createScorer, historyStateOf, recentAmounts } from '@weir/scoring';
import { timeliness } from '@weir/windows';
import type { AccountHistory, Timeliness, WindowPlan, WindowRecord } from '@weir/windows';
import { decide } from './decide.ts';
import { decideByModel, type TeamScore } from './decide-by-model.ts';
import type { Ruleset } from './ruleset.ts';
import type { Scorer } from './scorer.ts';

/** What is decided of one transaction. */
export type Judgement = {
  readonly verdict: Verdict;
  /** Only for a held transaction: what a person needs to understand it. */
  readonly evidence: Evidence | undefined;
};

/** What a verdict takes from the account's history, kept from before the transaction joined it. */
export type Remembered = Pick<Evidence, 'usualAmount' | 'recentAmounts'> & {
  readonly timeliness: Timeliness;
};

/**
 * The pure decision over one transaction of an account (its pseudonym), by the
 * account's history before it. The history must hold neither the transaction nor
 * any behind it, in both halves: what is usual is asked of it for the evidence too.
 * Where others have to join it in between, the second half is given what it would ask.
 */
export type Judge = {
  /** The first half: everything a score rests on. */
  readonly features: (record: WindowRecord, account: string, history: AccountHistory) => FeatureValues;
  /** The second half: the verdict that the features lead to, a team's own score among them where there is one. */
  readonly decide: (one: {
    readonly record: WindowRecord;
    readonly account: string;
    readonly history: AccountHistory;
    readonly features: FeatureValues;
    readonly teamScore?: TeamScore | undefined;
    readonly remembered?: Remembered | undefined;
  }) => Judgement;
  readonly remember: (record: WindowRecord, history: AccountHistory) => Remembered;
  /** Both. */
  readonly judge: (
    record: WindowRecord,
    account: string,
    history: AccountHistory,
  ) => Judgement & { readonly features: FeatureValues };
};

/** What is in force: `snapshot` is the model of `versions.model`, where that names one. */
export type InForce = {
  readonly ruleset: Ruleset;
  readonly plan: WindowPlan;
  readonly versions: Versions;
  readonly snapshot?: ModelSnapshot | undefined;
};

/**
 * How to judge by what is in force. Making one reads the whole snapshot, which
 * takes a while; judging by it then is cheap, so it is made once and kept.
 *
 * A transaction older than the snapshot's cut is judged without what outcomes
 * taught: reports newer than the delay, its own among them, may be part of that.
 *
 * Throws a RangeError where the versions name another model than the snapshot:
 * verdicts would say they were made by what they were not.
 */
export function createJudge(
  { ruleset, plan, versions, snapshot }: InForce,
  scorerOf: (snapshot?: ModelSnapshot) => Scorer = createScorer,
): Judge {
  if (snapshot?.ref !== versions.model) throw new RangeError('the snapshot is not the model in force');
  const scorer = ruleset.scoring === 'model' ? scorerOf(snapshot) : undefined;
  const beforeCut = scorer?.withoutOutcomes;
  const cutAtMs = snapshot === undefined ? -Infinity : Date.parse(snapshot.cutAt);
  // What was reported up to the cut may be about this very transaction, where it comes late or from an old file.
  const scorerFor = ({ eventTimeMs }: WindowRecord): Scorer | undefined =>
    eventTimeMs < cutAtMs ? beforeCut : scorer;

  const features: Judge['features'] = (record, account, history) => {
    const found = scorerFor(record);
    if (found === undefined) return computeFeatures({ record, history, plan });
    const peers = found.peers(record);
    const options = peers === undefined ? {} : { peers };
    return found.features(computeFeatures({ record, history, plan }, options), record, account);
  };

  const decideOne: Judge['decide'] = ({ record, history, features: found, teamScore, remembered }) => {
    const timeliness = remembered?.timeliness ?? timelinessOf(record, history, plan);
    const input = { features: found, ruleset, versions, timeliness };
    const evidenceOf = (): Evidence => {
      const { usualAmount, recentAmounts } = remembered ?? usualOf(record, history);
      return { features: found, usualAmount, recentAmounts };
    };
    const scoredBy = scorerFor(record);
    if (scoredBy === undefined) {
      const verdict = decide(input);
      return {
        verdict,
        evidence: verdict.outcome === 'held' ? evidenceOf() : undefined,
      };
    }
    const { verdict, contributions } = decideByModel({ ...input, scorer: scoredBy, teamScore });
    if (contributions === undefined) return { verdict, evidence: undefined };
    const evidence = evidenceOf();
    return { verdict, evidence: { ...evidence, contributions, state: historyStateOf(found) } };
  };

  const usualOf = (record: WindowRecord, history: AccountHistory) => ({
    usualAmount: baseline({ record, history, plan }),
    recentAmounts: recentAmounts({ record, history }),
  });

  return {
    features,
    decide: decideOne,
    remember: (record, history) => ({
      timeliness: timelinessOf(record, history, plan),
      ...usualOf(record, history),
    }),
    judge: (record, account, history) => {
      const found = features(record, account, history);
      return { ...decideOne({ record, account, history, features: found }), features: found };
    },
  };
}

/**
 * Older than the account's history reaches: whatever it said in time of its own source, its windows and
 * the earlier sending it may repeat are forgotten. Else by the whole second the windows keep, so that a
 * verdict recomputed from them agrees.
 */
const timelinessOf = (record: WindowRecord, history: AccountHistory, plan: WindowPlan) =>
  history.remembers(record) ? timeliness(record.eventTimeMs, record.observedAtSeconds * 1000, plan) : 'late';
