import type { KeyObject } from 'node:crypto';
import { isProven, readProof, readPublicKeys } from '@weir/audit';
import type { EntryProof } from '@weir/audit';
import type { AuditEntry } from '@weir/contracts';
import type { CaseFindingCode } from './case-findings.ts';
import type { CaseIndex } from './case-index.ts';
import { casePaths } from './case-paths.ts';
import type { CaseFiles } from './case-paths.ts';
import { fileLines } from './file-lines.ts';

type Find = (code: CaseFindingCode, path: string) => void;

/**
 * Holds entries of the audit trail against their proofs, under keys that the receiver has, else under those of the
 * bundle; the approval and the export have to be among them. Answers how many entries there are; undefined where that can't be said.
 */
export function verifyAudit(
  files: CaseFiles,
  given: readonly KeyObject[] | undefined,
  index: CaseIndex,
  find: Find,
): number | undefined {
  const keys = keysOf(files, given, find);
  const [entries, proofs] = [files.get(casePaths.auditEntries), files.get(casePaths.auditProofs)];
  if (entries === undefined || proofs === undefined || keys === undefined) return undefined;
  const read = (fileLines(proofs) ?? ['']).map(readProof);
  const proven = read.filter((proof): proof is EntryProof => proof !== undefined && isProven(proof, keys));
  if (proven.length < read.length) find('audit_unproven', casePaths.auditProofs);
  const [first] = proven;
  const isOneTrail = proven.every(
    ({ entry, checkpoint }, at) =>
      checkpoint.trail === first?.checkpoint.trail && entry.sequence > (proven[at - 1]?.entry.sequence ?? -1),
  );
  const lines = fileLines(entries);
  const isHeld =
    lines?.length === proven.length && lines.every((line, at) => line === JSON.stringify(proven[at]?.entry));
  if (!isOneTrail || !isHeld) find('audit_other', casePaths.auditEntries);
  const isTold = (action: AuditEntry['action'], by: string): boolean =>
    proven.some(({ entry }) => isOfCase(entry, index) && entry.action === action && entry.actor.name === by);
  if (!isTold('replay_approved', index.approvedBy) || !isTold('case_exported', index.exportedBy))
    find('audit_silent', casePaths.auditEntries);
  return lines?.length;
}

/** Whether an entry says that something was done, or begun, with the plan of the case. */
const isOfCase = ({ subject, result, details }: AuditEntry, { replayId, planHash }: CaseIndex): boolean =>
  subject.kind === 'replay' &&
  subject.id === replayId &&
  details['planHash'] === planHash &&
  (result === 'begun' || result === 'done');

function keysOf(
  files: CaseFiles,
  given: readonly KeyObject[] | undefined,
  find: Find,
): readonly KeyObject[] | undefined {
  const pem = files.get(casePaths.auditKey);
  if (pem === undefined) return given;
  try {
    const keys = readPublicKeys(Buffer.from(pem).toString('utf8'));
    if (given === undefined) return keys;
    if (keys.some((one) => !given.some((key) => key.equals(one)))) find('key_other', casePaths.auditKey);
  } catch {
    find('audit_key_malformed', casePaths.auditKey);
  }
  return given;
}
