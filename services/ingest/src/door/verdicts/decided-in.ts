import type { Decision, JournalRecord, Versions } from '@weir/contracts';

/** What the journal says of one offset of the log. */
export type Found = { readonly decision: Decision; readonly versions: Versions } | 'pending' | 'unknown';

/**
 * What the last run that begins at or before `offset` says of it: behind its end nothing is decided yet.
 * The versions are those its verdict was made by: of a canary's accounts the candidate is the ruleset.
 */
export function decidedIn(run: JournalRecord, offset: number): Found {
  if (offset >= run.to) return 'pending';
  const decision = run.decisions.find((one) => one.offset === offset);
  if (decision === undefined) return 'unknown';
  const ruleset = 'ruleset' in decision ? decision.ruleset : undefined;
  return { decision, versions: ruleset === undefined ? run.versions : { ...run.versions, ruleset } };
}
