import type { FeatureValues, Reason } from '@weir/contracts';
import { roundMicro, type Contributions, type Scorer } from '@weir/scoring';
import type { Decision, DecideInput } from './decide.ts';
import { failure, reasonOf, ruleFailed, standingOf, untimely } from './rule-reasons.ts';

/**
 * What a team's own model says of a transaction, from 0 to 1; `failed` where it
 * had to say something and didn't. `max`: the larger of the two scores counts;
 * `replace`: the model's does.
 */
export type TeamScore = { readonly role: 'max' | 'replace'; readonly score: number | 'failed' };

/** The name that a team's own model goes by among the features of an explanation. */
export const teamScoreFeature = 'teamScore';

/**
 * Decides one transaction by its score: pure, total but for a scorer that can't
 * explain itself, and deterministic. It is held where
 *
 * - its score is at least `holdAt`: the scorer's, or the team's as its role says;
 * - any policy or list that holds fires: under a model, rules are policies, which hold whatever the score and contribute 0;
 * - it came late or from the future, or something could not be evaluated: a rule or
 *   the score (`rule_failed`), the team's model (`model_failed`).
 *
 * The reasons of a held or flagged transaction are the built-in ones, then lists and policies,
 * then what the score rests on, the largest first. A cleared one has none, but for
 * the list that cleared it.
 */
export function decideByModel({
  features,
  findings,
  ruleset,
  timeliness,
  versions,
  scorer,
  teamScore,
}: DecideInput & {
  readonly features: FeatureValues;
  readonly scorer: Scorer;
  readonly teamScore?: TeamScore | undefined;
}): Decision {
  const malformed = ruleFailed(findings);
  const own = malformed.length > 0 ? undefined : scoreOf(scorer, features);
  const team = teamScore === undefined ? undefined : inMillionths(teamScore.score);
  const builtIn = [
    ...untimely(timeliness),
    ...malformed,
    ...(malformed.length === 0 && own === undefined ? [failure('rule_failed', [])] : []),
    ...(teamScore !== undefined && team === undefined ? [failure('model_failed', [])] : []),
  ];
  const score = team !== undefined && teamScore?.role === 'replace' ? team : Math.max(own ?? 0, team ?? 0);
  const { outcome, alert, told } = standingOf(builtIn, findings.fired, score, ruleset);
  const policies = told.map((finding) => reasonOf(finding, 0));
  if (outcome === 'cleared' && !alert)
    return {
      ...{ verdict: { outcome, score, reasons: policies, versions }, alert, told },
      contributions: undefined,
    };
  const explained = own === undefined ? nothing : scorer.explain(features);
  const reasons = own === undefined ? [] : scorer.reasons(explained);
  const byTeam = roundMicro(score - (own ?? 0));
  return {
    verdict: { outcome, score, reasons: [...builtIn, ...policies, ...withTeam(reasons, byTeam)], versions },
    ...{ alert, told },
    contributions:
      byTeam === 0
        ? explained
        : {
            ...explained,
            features: [...explained.features, { feature: teamScoreFeature, contribution: byTeam }],
          },
  };
}

const nothing: Contributions = { base: 0, features: [] };

/** A score that is none must not clear anything, nor may a scorer that throws. */
function scoreOf(scorer: Scorer, features: FeatureValues): number | undefined {
  try {
    return inMillionths(scorer.score(features));
  } catch {
    return undefined;
  }
}

const inMillionths = (score: TeamScore['score']): number | undefined =>
  typeof score === 'number' && score >= 0 && score <= 1 ? roundMicro(score) : undefined;

const withTeam = (reasons: readonly Reason[], contribution: number): readonly Reason[] =>
  contribution <= 0
    ? reasons
    : [
        ...reasons,
        { rule: 'team_model', severity: 'high' as const, contribution, features: [teamScoreFeature] },
      ].sort((one, other) => other.contribution - one.contribution);
