import { createAccountCounts } from './account-counts.ts';
import { createAmountCounts } from './amount-counts.ts';
import { emptyComparison } from './comparison-state.ts';
import type { ComparisonState } from './comparison-state.ts';
import { differenceOf, differingFeatures, isVerdict } from './difference-of.ts';
import type { DifferenceKind, JudgedPair, JudgedVerdict, ReplayDifference } from './judgement.ts';
import { createNameCounts } from './name-counts.ts';
import type { ReplayPlan } from './plan.ts';
import { createScoreCounts } from './score-counts.ts';
import { createTimelines } from './timelines.ts';

export type Comparison = {
  /** Counts a pair, and gives it back where it differs, to be kept: of its features only those that differ. */
  readonly add: (pair: JudgedPair) => ReplayDifference | undefined;
  readonly state: () => ComparisonState;
};

/**
 * Compares records judged twice, one after the other, in bounded memory. Goes on from an earlier state of the same
 * plan as if it had never stopped.
 */
export function createComparison(
  { versions, filter }: Pick<ReplayPlan, 'versions' | 'filter'>,
  from: ComparisonState = emptyComparison,
): Comparison {
  const { kind: under } = versions;
  const accounts = createAccountCounts(from);
  const scores = createScoreCounts(from);
  const timelines = createTimelines(filter.accounts, from.timelines);
  const kinds = { ...from.kinds };
  const alerts = { ...from.alerts };
  const outcomes = new Map(from.outcomes.map((counted) => [outcomesKey(counted), { ...counted }]));
  const names = createNameCounts(from);
  const amounts = createAmountCounts(from.amounts);
  let { records } = from;

  const addVerdicts = (then: JudgedVerdict, now: JudgedVerdict, isFlip: boolean): void => {
    scores.add(then.score, now.score, isFlip);
    if (then.outcome !== now.outcome || then.alert === now.alert) return;
    alerts[now.alert ? 'gained' : 'lost'] += 1;
  };

  const follow = ({ subject, then, now }: JudgedPair, kind: DifferenceKind): void => {
    const { account, eventTimeMs, amountMinor, currency, creditDebitIndicator } = subject;
    if (account === undefined) return;
    if (kind !== 'same') accounts.add(account, kind === 'flip');
    if (eventTimeMs === undefined || amountMinor === undefined || currency === undefined) return;
    const direction = creditDebitIndicator === undefined ? {} : { creditDebitIndicator };
    timelines.add(
      account,
      {
        eventTimeMs,
        amountMinor,
        currency,
        ...direction,
        then: then.outcome,
        now: now.outcome,
        isDifferent: kind !== 'same',
      },
      kind !== 'same' && (under === 'then' || kind === 'flip' || kind === 'kind'),
    );
  };

  return {
    add(pair) {
      const { then, now } = pair;
      const kind = differenceOf(pair, under);
      records += 1;
      kinds[kind] += 1;
      countOutcomes(outcomes, pair);
      names.add(pair);
      follow(pair, kind);
      if (isVerdict(then) && isVerdict(now)) {
        addVerdicts(then, now, kind === 'flip');
        if (then.outcome !== now.outcome) amounts.add(pair.subject, now.outcome);
      }
      if (kind === 'same') return undefined;
      const features = isVerdict(then) && isVerdict(now) ? differingFeatures(then, now, under) : [];
      names.addFeatures(features);
      return {
        kind,
        subject: pair.subject,
        then: withFeatures(then, features),
        now: withFeatures(now, features),
      };
    },
    state: () => ({
      records,
      kinds: { ...kinds },
      outcomes: [...outcomes]
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([, counted]) => ({ ...counted })),
      alerts: { ...alerts },
      ...names.state(),
      ...accounts.state(),
      amounts: amounts.state(),
      ...scores.state(),
      timelines: timelines.state(),
    }),
  };
}

type OutcomesCounted = ComparisonState['outcomes'][number];

const outcomesKey = ({ then, now }: Pick<OutcomesCounted, 'then' | 'now'>): string => `${then} ${now}`;

function countOutcomes(counts: Map<string, OutcomesCounted>, pair: JudgedPair): void {
  const both = { then: pair.then.outcome, now: pair.now.outcome };
  const key = outcomesKey(both);
  const counted = counts.get(key);
  if (counted === undefined) counts.set(key, { ...both, records: 1 });
  else counted.records += 1;
}

function withFeatures(judgement: JudgedPair['then'], names: readonly string[]): JudgedPair['then'] {
  if (!isVerdict(judgement)) return judgement;
  const { features } = judgement;
  return {
    ...judgement,
    features: Object.fromEntries(
      names.flatMap((name) => (features[name] === undefined ? [] : [[name, features[name]]])),
    ),
  };
}
