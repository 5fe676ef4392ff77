import { inputBeginning, type Position } from './line-tracker.ts';
import type { Fingerprint, Ledger } from './ledger-file.ts';

export type RunPlan =
  | { readonly kind: 'begin' | 'resume'; readonly from: Position }
  | { readonly kind: 'already_fed' }
  | { readonly kind: 'other_input'; readonly differs: readonly (keyof Fingerprint)[] };

/**
 * Decides where a run begins, given the ledger an earlier one left. `force`
 * begins again whatever the ledger says; standard input always does, because
 * nobody knows whether a pipe brings the same bytes.
 */
export function planRun(
  ledger: Ledger | undefined,
  fingerprint: Fingerprint | null,
  force: boolean,
): RunPlan {
  if (ledger === undefined || force || fingerprint === null) return { kind: 'begin', from: inputBeginning };
  const differs =
    ledger.fingerprint === null ? ['path' as const] : differences(ledger.fingerprint, fingerprint);
  if (differs.length > 0) return { kind: 'other_input', differs };
  if (ledger.state === 'finished') return { kind: 'already_fed' };
  return { kind: 'resume', from: ledger.position };
}

const inWords: Readonly<Record<keyof Fingerprint, string>> = {
  path: 'which file it is',
  sizeBytes: 'what the file holds',
  headSha256: 'what the file holds',
  meaningSha256: 'the mapping, the tenant or the source',
  logId: 'the log it goes to',
};

/** What has changed since the ledger was written, for a person. */
export const changesInWords = (differs: readonly (keyof Fingerprint)[]): string =>
  [...new Set(differs.map((name) => inWords[name]))].join('; ');

function differences(before: Fingerprint, now: Fingerprint): (keyof Fingerprint)[] {
  const names = Object.keys(now) as (keyof Fingerprint)[];
  const unknownLog = before.logId === null || now.logId === null;
  return names.filter((name) => before[name] !== now[name] && !(name === 'logId' && unknownLog));
}
