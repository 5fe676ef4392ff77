import { formatInstant } from '@weir/contracts';
import type { CaseFindingCode } from './case-findings.ts';
import type { CaseIndex } from './case-index.ts';
import { caseTransaction, caseVerdict } from './case-lines.ts';
import { casePaths } from './case-paths.ts';
import type { CaseFiles } from './case-paths.ts';
import { readLines } from './file-lines.ts';
import type { ManifestPlace } from './manifest-places.ts';

/**
 * Holds transactions and verdicts against the records of the manifest, where that can be believed: each has one line in both, in its order, and
 * none is of another account. Answers what there is; undefined where it can't be counted.
 */
export function verifyRecords(
  files: CaseFiles,
  { account }: Pick<CaseIndex, 'account'>,
  places: readonly ManifestPlace[] | undefined,
  find: (code: CaseFindingCode, path: string) => void,
): { readonly records: number | undefined; readonly held: number | undefined } {
  const transactions = linesOf(casePaths.transactions, (value) => caseTransaction.safeParse(value));
  const verdicts = linesOf(casePaths.verdicts, (value) => caseVerdict.safeParse(value));
  if (places !== undefined) {
    const named = places.map((place) =>
      [place.partition, place.offset, formatInstant(place.timestampMs), place.sha256].join(' '),
    );
    hold(casePaths.transactions, named, transactions, (one) =>
      [one.partition, one.offset, one.at, one.sha256].join(' '),
    );
    const numbered = places.map(({ partition, offset }) => `${partition} ${offset}`);
    hold(casePaths.verdicts, numbered, verdicts, ({ partition, offset }) => `${partition} ${offset}`);
  }
  if (transactions?.some((one) => one.kind === 'transaction' && one.account !== account) === true)
    find('account_other', casePaths.transactions);
  if (verdicts?.some((one) => one.account !== null && one.account !== account) === true)
    find('account_other', casePaths.verdicts);
  return {
    records: transactions?.length,
    held: verdicts?.filter(({ outcome }) => outcome === 'held').length,
  };

  function linesOf<One>(
    path: string,
    read: Parameters<typeof readLines<One>>[1],
  ): readonly One[] | undefined {
    const bytes = files.get(path);
    if (bytes === undefined) return undefined;
    const lines = readLines(bytes, read);
    if (lines === undefined) find('lines_unreadable', path);
    return lines;
  }

  function hold<One>(
    path: string,
    named: readonly string[],
    lines: readonly One[] | undefined,
    nameOf: (one: One) => string,
  ): void {
    if (lines === undefined) return;
    const isSame = lines.length === named.length && lines.every((one, at) => nameOf(one) === named[at]);
    if (!isSame) find('records_other', path);
  }
}
