import {
  decodePayload,
  decodeRejected,
  events,
  streams,
  type AlertAnswer,
  type AlertEntryAnswer,
  type FlaggedTransaction,
  type HeldTransaction,
  type RejectedRecord,
} from '@weir/contracts';
import { openEvents } from '@weir/envelope';
import { actingPerson } from '../ops/acting-person.ts';
import type { Ops } from '../ops/connect-ops.ts';

/** What the evidence of an entry says; `unreadable` where it was altered, or is sealed by a key that ops may not use. */
export type OpenedEvidence =
  | { readonly kind: 'transaction'; readonly judged: HeldTransaction | FlaggedTransaction }
  | { readonly kind: 'refused'; readonly rejected: RejectedRecord }
  | { readonly kind: 'unreadable' };

/**
 * Opens the evidence of entries with the key of ops, in order, once the broker has the request to write on the
 * audit trail that it is opened. Throws WeirError audit_unavailable where it hasn't, and opens nothing then.
 */
export async function openOnRecord(
  ops: Pick<Ops, 'opener' | 'environment' | 'recorder'>,
  { alertId, tenant }: AlertAnswer,
  entries: readonly AlertEntryAnswer[],
): Promise<readonly OpenedEvidence[]> {
  await ops.recorder().record({
    ...actingPerson(),
    action: 'evidence_opened',
    subject: { kind: 'alert', id: alertId },
    result: 'begun',
    details: { tenant, entries: entries.length },
  });
  return openEvidence(ops, entries);
}

async function openEvidence(
  { opener, environment }: Pick<Ops, 'opener' | 'environment'>,
  entries: readonly AlertEntryAnswer[],
): Promise<readonly OpenedEvidence[]> {
  return Promise.all(
    entries.map(async ({ evidence, kept }): Promise<OpenedEvidence> => {
      if (evidence === null) return { kind: 'unreadable' };
      const stream = kept.topic === streams.rejected.topic ? 'rejected' : 'held';
      const [opened] = await openEvents({ opener, stream, environment }, [
        {
          key: Buffer.from(evidence.key),
          value: Buffer.from(evidence.value, 'base64'),
          headers: Object.fromEntries(
            Object.entries(evidence.headers).map(([name, text]) => [name, Buffer.from(text)] as const),
          ),
        },
      ]);
      if (opened?.ok !== true) return { kind: 'unreadable' };
      if (stream === 'rejected') {
        const rejected = decodeRejected(opened.plaintext);
        return rejected === undefined ? { kind: 'unreadable' } : { kind: 'refused', rejected };
      }
      const isFlagged = opened.attributes.type === events.transactionFlagged.type;
      const read = isFlagged
        ? decodePayload(events.transactionFlagged, opened.plaintext)
        : decodePayload(events.transactionHeld, opened.plaintext);
      return read.ok ? { kind: 'transaction', judged: read.value } : { kind: 'unreadable' };
    }),
  );
}
