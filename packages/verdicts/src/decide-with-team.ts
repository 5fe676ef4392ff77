import type { FeatureValues } from '@weir/contracts';
import type { Judge, Remembered, TeamScore } from '@weir/rules';
import type { TeamModel, TeamScores } from '@weir/team-model';
import type { AccountHistory, WindowRecord } from '@weir/windows';
import { decideOther, failed, orFail, place } from './decide-batch.ts';
import type { Decided, DecisionContext } from './decide-batch.ts';
import type { AcceptedTransaction, Decoded } from './decode.ts';

/** A transaction between the two halves of its decision. It has joined its history already. */
type Considered = {
  readonly kind: 'considered';
  readonly offset: number;
  readonly transaction: AcceptedTransaction;
  readonly record: WindowRecord;
  readonly history: AccountHistory;
  readonly features: FeatureValues;
  readonly remembered: Remembered;
};

type TeamContext = Omit<DecisionContext, 'judge'> & { readonly judge: Judge };

/** What was decided, and how the model answered; undefined where it was asked nothing. */
export type DecidedWithTeam = {
  readonly decided: Decided[];
  readonly answered: TeamScores | undefined;
};

/**
 * Decides a run as decideBatch does, with the scores of a team's own model, which
 * is asked once for all of it: first the features of each transaction, in offset
 * order, then the scores, then the verdicts. Where the model fails, all of them
 * are held, but where it only looks on: a shadow changes nothing, not even by that.
 */
export async function decideWithTeam(
  decoded: readonly Decoded[],
  context: TeamContext,
  team: Pick<TeamModel, 'descriptor' | 'score'>,
): Promise<DecidedWithTeam> {
  const taken = decoded.map((one) =>
    one.kind === 'transaction' ? consider(one, context) : decideOther(one),
  );
  const considered = taken.filter((one) => one.kind === 'considered');
  if (considered.length === 0)
    return { decided: taken.filter((one) => one.kind !== 'considered'), answered: undefined };
  const answered = await team.score(considered.map(({ features }) => features));
  const scores = new Map(
    considered.map(({ offset }, index) => [offset, answered.ok ? (answered.scores[index] ?? null) : null]),
  );
  const decided = taken.map((one) =>
    one.kind === 'considered' ? conclude(one, scores.get(one.offset) ?? null, context, team) : one,
  );
  return { decided, answered };
}

function consider(
  { offset, transaction }: Extract<Decoded, { kind: 'transaction' }>,
  context: TeamContext,
): Considered | Decided {
  const { record, history, repeats } = place(offset, transaction, context);
  if (repeats !== undefined) return repeats;
  const { judge } = context;
  const halfway = orFail(() => ({
    features: judge.features(record, transaction.account, history),
    remembered: judge.remember(record, history),
  }));
  history.append(record);
  if (halfway === undefined) return failed(offset, transaction, record);
  return { kind: 'considered', offset, transaction, record, history, ...halfway };
}

function conclude(
  { kind: _kind, history, remembered, ...considered }: Considered,
  score: number | null,
  { judge }: TeamContext,
  { descriptor: { role } }: Pick<TeamModel, 'descriptor'>,
): Decided {
  const { offset, transaction, record, features } = considered;
  const { account } = transaction;
  const teamScore: TeamScore | undefined = role === 'shadow' ? undefined : { role, score: score ?? 'failed' };
  const judged = orFail(() => judge.decide({ record, account, history, features, remembered, teamScore }));
  if (judged === undefined) return failed(offset, transaction, record);
  return { kind: 'verdict', ...considered, ...judged, teamScore: score };
}
