import type { builtInReasons, Reason } from '@weir/contracts';
import type { Timeliness } from '@weir/windows';
import type { Failing, Finding, Findings } from './find-in-ruleset.ts';
import type { Ruleset } from './ruleset.ts';

/** The findings as they decide: without shadow rules, or with them as if they were live. */
export const findingsWith = (findings: Findings, shadows: 'decide' | 'look on'): Findings =>
  shadows === 'decide'
    ? findings
    : {
        ...findings,
        fired: findings.fired.filter(({ isShadow }) => !isShadow),
        failed: findings.failed.filter(({ isShadow }) => !isShadow),
      };

export const reasonOf = ({ id, severity, features }: Finding, contribution: number): Reason => ({
  rule: id,
  severity,
  contribution,
  features: [...features],
});

/** The reason of a transaction whose windows can't be trusted. */
export function untimely(timeliness: Timeliness): readonly Reason[] {
  switch (timeliness) {
    case 'timely':
      return [];
    case 'late':
      return [{ rule: 'late', severity: 'medium', contribution: 0, features: [] }];
    case 'future_dated':
      return [{ rule: 'future_dated', severity: 'medium', contribution: 0, features: [] }];
  }
}

/** One reason for all rules and lists that failed, and for every feature that is no number. */
export function ruleFailed({
  failed,
  malformed,
}: {
  readonly failed: readonly Failing[];
  readonly malformed: readonly string[];
}): readonly Reason[] {
  const involved = [...new Set([...failed.flatMap(({ names }) => names), ...malformed])];
  return failed.length + involved.length === 0 ? [] : [failure('rule_failed', involved)];
}

/** What nobody could check is never cleared. */
export const failure = (rule: (typeof builtInReasons)[number], features: string[]): Reason => ({
  rule,
  severity: 'high',
  contribution: 0,
  features,
});

/** Where a transaction comes to stand. */
export type Standing = {
  readonly outcome: 'held' | 'cleared';
  /** Cleared, and people shall look at it all the same. */
  readonly alert: boolean;
  /** What fired and is told, at most `mostTold`: the lists that clear only where they changed something. */
  readonly told: readonly Finding[];
};

/** Nobody reads more, and hundreds with all they look at would not fit the topics that alerts and the journal stand on. */
const mostTold = 50;

/** Of more than are told, those go that mattered least for what became of the transaction. */
const tellFirst: Readonly<Record<Standing['outcome'], readonly Finding['act'][]>> = {
  held: ['hold', 'clear', 'score', 'alert'],
  cleared: ['clear', 'alert', 'score', 'hold'],
};

/** The most telling of what fired, in the order it came in. */
function mostTelling(fired: readonly Finding[], outcome: Standing['outcome']): readonly Finding[] {
  if (fired.length <= mostTold) return fired;
  const acts = tellFirst[outcome];
  const telling = fired.toSorted(
    (one, other) => acts.indexOf(one.act) - acts.indexOf(other.act) || other.weight - one.weight,
  );
  const told = new Set(telling.slice(0, mostTold));
  return fired.filter((one) => told.has(one));
}

/**
 * Holds what could not be checked, what a policy or a list holds, and what scores at least `holdAt`. Of the
 * rest an alert is due where a policy or a list wants one, or the score is at least `alertAt`. Whoever stands
 * on a list that clears is neither held nor flagged by the score alone.
 */
export function standingOf(
  builtIn: readonly Reason[],
  fired: readonly Finding[],
  score: number,
  { holdAt, alertAt = Infinity }: Pick<Ruleset, 'holdAt' | 'alertAt'>,
): Standing {
  const isCleared = fired.some(({ act }) => act === 'clear');
  const heldAnyway = builtIn.length > 0 || fired.some(({ act }) => act === 'hold');
  const held = heldAnyway || (score >= holdAt && !isCleared);
  const alertAnyway = fired.some(({ act }) => act === 'alert');
  const alert = !held && (alertAnyway || (score >= alertAt && !isCleared));
  const changed = isCleared && !heldAnyway && score >= Math.min(holdAt, alertAt);
  const outcome = held ? 'held' : 'cleared';
  const mattering = isCleared && !changed ? fired.filter(({ act }) => act !== 'clear') : fired;
  return { outcome, alert, told: mostTelling(mattering, outcome) };
}
