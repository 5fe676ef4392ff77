import { decodePayload, events, isPseudonymOf, rejectionsOf, releasedIdentity } from '@weir/contracts';
import type { ClearedTransaction, EventDefinition, Rejection, ReleasedTransaction } from '@weir/contracts';
import type { OpenedEvent } from '@weir/envelope';
import type { z } from 'zod';

const clearedType = 'weir.transaction.cleared.v1';
const releasedType = 'weir.transaction.released.v1';

/** What the authenticated headers say of a transaction. */
type Named = {
  /** The pseudonym of (tenant, account, transaction id): the same transaction always has the same. */
  readonly identity: string;
  /** The account's pseudonym. */
  readonly accountPseudonym: string;
};

/** A transaction that Weir has cleared. */
export type ClearedEvent = ClearedTransaction & Named & { readonly type: typeof clearedType };

/** A transaction that Weir held and people let go: its verdict is the one it was held by, `release` says who let it go. */
export type ReleasedEvent = ReleasedTransaction & Named & { readonly type: typeof releasedType };

/** A transaction that may go on, for either reason. */
export type TransactionEvent = ClearedEvent | ReleasedEvent;

export type ReadCleared =
  | { readonly ok: true; readonly event: TransactionEvent }
  | { readonly ok: false; readonly rejection: Rejection };

/** Reads one opened record of the cleared stream. Pure and total: what can't be read is refused with a closed code. */
export function readCleared(partition: number, opened: OpenedEvent): ReadCleared {
  if (!opened.ok) return opened;
  switch (opened.attributes.type) {
    case clearedType: {
      const payload = payloadOf(events.transactionCleared, opened);
      if (!payload.ok) return payload;
      const named = nameOf(partition, opened, payload.value, opened.attributes.id);
      if (!named.ok) return named;
      return { ok: true, event: { ...payload.value, ...named.value, type: clearedType } };
    }
    case releasedType: {
      const payload = payloadOf(events.transactionReleased, opened);
      if (!payload.ok) return payload;
      const named = nameOf(partition, opened, payload.value, releasedIdentity(opened.attributes.id));
      if (!named.ok) return named;
      return { ok: true, event: { ...payload.value, ...named.value, type: releasedType } };
    }
    default:
      return refused('ce_type');
  }
}

/** The number that only grows per partition among the events of a type: one that isn't greater is a repeat. */
export const growingOffsetOf = (event: TransactionEvent): number => {
  switch (event.type) {
    case clearedType:
      return event.sourceOffset;
    case releasedType:
      return event.releaseOffset;
  }
};

type Opened = Extract<OpenedEvent, { ok: true }>;
type Refused = { readonly ok: false; readonly rejection: Rejection };
type Outcome<Value> = { readonly ok: true; readonly value: Value } | Refused;

/** Takes the definition, not its name: of the others nothing comes into the package. */
function payloadOf<Schema extends z.ZodType>(
  definition: EventDefinition<Schema>,
  opened: Opened,
): Outcome<z.output<Schema>> {
  if (opened.attributes.dataSchema !== definition.dataSchema) return refused('ce_dataschema');
  const payload = decodePayload(definition, opened.plaintext);
  if (!payload.ok) return refused(payload.error === undefined ? '' : rejectionsOf(payload.error)[0].path);
  return { ok: true, value: payload.value };
}

/**
 * The headers are bound to the payload, but whoever may seal could still contradict himself; and
 * nothing but the partition tells a copy that was moved from the original.
 */
function nameOf(
  partition: number,
  { attributes, key }: Opened,
  { transaction, sourcePartition }: ClearedTransaction | ReleasedTransaction,
  identity: string | undefined,
): Outcome<Named> {
  if (transaction.tenant !== attributes.tenant) return refused('ce_tenant');
  if (transaction.eventTime !== attributes.time) return refused('ce_time');
  if (sourcePartition !== partition) return refused('sourcePartition');
  if (!isPseudonymOf('account', key)) return refused('key');
  if (identity === undefined || !isPseudonymOf('transaction', identity)) return refused('ce_id');
  return { ok: true, value: { identity, accountPseudonym: key } };
}

const refused = (path: string): Refused => ({
  ok: false,
  rejection: { code: 'contract_violation', path },
});
