import { hash } from 'node:crypto';
import { decodePayload, decodeRejected, events, streams, systemTenant } from '@weir/contracts';
import type { Account, Transaction } from '@weir/contracts';
import type { OpenedEvent } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import { decode } from '../../services/detection/src/decode.ts';
import { transactionName } from './history.ts';
import type { HistoryPart, LogEntry, PublishedVerdict, RememberedContent } from './history.ts';

/** A history that is being read. */
export type Reading = { -readonly [Part in keyof HistoryPart]: HistoryPart[Part][number][] };

type Reader = (record: KafkaRecord, opened: OpenedEvent, into: Reading) => void;
type Opened = Extract<OpenedEvent, { ok: true }>;

/** The type a released transaction will have once detection acts on approvals. */
const releasedType = 'weir.transaction.released.v1';

/** What each stream's records are to the checkers. What can't be read is kept by its place. */
export const readers = {
  received: (record, opened, into) => void into.log.push(logEntry(record, opened)),
  cleared: (record, opened, into) => keepVerdict(record, opened, into, 'cleared'),
  held: (record, opened, into) => keepVerdict(record, opened, into, 'held'),
  rejected: (record, opened, into) => {
    const letter = opened.ok ? decodeRejected(opened.plaintext) : undefined;
    const [rejection] = letter?.rejections ?? [];
    if (letter === undefined || rejection === undefined) return keepUnreadable(record, into);
    into.rejected.push({ ...placeOf(record), origin: letter.origin, code: rejection.code });
  },
  decisions: (record, opened, into) => {
    const payload = opened.ok ? decodePayload(events.journal, opened.plaintext) : undefined;
    if (payload?.ok !== true || payload.value.partition !== record.partition)
      return keepUnreadable(record, into);
    const { from, to, versions, sequence = 0, model, lists, candidate } = payload.value;
    const { featureNames, decisions } = payload.value;
    into.journal.push({
      ...placeOf(record),
      ...{ from, to, versions, sequence, model, lists, candidate, featureNames, decisions },
    });
  },
  releases: (record, opened, into) => {
    const payload = opened.ok ? decodePayload(events.release, opened.plaintext) : undefined;
    if (payload?.ok !== true) return keepUnreadable(record, into);
    const { sourcePartition, sourceOffset } = payload.value;
    into.approvals.push({ ...placeOf(record), sourcePartition, sourceOffset });
  },
  alerts: (record, opened, into) => {
    const payload = opened.ok ? decodePayload(events.alert, opened.plaintext) : undefined;
    if (payload?.ok !== true) return keepUnreadable(record, into);
    const alert = payload.value;
    const about =
      alert.kind === 'unusual_transactions'
        ? { topic: streams.received.topic, partition: alert.sourcePartition, offset: alert.sourceOffset }
        : { topic: alert.topic, partition: alert.partition, offset: alert.offset };
    into.alerts.push({
      ...placeOf(record),
      alertId: alert.alertId,
      revision: alert.revision,
      kind: alert.kind,
      about,
      deliveryKeys: alert.deliveries.map(({ deliveryKey }) => deliveryKey),
    });
  },
} as const satisfies Record<string, Reader>;

const placeOf = ({ partition, offset }: KafkaRecord) => ({ partition, offset });

const keepUnreadable = ({ topic, partition, offset }: KafkaRecord, into: Reading): void =>
  void into.unreadable.push({ topic, partition, offset });

/** Written from the contract alone, not from detection's own reading of it. */
function logEntry(record: KafkaRecord, opened: OpenedEvent): LogEntry {
  const place = placeOf(record);
  if (!opened.ok) return { ...place, kind: 'foreign' };
  const { attributes, key, plaintext } = opened;
  if (attributes.type === events.control.type) {
    const control = decodePayload(events.control, plaintext);
    return control.ok && attributes.tenant === systemTenant
      ? { ...place, kind: 'control', logId: control.value.logId, said: control.value }
      : { ...place, kind: 'foreign' };
  }
  const payload =
    attributes.type === events.transactionReceived.type
      ? decodePayload(events.transactionReceived, plaintext)
      : undefined;
  if (payload?.ok !== true || payload.value.partition !== record.partition)
    return { ...place, kind: 'foreign' };
  const content = payload.value;
  return {
    ...place,
    kind: 'transaction',
    transaction: transactionName(accountIdOf(content.account), content.transactionId),
    source: content.source,
    account: key,
    identity: attributes.id,
    said: hash('sha256', JSON.stringify(saidIn(content)), 'base64url').slice(0, 22),
    digest: storedDigest(record, opened),
    content: rememberedContent(content),
  };
}

/**
 * By detection's own reading of the record, unlike all else in here: that it tells
 * the same from another is seen by the outcomes, which are held against `said`, and
 * what is stored is held against this.
 */
function storedDigest(record: KafkaRecord, opened: OpenedEvent): string {
  const decoded = decode(placeOf(record), opened);
  return decoded.kind === 'transaction' ? decoded.transaction.digest.slice(0, 8) : '';
}

/** The load names all its accounts by an id of its own scheme. */
export const accountIdOf = (account: Account): string => ('other' in account ? account.other.id : '');

/** All that the sender said: what Weir adds when it sees a transaction is left out. */
function saidIn(content: Transaction): unknown {
  const { source: _source, observedAt: _observedAt, counterparty, ...said } = content;
  return [said, counterparty?.name, counterparty?.account];
}

const rememberedContent = (content: Transaction): RememberedContent => ({
  eventTimeMs: Date.parse(content.eventTime),
  observedAtSeconds: Math.floor(Date.parse(content.observedAt) / 1000),
  amountMinor: content.amountMinor,
  currency: content.currency,
  creditDebitIndicator: content.creditDebitIndicator,
  counterparty: content.counterparty?.pseudonym ?? '',
  channel: content.channel ?? '',
  country: content.country ?? '',
});

function keepVerdict(
  record: KafkaRecord,
  opened: OpenedEvent,
  into: Reading,
  stream: 'cleared' | 'held',
): void {
  const read = opened.ok ? readVerdict(opened, stream) : undefined;
  if (read === undefined) return keepUnreadable(record, into);
  into.published.push({ ...placeOf(record), ...read });
}

/** The transaction's own name stands behind a word that tells the two events of one transaction apart. */
const flaggedOf = (id: string): string => (id.startsWith('flagged-') ? id.slice('flagged-'.length) : '');

function readVerdict(
  opened: Opened,
  stream: 'cleared' | 'held',
): Omit<PublishedVerdict, 'partition' | 'offset'> | undefined {
  const { attributes, key, plaintext } = opened;
  const isReleased = stream === 'cleared' && attributes.type === releasedType;
  const isFlagged = stream === 'held' && attributes.type === events.transactionFlagged.type;
  const payload = isFlagged
    ? decodePayload(events.transactionFlagged, plaintext)
    : stream === 'held'
      ? decodePayload(events.transactionHeld, plaintext)
      : decodePayload(events.transactionCleared, plaintext);
  if (!payload.ok) return undefined;
  const identity = isFlagged ? flaggedOf(attributes.id) : attributes.id;
  const { sourcePartition, sourceOffset, verdict } = payload.value;
  return {
    outcome: isReleased ? 'released' : isFlagged ? 'flagged' : stream,
    sourcePartition,
    sourceOffset,
    account: key,
    identity,
    digest: hash('sha256', plaintext),
    versions: verdict.versions,
  };
}
