import type { Decision } from '@weir/contracts';
import type { KafkaRecord } from '@weir/kafka';
import type { JudgedSubject, Judgement } from '@weir/replays';
import { decideBatch, decideWithTeam, decisionsOf, joinedBy, windowRecordOf } from '@weir/verdicts';
import type { Decided, Decoded } from '@weir/verdicts';
import type { JudgedBy } from './in-force.ts';
import type { PassWindows } from './pass-windows.ts';

/** A record judged again, with the words the journal would have for it. */
export type JudgedAgain = { readonly decided: Decided; readonly decision: Decision };

/** Records that are judged by the same versions, in offset order. */
export type JudgedRun = {
  readonly partition: number;
  readonly decoded: readonly Decoded[];
  /** Whether the journal says that the team's own model failed here: then it failed for all that it was asked of. */
  readonly hasTeamFailed: boolean;
};

/** Judges a run again, by the code that decides, and lets it join the windows. */
export async function judgeRun(
  by: JudgedBy,
  windows: PassWindows,
  { partition, decoded, hasTeamFailed }: JudgedRun,
): Promise<JudgedAgain[]> {
  const decided = await decide(by, windows, decoded, hasTeamFailed);
  for (const one of decided) {
    const joined = joinedBy(one);
    if (joined !== undefined) windows.tookIn(joined.account);
  }
  // Features are compared by their names, as they were decided by.
  const decisions = decisionsOf({ partition, featureNames: [], decided });
  return decided.map((one, index) => ({ decided: one, decision: decisions[index] as Decision }));
}

async function decide(
  { judge, team }: JudgedBy,
  histories: PassWindows,
  decoded: readonly Decoded[],
  hasTeamFailed: boolean,
): Promise<readonly Decided[]> {
  const context = { histories, toRecord: windowRecordOf };
  if (team === undefined) return decideBatch(decoded, { ...context, judge: judge.judge });
  const { descriptor } = team;
  const asked = hasTeamFailed ? { descriptor, score: async () => noScores } : team;
  return (await decideWithTeam(decoded, { ...context, judge }, asked)).decided;
}

const noScores = { ok: true, scores: [] } as const;

/** As a decision of the journal is compared; undefined for a control record. */
export function judgementOf(
  decision: Decision,
  said: { readonly ruleset: string; readonly features: Readonly<Record<string, number | null>> },
): Judgement | undefined {
  switch (decision.outcome) {
    case 'cleared':
    case 'held': {
      const { outcome, score, reasons, digest, ruleset = said.ruleset } = decision;
      const alert = outcome === 'held' || decision.alert === true;
      return { outcome, score, alert, reasons, ruleset, digest, features: said.features };
    }
    case 'duplicate':
      return { outcome: 'duplicate', firstOffset: decision.firstOffset };
    case 'rejected':
      return { outcome: 'rejected', code: decision.code };
    case 'control':
      return undefined;
  }
}

/** What a record is about, for who looks at differences. */
export function subjectOf({ partition }: KafkaRecord, decoded: Decoded): JudgedSubject {
  const { offset } = decoded;
  if (decoded.kind !== 'transaction') return { partition, offset };
  const { account, identity, eventTimeMs, content } = decoded.transaction;
  const { amountMinor, currency, creditDebitIndicator } = content;
  return {
    ...{ partition, offset, account, transaction: identity },
    ...{ eventTimeMs, amountMinor, currency, creditDebitIndicator },
  };
}
