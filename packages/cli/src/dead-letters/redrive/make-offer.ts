import {
  decodePayload,
  events,
  formatAmount,
  formatInstant,
  type OfferedTransaction,
  type RedriveOffer,
  type RejectedRecord,
  type Transaction,
} from '@weir/contracts';
import { openEvents } from '@weir/envelope';
import type { LetterOps } from '../read-letters.ts';
import type { Planned } from './plan-redrive.ts';

/**
 * What ingest is to be offered of a dead letter; undefined where its original doesn't open as what ingest wrote in
 * that place: a copy from elsewhere, or a seal that nobody of ours made. A line is offered byte for byte, a record of
 * the log in the words of an offer, as no one may append what is sealed already.
 */
export async function makeOffer(
  ops: Pick<LetterOps, 'opener' | 'environment'>,
  { partition, offset, id, times, timeMs, fitness }: Planned,
  rejected: RejectedRecord,
): Promise<RedriveOffer | undefined> {
  if (!fitness.ok) return undefined;
  const mark = { of: { partition, offset }, times };
  const letter = { from: fitness.from, id, at: formatInstant(timeMs), redrive: rejected.redrive };
  if (fitness.from !== 'log') {
    const { source, line, offered } = fitness;
    return {
      ...mark,
      letter,
      source,
      line,
      offered,
      original: base64(rejected.original ?? new Uint8Array()),
    };
  }
  const content = await openReceived(ops, rejected);
  if (content === undefined) return undefined;
  const { tenant, source, observedAt } = content;
  return {
    ...{ ...mark, letter, source, line: 1 },
    offered: { kind: 'transaction', tenant, columns: null, observedAt },
    original: base64(Buffer.from(JSON.stringify(offeredOf(content)))),
  };
}

async function openReceived(
  { opener, environment }: Pick<LetterOps, 'opener' | 'environment'>,
  { origin, key, headers, original: value }: RejectedRecord,
): Promise<Transaction | undefined> {
  const record = { key, value, headers: Object.fromEntries(headers) };
  const [opened] = await openEvents({ opener, stream: 'received', environment }, [record]);
  if (opened?.ok !== true || opened.attributes.type !== events.transactionReceived.type) return undefined;
  const payload = decodePayload(events.transactionReceived, opened.plaintext);
  if (!payload.ok || origin.kind !== 'topic') return undefined;
  const { value: content } = payload;
  // Nothing but this tells a copy in another partition from the original.
  const isInPlace = content.partition === origin.partition && content.tenant === opened.attributes.tenant;
  return isInPlace ? content : undefined;
}

/** A transaction in the words of an offer, without what ingest added. */
function offeredOf(content: Transaction): OfferedTransaction {
  const {
    tenant: _,
    source: _1,
    partition: _2,
    observedAt: _3,
    amountMinor,
    counterparty,
    ...said
  } = content;
  const { pseudonym: _4, ...shown } = counterparty ?? {};
  return {
    ...said,
    amount: formatAmount(amountMinor, content.currency),
    ...(counterparty === undefined ? {} : { counterparty: shown }),
  };
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
