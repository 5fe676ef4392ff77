import { hash } from 'node:crypto';
import { decodePayload, decodeRejected, events, streams, systemTenant } from '@weir/contracts';
import type { Account, Alert, Transaction } from '@weir/contracts';
import type { OpenedEvent } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import { decode } from '@weir/verdicts';
import { transactionName } from './history.ts';
import type { AlertRevision, HistoryPart, LogEntry, PublishedVerdict, RememberedContent } from './history.ts';

/** A history that is being read. */
export type Reading = { -readonly [Part in keyof HistoryPart]: HistoryPart[Part][number][] };

type Reader = (record: KafkaRecord, opened: OpenedEvent, into: Reading) => void;
type Opened = Extract<OpenedEvent, { ok: true }>;

/** What each stream's records are to the checkers. What can't be read is kept by its place. */
export const readers = {
  received: (record, opened, into) => void into.log.push(logEntry(record, opened)),
  cleared: (record, opened, into) => keepVerdict(record, opened, into, 'cleared'),
  held: (record, opened, into) => keepVerdict(record, opened, into, 'held'),
  rejected: (record, opened, into) => {
    // What ingest says of letters that it offers again.
    if (opened.ok && opened.attributes.type === events.redrive.type) return;
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
    const { sourcePartition, sourceOffset, heldOffset, transactionIdentity: identity } = payload.value;
    const account = opened.ok ? opened.key : '';
    const claim = { account, identity, sourcePartition, sourceOffset, heldOffset };
    into.approvals.push({ ...placeOf(record), ...claim });
  },
  alerts: (record, opened, into) => {
    // Says the revision before it once more, in words of others.
    if (opened.ok && opened.attributes.type === events.alertFinding.type) return;
    const payload = opened.ok ? decodePayload(events.alert, opened.plaintext) : undefined;
    if (payload?.ok !== true) return keepUnreadable(record, into);
    const { alertId, revision } = payload.value;
    into.alerts.push({ ...placeOf(record), alertId, revision, ...entriesOf(payload.value) });
  },
} as const satisfies Record<string, Reader>;

function entriesOf(alert: Alert): Pick<AlertRevision, 'about' | 'approved'> {
  if (alert.kind === 'refused_record') return { about: alert.records ?? [], approved: [] };
  const places = (alert.entries ?? []).map(({ sourcePartition, sourceOffset, release }) => ({
    release,
    place: { topic: streams.received.topic, partition: sourcePartition, offset: sourceOffset },
  }));
  return {
    about: places.map(({ place }) => place),
    approved: places.flatMap(({ release, place }) => (release === 'approved' ? [place] : [])),
  };
}

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

/** The transaction's own name stands behind a word that tells the events of one transaction apart. */
const nameBehind = (word: string, id: string): string => (id.startsWith(word) ? id.slice(word.length) : '');

function readVerdict(
  opened: Opened,
  stream: 'cleared' | 'held',
): Omit<PublishedVerdict, 'partition' | 'offset'> | undefined {
  const { attributes, key, plaintext } = opened;
  if (stream === 'cleared' && attributes.type === events.transactionReleased.type)
    return readReleased(opened);
  const isFlagged = stream === 'held' && attributes.type === events.transactionFlagged.type;
  const payload = isFlagged
    ? decodePayload(events.transactionFlagged, plaintext)
    : stream === 'held'
      ? decodePayload(events.transactionHeld, plaintext)
      : decodePayload(events.transactionCleared, plaintext);
  if (!payload.ok) return undefined;
  const identity = isFlagged ? nameBehind('flagged-', attributes.id) : attributes.id;
  const { sourcePartition, sourceOffset, verdict } = payload.value;
  return {
    outcome: isFlagged ? 'flagged' : stream,
    sourcePartition,
    sourceOffset,
    account: key,
    identity,
    digest: hash('sha256', plaintext),
    versions: verdict.versions,
  };
}

function readReleased({ attributes, key, plaintext }: Opened) {
  const payload = decodePayload(events.transactionReleased, plaintext);
  if (!payload.ok) return undefined;
  const { sourcePartition, sourceOffset, releaseOffset, verdict } = payload.value;
  return {
    outcome: 'released' as const,
    ...{ sourcePartition, sourceOffset, releaseOffset },
    account: key,
    identity: nameBehind('released-', attributes.id),
    digest: hash('sha256', plaintext),
    versions: verdict.versions,
  };
}
