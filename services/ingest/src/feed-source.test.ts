import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { test } from 'node:test';
import { decodePayload, decodeRejected, events, type Transaction } from '@weir/contracts';
import { createPartitioner, createPseudonymizer } from '@weir/envelope';
import { createAcceptor } from './accept-transaction.ts';
import { feedSource } from './feed-source.ts';
import { cutInto } from './fixtures/chunks.ts';
import { createLineTracker, inputBeginning, type Position, type Ticket } from './ledger/line-tracker.ts';
import { createRefuser } from './refuse-record.ts';
import type { Dispatcher } from './send/dispatcher.ts';
import type { Outgoing } from './send/outgoing.ts';
import { createNdjsonFormat } from './source/ndjson-format.ts';

const nowMs = Date.UTC(2026, 0, 2);
const key = (fill: number) => createSecretKey(Buffer.alloc(32, fill));
const second = (count: number) => `2026-01-01T00:00:${String(count).padStart(2, '0')}.000Z`;

const offered = (id: string, eventTime: string, more: object = {}): string =>
  JSON.stringify({
    transactionId: id,
    account: { other: { id: `account-${id[0] ?? ''}` } },
    creditDebitIndicator: 'DBIT',
    amount: '1.00',
    currency: 'EUR',
    eventTime,
    ...more,
  });

/** Feeds lines into memory. `settles` says which of the records pushed are acknowledged; the rest stay open. */
async function feed(
  lines: readonly string[],
  options: { from?: Position; untilEventTimeMs?: number; settles?: (ticket: Ticket) => boolean } = {},
) {
  const from = options.from ?? inputBeginning;
  const pushed: Outgoing[] = [];
  const tracker = createLineTracker(from);
  const settles = options.settles ?? (() => true);
  const dispatcher: Dispatcher<Ticket> = {
    push: (record) => {
      pushed.push(record);
      if (settles(record.ticket))
        tracker.settle(record.ticket, record.stream === 'received' ? 'acknowledged' : 'rejected');
    },
    openBytes: () => 0,
    progress: async () => assert.fail('nothing was full'),
    idle: async () => undefined,
  };
  const pseudonymize = createPseudonymizer({ indexKey: key(1), version: 1 });
  const identity = { tenant: 'bank', source: 'file', pseudonymize };
  const ending = await feedSource({
    chunks: cutInto(Buffer.from(lines.join('\n')), []),
    format: createNdjsonFormat(0),
    from,
    untilEventTimeMs: options.untilEventTimeMs ?? null,
    accept: createAcceptor({
      ...identity,
      pseudonymizeOnce: pseudonymize,
      partitionOf: createPartitioner({ routingKey: key(2), partitionCount: 4 }),
    }),
    refuse: createRefuser({ ...identity, partitionCount: 4, kind: 'transaction' }),
    tracker,
    dispatcher,
    nowMs: () => nowMs,
    signal: new AbortController().signal,
  });
  return { ending, pushed, tracker };
}

function contentOf(record: Outgoing | undefined): Transaction {
  assert.ok(record);
  const payload = decodePayload(events.transactionReceived, record.event.plaintext);
  assert.ok(payload.ok);
  return payload.value;
}

test('observedAt is the running maximum of event time, and a refused record does not move it', async () => {
  const { pushed } = await feed([
    offered('a1', second(5)),
    offered('b2', second(3)),
    offered('c3', second(40), { amount: '-1' }),
    offered('d4', '2063-01-01T00:00:00Z'),
    offered('e5', second(9)),
  ]);
  const accepted = pushed.filter(({ stream }) => stream === 'received').map(contentOf);
  assert.deepEqual(
    accepted.map(({ eventTime, observedAt }) => [eventTime, observedAt]),
    [
      [second(5), second(5)],
      [second(3), second(5)],
      [second(9), second(9)],
    ],
  );
});

test('a resumed run sends the very records that an uninterrupted one would have sent', async () => {
  const lines = Array.from({ length: 20 }, (_, index) =>
    index % 5 === 4 ? 'not json' : offered(`a${index}`, second((index * 7) % 20)),
  );
  const whole = await feed(lines);
  const cut = await feed(lines, { settles: ({ line }) => line !== 8 });
  assert.equal(cut.tracker.position().line, 7);
  const resumed = await feed(lines, { from: cut.tracker.position() });
  const shape = ({ pushed }: { pushed: readonly Outgoing[] }) =>
    pushed.map(({ partition, event }) => [
      partition,
      event.key,
      event.id,
      Buffer.from(event.plaintext).toString(),
    ]);
  assert.deepEqual(shape(resumed), shape(whole).slice(7));
  assert.deepEqual(resumed.tracker.position(), whole.tracker.position());
});

