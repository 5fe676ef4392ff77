import { decodePayload, events, isPseudonymOf, rejectionsOf } from '@weir/contracts';
import type { ClearedTransaction, Rejection } from '@weir/contracts';
import type { OpenedEvent } from '@weir/envelope';

const clearedType = 'weir.transaction.cleared.v1';

/** A transaction that Weir has cleared, with what its authenticated headers say of it. */
export type ClearedEvent = ClearedTransaction & {
  readonly type: typeof clearedType;
  /** The pseudonym of (tenant, account, transaction id): the same transaction always has the same. */
  readonly identity: string;
  /** The account's pseudonym. */
  readonly accountPseudonym: string;
};

export type ReadCleared =
  { readonly ok: true; readonly event: ClearedEvent } | { readonly ok: false; readonly rejection: Rejection };

/** Reads one opened record of the cleared stream. Pure and total: what can't be read is refused with a closed code. */
export function readCleared(partition: number, opened: OpenedEvent): ReadCleared {
  if (!opened.ok) return opened;
  const { attributes, key } = opened;
  const definition = events.transactionCleared;
  if (attributes.type !== clearedType) return refused('ce_type');
  if (attributes.dataSchema !== definition.dataSchema) return refused('ce_dataschema');
  const payload = decodePayload(definition, opened.plaintext);
  if (!payload.ok) return refused(payload.error === undefined ? '' : rejectionsOf(payload.error)[0].path);
  const cleared = payload.value;
  // The headers are bound to the payload, but whoever may seal could still contradict himself; and
  // nothing but the partition tells a copy that was moved from the original.
  if (cleared.transaction.tenant !== attributes.tenant) return refused('ce_tenant');
  if (cleared.transaction.eventTime !== attributes.time) return refused('ce_time');
  if (cleared.sourcePartition !== partition) return refused('sourcePartition');
  if (!isPseudonymOf('account', key)) return refused('key');
  if (!isPseudonymOf('transaction', attributes.id)) return refused('ce_id');
  return {
    ok: true,
    event: { ...cleared, type: clearedType, identity: attributes.id, accountPseudonym: key },
  };
}

const refused = (path: string): ReadCleared => ({
  ok: false,
  rejection: { code: 'contract_violation', path },
});
