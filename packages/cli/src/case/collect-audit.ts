import { setTimeout as sleep } from 'node:timers/promises';
import { leafOfEntry, proveEntries } from '@weir/audit';
import type { EntryProof, ReadTrail } from '@weir/audit';
import { decodePayload, events, streams, type AuditCheckpoint, type AuditEntry } from '@weir/contracts';
import { readTrail } from '../audit/read-audit-trail.ts';
import { describeProofFailure } from '../audit/show-audit.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { endsOf, readEvents } from '../ops/read-events.ts';
import type { Ops } from '../ops/connect-ops.ts';

/** What a case has of the audit trail: entries with their proofs, under one checkpoint. */
export type CollectedAudit = {
  readonly checkpoint: AuditCheckpoint;
  readonly proofs: readonly EntryProof[];
};

/** A subject of entries, as "kind id". */
export const subjectName = ({ kind, id }: AuditEntry['subject']): string => `${kind} ${id}`;

/** Every entry about one of the subjects, proven under the newest checkpoint. Throws CommandError (1). */
export async function collectAudit(
  ops: Ops,
  subjects: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<CollectedAudit> {
  const entries: ReadTrail['entries'][number][] = [];
  const checkpoints: AuditCheckpoint[] = [];
  await readTrail(ops, (line) => {
    signal.throwIfAborted();
    if ('checkpoint' in line) checkpoints.push(line.checkpoint);
    if ('entry' in line) {
      const { entry } = line;
      entries.push(subjects.has(subjectName(entry.subject)) ? entry : leafOfEntry(entry));
    }
  });
  const proven = proveEntries({ entries, checkpoints });
  if (proven.ok) return proven;
  throw new CommandError(exitCodes.notAsItShouldBe, describeProofFailure(proven.failure));
}

/** Where the trail ends now: what is waited for stands behind it. */
export const trailEnd = (ops: Ops): Promise<Map<number, number>> => endsOf(ops, 'audit');

const lookAgainMs = 1_000;
/** Longer than the notary takes between two checkpoints where nobody set it otherwise. */
const signedWithinMs = 150_000;

/**
 * Waits until the newest checkpoint covers the entry of a request, which stands behind an end of the trail. Throws
 * CommandError (75) where the notary signs nothing for two and a half minutes.
 */
export async function waitUntilSigned(
  ops: Ops,
  requestId: string,
  from: ReadonlyMap<number, number>,
  { signal, onWait }: { readonly signal: AbortSignal; readonly onWait: () => void },
): Promise<void> {
  const deadlineMs = performance.now() + signedWithinMs;
  let next = new Map(from);
  let sequence = Infinity;
  let covered = 0;
  for (;;) {
    const until = await endsOf(ops, 'audit');
    await readEvents(ops, 'audit', { from: next, until }, ({ opened }) => {
      if (!opened.ok) return;
      const { type } = opened.attributes;
      const entry =
        type === events.auditEntry.type ? decodePayload(events.auditEntry, opened.plaintext) : undefined;
      const checkpoint =
        type === events.auditCheckpoint.type
          ? decodePayload(events.auditCheckpoint, opened.plaintext)
          : undefined;
      if (entry?.ok === true && entry.value.requestId === requestId) sequence = entry.value.sequence;
      if (checkpoint?.ok === true) covered = Math.max(covered, checkpoint.value.treeSize);
    });
    if (covered > sequence) return;
    if (performance.now() > deadlineMs)
      throw new CommandError(
        exitCodes.tryAgain,
        `The notary has signed nothing on ${streams.audit.topic} for ${signedWithinMs / 1_000} s: see that it is ready, and run it again`,
      );
    next = until;
    onWait();
    await sleep(lookAgainMs, undefined, { signal });
  }
}
