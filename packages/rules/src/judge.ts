import type {
  Alternative,
  Evidence,
  FeatureValues,
  ModelSnapshot,
  Rollout,
  Verdict,
  Versions,
} from '@weir/contracts';
import {
  baseline,
  computeFeatures,
  createScorer,
  historyStateOf,
  recentAmounts,
  type Scorer,
} from '@weir/scoring';
import { timeliness } from '@weir/windows';
import type { AccountHistory, Timeliness, WindowPlan, WindowRecord } from '@weir/windows';
import { isCanaryAccount } from './account-bits.ts';
import { createDecider, undecided, type Decided, type Undecided } from './decider.ts';
import type { TeamScore } from './decide-by-model.ts';
import type { PseudonymList } from './facts.ts';
import type { Ruleset } from './ruleset.ts';

/** What is decided of one transaction. */
export type Judgement = {
  readonly verdict: Verdict;
  /** Only where people will look at it: what they need to understand a held transaction, or one an alert is due for. */
  readonly evidence: Evidence | undefined;
  /** Cleared, and an alert is due all the same. */
  readonly alert: boolean;
  /** The candidate, where it decided. */
  readonly ruleset?: string;
  /**
   * What the ruleset that didn't decide would have said; without a candidate, what this one would with its shadow
   * rules live. Only where outcome, alert or reasons are others.
   */
  readonly alternative?: Alternative;
  /** The first hundred shadow rules that fired, by their ids. */
  readonly shadowRules: readonly string[];
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

/** A ruleset that is tried beside the one in force. */
export type Candidate = { readonly ruleset: Ruleset; readonly rollout: Rollout };

/** What is in force: `snapshot` is the model of `versions.model`, where that names one. */
export type InForce = {
  readonly ruleset: Ruleset;
  readonly plan: WindowPlan;
  readonly versions: Versions;
  readonly snapshot?: ModelSnapshot | undefined;
  /** By their names. One that a ruleset uses and that isn't here holds whatever needs it. */
  readonly lists?: ReadonlyMap<string, PseudonymList> | undefined;
  readonly candidate?: Candidate | undefined;
};

const noLists: ReadonlyMap<string, PseudonymList> = new Map();

/**
 * How to judge by what is in force. Making one reads the whole snapshot and prepares the rulesets, which
 * takes a while; judging by it then is cheap, so it is made once and kept.
 *
 * A transaction older than the snapshot's cut is judged without what outcomes
 * taught: reports newer than the delay, its own among them, may be part of that.
 *
 * Beside a candidate both rulesets are asked on the same features. The candidate decides the accounts of its
 * canary, under its own version; whatever the other says is told as the alternative and changes nothing.
 *
 * Throws a RangeError where the versions name another model than the snapshot:
 * verdicts would say they were made by what they were not. So it does for a ruleset that doesn't fit the plan.
 */
export function createJudge(
  { ruleset, plan, versions, snapshot, lists = noLists, candidate }: InForce,
  scorerOf: (snapshot?: ModelSnapshot) => Scorer = createScorer,
): Judge {
  if (snapshot?.ref !== versions.model) throw new RangeError('the snapshot is not the model in force');
  const base = createDecider({ ruleset, plan, versions, lists });
  const other =
    candidate === undefined
      ? undefined
      : createDecider({
          ...{ ruleset: candidate.ruleset, plan, lists },
          versions: { ...versions, ruleset: candidate.ruleset.ref },
        });
  const percent = candidate?.rollout.stage === 'canary' ? candidate.rollout.percent : 0;
  const scorer = base.needsScorer || other?.needsScorer === true ? scorerOf(snapshot) : undefined;
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

  const decideOne: Judge['decide'] = ({
    record,
    account,
    history,
    features: found,
    teamScore,
    remembered,
  }) => {
    const timeliness = remembered?.timeliness ?? timelinessOf(record, history, plan);
    const one = { record, account, features: found, timeliness, teamScore, scorer: scorerFor(record) };
    const byCandidate = other !== undefined && isCanaryAccount(account, percent);
    const decided = (byCandidate ? other : base).decide(one);
    const alternative =
      other === undefined
        ? decided.withShadows?.()
        : undecided(() => (byCandidate ? base : other).decide(one).decision);
    const differing = differingFrom(decided, alternative);
    const { verdict, alert, told, contributions } = decided.decision;
    const evidenceOf = (): Evidence => {
      const { usualAmount, recentAmounts } = remembered ?? usualOf(record, history);
      const words = (byCandidate ? other : base).wordsOf(told);
      return {
        ...{ features: found, usualAmount, recentAmounts },
        ...(contributions === undefined ? {} : { contributions, state: historyStateOf(found) }),
        ...(words === undefined ? {} : { rules: words }),
      };
    };
    return {
      verdict,
      evidence: verdict.outcome === 'held' || alert ? evidenceOf() : undefined,
      alert,
      ...(byCandidate ? { ruleset: verdict.versions.ruleset } : {}),
      ...(differing === undefined ? {} : { alternative: differing }),
      shadowRules: decided.shadowRules,
    };
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

/** What is told of a decision that wasn't made: undefined where it would have come to the same. */
function differingFrom(decided: Decided, other: Undecided | undefined): Alternative | undefined {
  if (other === undefined) return undefined;
  const { verdict, alert } = decided.decision;
  const reasons = other.verdict.reasons.map(({ rule }) => rule);
  const isSame =
    verdict.outcome === other.verdict.outcome &&
    alert === other.alert &&
    verdict.reasons.length === reasons.length &&
    verdict.reasons.every(({ rule }, index) => rule === reasons[index]);
  if (isSame) return undefined;
  const { outcome, score } = other.verdict;
  return { outcome, ...(other.alert ? { alert: true as const } : {}), score, reasons };
}

/**
 * Older than the account's history reaches: whatever it said in time of its own source, its windows and
 * the earlier sending it may repeat are forgotten. Else by the whole second the windows keep, so that a
 * verdict recomputed from them agrees.
 */
const timelinessOf = (record: WindowRecord, history: AccountHistory, plan: WindowPlan) =>
  history.remembers(record) ? timeliness(record.eventTimeMs, record.observedAtSeconds * 1000, plan) : 'late';