test('reading stops before the first record at the bound of event time, and a later run goes on with it', async () => {
  const lines = [offered('a1', second(1)), offered('a2', second(10)), offered('a3', second(2))];
  const first = await feed(lines, { untilEventTimeMs: Date.parse(second(10)) });
  assert.equal(first.ending, 'stopped_at_limit');
  assert.equal(first.tracker.counts().offered, 1);
  const second_ = await feed(lines, { from: first.tracker.position() });
  assert.equal(second_.ending, 'finished');
  assert.equal(second_.tracker.counts().acknowledged, 3);
});

test('key, id and counterparty are pseudonyms of different kinds, and the same account keeps its partition', async () => {
  const account = { iban: 'NL91 ABNA 0417 1643 00' };
  const { pushed } = await feed([
    offered('a1', second(1), { account, counterparty: { account } }),
    offered('a2', second(2), { account: { iban: 'nl91abna0417164300' }, counterparty: { name: 'Zoë' } }),
  ]);
  const [one, two] = pushed;
  assert.match(one?.event.key ?? '', /^a1_[A-Za-z0-9_-]{22}$/);
  assert.match(one?.event.id ?? '', /^t1_[A-Za-z0-9_-]{22}$/);
  assert.match(contentOf(one).counterparty?.pseudonym ?? '', /^c1_[A-Za-z0-9_-]{22}$/);
  assert.notEqual(contentOf(one).counterparty?.pseudonym?.slice(1), one?.event.key.slice(1));
  assert.equal(contentOf(two).counterparty?.pseudonym, undefined);
  assert.deepEqual([two?.partition, two?.event.key], [one?.partition, one?.event.key]);
  assert.notEqual(two?.event.id, one?.event.id);
  assert.equal(one?.event.time, contentOf(one).eventTime);
});

test('a refused record carries its bytes, its line and why, under an id that gives nothing of it away', async () => {
  const bad = offered('a1', second(1), { amount: '1.00001' });
  const { pushed } = await feed([offered('a0', second(3)), bad]);
  const [, record] = pushed;
  assert.ok(record);
  const decoded = decodeRejected(record.event.plaintext);
  assert.deepEqual(decoded?.rejections, [{ code: 'amount_precision', path: 'amount' }]);
  assert.deepEqual(decoded.origin, { kind: 'source', source: 'file', line: 2 });
  assert.equal(Buffer.from(decoded.original ?? []).toString(), bad);
  assert.equal(decoded.originalBytes, bad.length);
  // What is needed to offer it again as it was: its source's clock stood there.
  const { proof, ...offeredAs } = decoded.offered ?? assert.fail();
  assert.deepEqual(offeredAs, {
    ...{ kind: 'transaction', tenant: 'bank', columns: null },
    observedAt: second(3),
  });
  assert.match(proof ?? '', /^r1_/);
  assert.match(record.event.id, /^r1_/);
  assert.equal(record.event.key, 'file');
  assert.equal(record.partition, 2);
});

test('reading waits while twenty thousand records are open, and goes on when they settle', async () => {
  const lines = Array.from({ length: 25_000 }, (_, index) => `${index}`);
  const tracker = createLineTracker(inputBeginning);
  const open: Ticket[] = [];
  let most = 0;
  const ending = await feedSource({
    chunks: cutInto(Buffer.from(lines.join('\n')), []),
    format: createNdjsonFormat(0),
    from: inputBeginning,
    untilEventTimeMs: null,
    accept: () => assert.fail('nothing is acceptable'),
    refuse: () => ({ stream: 'rejected', partition: 0, event: {} as Outgoing['event'] }),
    tracker,
    dispatcher: {
      push: ({ ticket }) => {
        open.push(ticket);
        most = Math.max(most, tracker.openRecords());
      },
      openBytes: () => 0,
      progress: async () => {
        for (const ticket of open.splice(0, 1_000)) tracker.settle(ticket, 'rejected');
      },
      idle: async () => undefined,
    },
    nowMs: () => nowMs,
    signal: new AbortController().signal,
  });
  assert.equal(ending, 'finished');
  assert.equal(most, 20_000);
});
