import { readFileSync, statSync } from 'node:fs';
import { readPublicKeys } from '@weir/audit';
import { describeCaseFinding, verifyCase } from '@weir/replays';
import type { CaseIndex, VerifiedCase } from '@weir/replays';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { fileText } from '../http/server-options.ts';
import { caseBounds } from './case-bounds.ts';
import { unzipFiles } from './zip-files.ts';

export type VerifyCaseOptions = { readonly key: string; readonly auditKey?: string; readonly json?: true };

/** Verifies a bundle with nothing but public keys. */
export async function verifyCaseFile(
  file: string,
  options: VerifyCaseOptions,
  { terminal, exit }: Pick<CommandContext, 'terminal' | 'exit'>,
): Promise<void> {
  const keys = {
    replay: keysIn(options.key, '--key'),
    audit: options.auditKey === undefined ? undefined : keysIn(options.auditKey, '--audit-key'),
  };
  const { files, repeated, isExact } = unzipFiles(bytesOf(file));
  const verified = await verifyCase(files, keys);
  const findings = [
    ...(isExact ? [] : [{ code: 'zip_other', path: 'The zip' } as const]),
    ...repeated.map((path) => ({ code: 'file_repeated', path }) as const),
    ...verified.findings,
  ];
  const ok = findings.length === 0;
  if (options.json === true)
    terminal.print(JSON.stringify({ ok, files: files.size, findings, claim: verified.claim ?? null }));
  else
    for (const line of linesOf({ ...verified, findings }, keys.audit === undefined))
      terminal.print(printable(line));
  exit(ok ? exitCodes.done : exitCodes.notAsItShouldBe);
}

function linesOf(
  { findings, index, claim, compared = 0 }: VerifiedCase,
  isAuditKeyTheirs: boolean,
): readonly string[] {
  if (findings.length > 0 || index === undefined || claim === undefined)
    return [
      'The case is NOT as it was signed:',
      ...findings.map((finding) => `  ${describeCaseFinding(finding)}`),
    ];
  const { holds } = index;
  return [
    `The case is as it was signed: ${String(holds.records)} records of ${index.account}, ${String(holds.held)} held, ${String(holds.alerts)} alerts, ${String(holds.auditEntries)} entries of the audit trail.`,
    `Planned by ${claim.plannedBy}, approved by ${claim.approvedBy}, exported by ${claim.exportedBy} (${index.exportedBy}), signed ${claim.signedAt}.`,
    judgedAgain(holds, compared),
    ...(isAuditKeyTheirs
      ? ['The audit trail was held against the key in the case; --audit-key holds it against yours.']
      : []),
  ];
}

function judgedAgain(
  { records, differences }: Pick<CaseIndex['holds'], 'records' | 'differences'>,
  compared: number,
): string {
  if (records === 0) return 'There was no record to be judged again.';
  if (differences > 0)
    return `Judged again, ${String(differences)} records came out otherwise: see replay/report.html.`;
  return compared >= records
    ? 'Judged again, every record came out the same.'
    : `Judged again, ${String(compared)} of ${String(records)} records came out the same; the others could not be compared: see replay/report.html.`;
}

/** Names in a case are anybody's, and may have been made for a terminal. */
const printable = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '_').slice(0, 1_000);

function bytesOf(file: string): Uint8Array {
  try {
    if (statSync(file).size > caseBounds.mostZipBytes)
      throw new CommandError(exitCodes.usage, `${file} is larger than any case`);
    return readFileSync(file);
  } catch (cause) {
    if (cause instanceof CommandError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new CommandError(exitCodes.usage, `${file} can't be read (${code})`, { cause });
  }
}

function keysIn(file: string, option: string): ReturnType<typeof readPublicKeys> {
  const pem = fileText(file, option);
  try {
    return readPublicKeys(pem);
  } catch (cause) {
    throw new CommandError(exitCodes.usage, `${option}: expected public keys on P-256 in PEM`, { cause });
  }
}
