import type { JournalEntry } from '../../history-checks/history.ts';

/**
 * What a ruleset was to a verdict. `live`: it decided, and was in force; `canary`: it decided, as the candidate
 * beside it; `beside`: it was asked and did not decide.
 */
export type VerdictStage = 'live' | 'canary' | 'beside';

export type CountedVerdicts = {
  readonly ruleset: string;
  readonly stage: VerdictStage;
  readonly verdicts: number;
};

/** The verdicts of a journal by ruleset and stage. */
export function countVerdicts(journal: readonly JournalEntry[]): readonly CountedVerdicts[] {
  const counts = new Map<string, number>();
  const count = (stage: VerdictStage, ruleset: string): void => {
    const key = `${stage} ${ruleset}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  };
  for (const { versions, candidate, decisions } of journal) {
    for (const decision of decisions) {
      if (!('digest' in decision)) continue;
      const decidedBy = decision.ruleset;
      count(decidedBy === undefined ? 'live' : 'canary', decidedBy ?? versions.ruleset);
      if (candidate === undefined) continue;
      count('beside', decidedBy === undefined ? candidate.ruleset : versions.ruleset);
    }
  }
  return [...counts].toSorted().map(([key, verdicts]) => {
    const [stage, ruleset] = key.split(' ') as [VerdictStage, string];
    return { ruleset, stage, verdicts };
  });
}
