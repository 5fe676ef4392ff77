import { hash } from 'node:crypto';
import {
  decodePayload,
  earliestEventTimeMs,
  events,
  isPseudonymOf,
  latestEventTimeMs,
  rejectionsOf,
  systemTenant,
} from '@weir/contracts';
import type { ControlRecord, Rejection, Transaction } from '@weir/contracts';
import type { OpenedEvent } from '@weir/envelope';

/** What one record of the log turned out to be, before anything is decided about it. */
export type Decoded =
  | { readonly kind: 'transaction'; readonly offset: number; readonly transaction: AcceptedTransaction }
  | { readonly kind: 'control'; readonly offset: number; readonly control: ControlRecord }
  | { readonly kind: 'refused'; readonly offset: number; readonly rejection: Rejection };

/** A transaction with what its authenticated headers say of it. */
export type AcceptedTransaction = {
  readonly content: Transaction;
  /** The account's pseudonym: the record's key. */
  readonly account: string;
  /** The pseudonym of (tenant, account, transaction id): the event's id. */
  readonly identity: string;
  /** SHA-256 of the identity and of the content that makes two transactions of it the same, as hex. */
  readonly digest: string;
  /** The content's eventTime and observedAt in milliseconds since the epoch, within the range ingest accepts. */
  readonly eventTimeMs: number;
  readonly observedAtMs: number;
};

/** Where in the log a record stands. */
type Place = { readonly partition: number; readonly offset: number };

/** Reads one opened record of the log. Pure and total: what can't be read is refused with a closed code. */
export function decode(place: Place, opened: OpenedEvent): Decoded {
  const { offset } = place;
  if (!opened.ok) return { kind: 'refused', offset, rejection: opened.rejection };
  switch (opened.attributes.type) {
    case events.transactionReceived.type:
      return decodeTransaction(place, opened);
    case events.control.type:
      return decodeControl(offset, opened);
    default:
      return refused(offset, 'ce_type');
  }
}

type Opened = Extract<OpenedEvent, { ok: true }>;

function decodeTransaction({ partition, offset }: Place, { attributes, key, plaintext }: Opened): Decoded {
  if (attributes.dataSchema !== events.transactionReceived.dataSchema)
    return refused(offset, 'ce_dataschema');
  const payload = decodePayload(events.transactionReceived, plaintext);
  if (!payload.ok) return refused(offset, pathOf(payload.error));
  const content = payload.value;
  // The headers are bound to the payload, but whoever may seal could still contradict himself.
  // Nothing but this tells a copy in another partition, which has a history of its own, from the original.
  if (content.partition !== partition) return refused(offset, 'partition');
  if (content.tenant !== attributes.tenant) return refused(offset, 'ce_tenant');
  if (content.eventTime !== attributes.time) return refused(offset, 'ce_time');
  // Ingest accepts no other times, and the windows can't hold them.
  const eventTimeMs = Date.parse(content.eventTime);
  const observedAtMs = Date.parse(content.observedAt);
  if (!isInRange(eventTimeMs)) return refused(offset, 'eventTime');
  if (!isInRange(observedAtMs)) return refused(offset, 'observedAt');
  if (!isPseudonymOf('account', key)) return refused(offset, 'key');
  if (!isPseudonymOf('transaction', attributes.id)) return refused(offset, 'ce_id');
  return {
    kind: 'transaction',
    offset,
    transaction: {
      content,
      account: key,
      identity: attributes.id,
      digest: digestOf(attributes.id, content),
      eventTimeMs,
      observedAtMs,
    },
  };
}

function decodeControl(offset: number, { attributes, plaintext }: Opened): Decoded {
  if (attributes.dataSchema !== events.control.dataSchema) return refused(offset, 'ce_dataschema');
  if (attributes.tenant !== systemTenant) return refused(offset, 'ce_tenant');
  const payload = decodePayload(events.control, plaintext);
  if (!payload.ok) return refused(offset, pathOf(payload.error));
  return { kind: 'control', offset, control: payload.value };
}

/** Every field of a type, and undefined where it is an optional one that isn't there. */
type EachOf<Fields> = { readonly [Name in keyof Required<Fields>]: Fields[Name] | undefined };

/**
 * What a sender says twice when it repeats itself: all of the transaction but
 * when and by which connection Weir came to see it, and the pseudonym, which
 * changes with the index key. The identity stands in front: windows keep 32 bits
 * of the digest, and a sender could seek two contents that agree in those, but
 * for an HMAC that it can't compute.
 *
 * The fields are named one by one, in the contract's order, because leaving out
 * the others by a rest pattern took twice as long as all of the rest; the types
 * see to it that a new field of the contract is not forgotten. What is
 * undefined, JSON leaves out.
 */
function digestOf(identity: string, content: Transaction): string {
  const said: EachOf<Omit<Transaction, 'source' | 'observedAt' | 'counterparty'>> = {
    tenant: content.tenant,
    partition: content.partition,
    transactionId: content.transactionId,
    account: content.account,
    creditDebitIndicator: content.creditDebitIndicator,
    currency: content.currency,
    bookingDate: content.bookingDate,
    channel: content.channel,
    country: content.country,
    endToEndId: content.endToEndId,
    remittanceInformation: content.remittanceInformation,
    amountMinor: content.amountMinor,
    eventTime: content.eventTime,
  };
  const { counterparty } = content;
  const named: EachOf<Omit<NonNullable<typeof counterparty>, 'pseudonym'>> = {
    name: counterparty?.name,
    account: counterparty?.account,
  };
  return hash('sha256', identity + JSON.stringify([said, named]));
}

const isInRange = (epochMs: number): boolean => epochMs >= earliestEventTimeMs && epochMs < latestEventTimeMs;

const refused = (offset: number, path: string): Decoded => ({
  kind: 'refused',
  offset,
  rejection: { code: 'contract_violation', path },
});

const pathOf = (error: Parameters<typeof rejectionsOf>[0] | undefined): string =>
  error === undefined ? '' : rejectionsOf(error)[0].path;
