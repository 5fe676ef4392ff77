import { decodePayload, events } from '@weir/contracts';
import type { HeldTransaction, Rejection } from '@weir/contracts';
import type { OpenedEvent } from '@weir/envelope';
import type { ReleaseClaim } from './read-release.ts';

export type CheckedHeld =
  | { readonly ok: true; readonly held: HeldTransaction }
  | { readonly ok: false; readonly rejection: Rejection };

/**
 * Whether a release names a transaction that detection held: the record at its
 * held offset opens under the key that only detection seals with, is no flagged
 * one (that went through already), and is the very transaction the release
 * names. Undefined stands for no record at that offset, or none any more. Pure
 * and total.
 */
export function checkHeld(claim: ReleaseClaim, opened: OpenedEvent | undefined): CheckedHeld {
  if (opened?.ok !== true) return refused('heldOffset');
  const { attributes, key, plaintext } = opened;
  const { type, dataSchema } = events.transactionHeld;
  if (attributes.type !== type || attributes.dataSchema !== dataSchema) return refused('heldOffset');
  const payload = decodePayload(events.transactionHeld, plaintext);
  if (!payload.ok) return refused('heldOffset');
  const held = payload.value;
  const { release } = claim;
  if (attributes.id !== release.transactionIdentity) return refused('transactionIdentity');
  if (key !== claim.account) return refused('key');
  if (attributes.tenant !== release.tenant) return refused('tenant');
  if (held.sourcePartition !== release.sourcePartition) return refused('sourcePartition');
  if (held.sourceOffset !== release.sourceOffset) return refused('sourceOffset');
  return { ok: true, held };
}

const refused = (path: string): CheckedHeld => ({
  ok: false,
  rejection: { code: 'contract_violation', path },
});
