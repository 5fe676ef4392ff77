import { hash } from 'node:crypto';
import { caseIndexText, casePage, casePaths, replayReport } from '@weir/replays';
import type { CaseFiles, CaseIndex, CaseTransaction } from '@weir/replays';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { caseBounds } from './case-bounds.ts';
import { caseAlertOf, caseRecordOf, maskedAccountOf } from './case-facts-of.ts';
import type { CollectedAlert } from './collect-alerts.ts';
import type { CollectedAudit } from './collect-audit.ts';
import type { CaseVerdictLine } from './explain-records.ts';

/** Everything that a case is made of. */
export type CollectedCase = {
  /** Who, when, why and of what; what it holds is counted. */
  readonly head: Omit<CaseIndex, 'format' | 'files' | 'holds'>;
  readonly approvedAt: string | null;
  readonly differences: number;
  readonly transactions: readonly CaseTransaction[];
  readonly verdicts: readonly CaseVerdictLine[];
  readonly alerts: readonly CollectedAlert[];
  readonly audit: CollectedAudit;
  readonly replay: { readonly manifest: string; readonly report: string; readonly reportPage: string };
  readonly keys: { readonly replay: string; readonly audit: string };
};

/** The files of a case with their index, before anything is signed. Throws CommandError (1) where it gets too large. */
export function caseFilesOf(of: CollectedCase): { readonly files: CaseFiles; readonly index: Buffer } {
  const { head, transactions, verdicts, alerts, audit, replay, keys } = of;
  const holds = {
    records: transactions.length,
    held: verdicts.filter(({ outcome }) => outcome === 'held').length,
    alerts: alerts.length,
    auditEntries: audit.proofs.length,
    differences: of.differences,
  };
  const { trail: name, treeSize, at } = audit.checkpoint;
  const page = casePage({
    ...head,
    holds,
    maskedAccount: maskedAccountOf(transactions),
    approvedAt: of.approvedAt,
    report: replayReport.parse(JSON.parse(replay.report)),
    records: transactions.flatMap((transaction, index) => {
      const verdict = verdicts[index];
      return verdict === undefined ? [] : [caseRecordOf(transaction, verdict)];
    }),
    alerts: alerts.map(caseAlertOf),
    trail: { name, treeSize, at },
  });
  const files = bounded([
    [casePaths.page, [page]],
    [casePaths.transactions, lines(transactions)],
    [casePaths.verdicts, lines(verdicts)],
    [casePaths.alerts, [`${JSON.stringify({ alerts })}\n`]],
    [casePaths.auditEntries, lines(audit.proofs.map(({ entry }) => entry))],
    [casePaths.auditProofs, lines(audit.proofs.map((proof) => ({ proof })))],
    [casePaths.auditKey, [keys.audit]],
    [casePaths.manifest, [replay.manifest]],
    [casePaths.report, [replay.report]],
    [casePaths.reportPage, [replay.reportPage]],
    [casePaths.replayKey, [keys.replay]],
  ]);
  const named = [...files]
    .map(([path, bytes]) => ({ path, bytes: bytes.byteLength, sha256: hash('sha256', bytes) }))
    .toSorted((one, other) => (one.path < other.path ? -1 : 1));
  return { files, index: Buffer.from(caseIndexText({ ...head, holds, format: 1, files: named })) };
}

function* lines(all: readonly object[]): Generator<string, void> {
  for (const one of all) yield `${JSON.stringify(one)}\n`;
}

/** Bytes of each file, as long as all together stay within the bound. */
function bounded(texts: readonly (readonly [path: string, parts: Iterable<string>])[]): Map<string, Buffer> {
  let left = caseBounds.mostBytes;
  return new Map(
    texts.map(([path, parts]) => {
      const chunks: Buffer[] = [];
      for (const part of parts) {
        const chunk = Buffer.from(part);
        left -= chunk.byteLength;
        if (left < 0) throw tooLarge();
        chunks.push(chunk);
      }
      return [path, Buffer.concat(chunks)];
    }),
  );
}

const tooLarge = (): CommandError =>
  new CommandError(
    exitCodes.notAsItShouldBe,
    `The case holds more than ${caseBounds.mostBytes} bytes: plan it again in parts, by shorter ranges`,
  );
