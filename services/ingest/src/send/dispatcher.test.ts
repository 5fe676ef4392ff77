import assert from 'node:assert/strict';
import { test } from 'node:test';
import { streams, WeirError } from '@weir/contracts';
import fc from 'fast-check';
import type { Settlement } from '../ledger/counts.ts';
import type { Ticket } from '../ledger/line-tracker.ts';
import { createDispatcher, type DispatcherOptions } from './dispatcher.ts';
import type { Outgoing, OutgoingStream } from './outgoing.ts';
import type { RetryWithin } from './retry-within.ts';

/** A clock that only waiting moves. */
function createRetry(limitMs: number): RetryWithin {
  let nowMs = 0;
  return {
    limitMs,
    nowMs: () => nowMs,
    random: () => 0.5,
    sleep: async (delayMs) => void (nowMs += delayMs),
    onRetry: () => undefined,
  };
}

const ticketOf = (line: number): Ticket => ({ line, endLine: line, observedAtMs: null, rejections: [] });

const outgoing = (line: number, partition: number, stream: OutgoingStream = 'received'): Outgoing => ({
  stream,
  partition,
  ticket: ticketOf(line),
  event: {
    key: 'key',
    id: String(line),
    type: 'type',
    dataSchema: 'schema',
    time: '2026-01-01T00:00:00.000Z',
    tenant: 'bank',
    plaintext: Buffer.alloc(100),
  },
});

function setUp(
  append: (topic: string, partition: number, ids: readonly string[]) => Promise<void>,
  limitMs = 60_000,
  outageEnds: DispatcherOptions<Ticket>['outageEnds'] = 'everything',
) {
  const settled = new Map<number, Settlement>();
  const offsets = new Map<number, number | undefined>();
  const stopping = new AbortController();
  const options: DispatcherOptions<Ticket> = {
    seal: async (_stream, batch) => batch.map(({ event }) => ({ key: event.id, value: null, headers: {} })),
    append: async (topic, partition, records) => {
      await append(
        topic,
        partition,
        records.map(({ key }) => String(key)),
      );
      return { firstOffset: 40 };
    },
    retry: createRetry(limitMs),
    outageEnds,
    stopping,
    onSettled: (ticket, settlement, offset) => {
      assert.ok(!settled.has(ticket.line), 'a record was settled twice');
      settled.set(ticket.line, settlement);
      offsets.set(ticket.line, offset);
    },
  };
  return { dispatcher: createDispatcher(options), settled, offsets, stopping };
}

const unknown = () => new WeirError('publish_outcome_unknown', 'no answer');

test('the order within a partition is the order of push, through any failures that pass', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(3), { minLength: 1, maxLength: 300 }),
      fc.infiniteStream(fc.constantFrom('lost', 'unanswered', 'taken', 'taken')),
      async (partitions, fates) => {
        const log = new Map<number, string[]>();
        const { dispatcher, settled } = setUp(async (_topic, partition, ids) => {
          const { value: fate } = fates.next() as IteratorYieldResult<string>;
          if (fate === 'lost') throw new WeirError('broker_unavailable', 'away');
          log.set(partition, [...(log.get(partition) ?? []), ...ids]);
          if (fate === 'unanswered') throw unknown();
        }, Infinity);
        partitions.forEach((partition, line) => dispatcher.push(outgoing(line, partition)));
        await dispatcher.idle();

        for (const [partition, ids] of log) {
          const pushed = partitions.flatMap((one, line) => (one === partition ? [String(line)] : []));
          assert.deepEqual([...new Set(ids)], pushed);
        }
        assert.equal(settled.size, partitions.length);
        assert.ok([...settled.values()].every((settlement) => settlement === 'acknowledged'));
        assert.equal(dispatcher.openBytes(), 0);
      },
    ),
    { numRuns: 50 },
  );
});

test('one batch of a partition is on its way at a time, and batches have a bound', async () => {
  const sizes: number[] = [];
  let flying = 0;
  const { dispatcher } = setUp(async (_topic, _partition, ids) => {
    flying += 1;
    assert.equal(flying, 1);
    sizes.push(ids.length);
    await new Promise(setImmediate);
    flying -= 1;
  });
  for (let line = 0; line < 1_200; line += 1) dispatcher.push(outgoing(line, 0));
  await dispatcher.idle();
  assert.deepEqual(sizes, [500, 500, 200]);
});

test('records of 64 KB go in batches that one Kafka batch can hold', async () => {
  const sizes: number[] = [];
  const { dispatcher } = setUp(async (_topic, _partition, ids) => void sizes.push(ids.length));
  for (let line = 0; line < 40; line += 1) {
    const small = outgoing(line, 0);
    dispatcher.push({ ...small, event: { ...small.event, plaintext: Buffer.alloc(65_536) } });
  }
  await dispatcher.idle();
  assert.ok(sizes.every((size) => size * 65_536 < 1_000_000));
});

test('a refused record counts as rejected once the rejected topic has it, and goes to no other', async () => {
  const topics: string[] = [];
  const { dispatcher, settled } = setUp(async (topic) => void topics.push(topic));
  dispatcher.push(outgoing(1, 0, 'rejected'));
  await dispatcher.idle();
  assert.deepEqual(topics, [streams.rejected.topic]);
  assert.equal(settled.get(1), 'rejected');
});

test('an outage beyond the bound ends the run: what was never sent is failed, what has no answer unknown', async () => {
  const { dispatcher, settled, stopping } = setUp(async (_topic, partition) => {
    throw partition === 0 ? unknown() : new WeirError('broker_unavailable', 'away');
  }, 1_000);
  for (let line = 0; line < 600; line += 1) dispatcher.push(outgoing(line, 0));
  dispatcher.push(outgoing(600, 1));
  await assert.rejects(dispatcher.idle(), WeirError);
  assert.ok(stopping.signal.aborted);
  assert.equal(settled.size, 601);
  assert.equal(settled.get(0), 'unknown');
  assert.equal(settled.get(599), 'failed');
  assert.equal(settled.get(600), 'failed');
});

test('an answer that people have to act on is not tried again', async () => {
  let attempts = 0;
  const { dispatcher } = setUp(async () => {
    attempts += 1;
    throw new WeirError('topic_mismatch', 'no such topic');
  });
  dispatcher.push(outgoing(1, 0));
  await assert.rejects(dispatcher.idle(), /no such topic/);
  assert.equal(attempts, 1);
});

test('a stop lets the batch on its way be answered, settles the rest as failed and is no failure', async () => {
  const answer = Promise.withResolvers<void>();
  const { dispatcher, settled, stopping } = setUp(() => answer.promise);
  for (let line = 0; line < 501; line += 1) dispatcher.push(outgoing(line, 0));
  await new Promise(setImmediate);
  stopping.abort();
  await dispatcher.progress();
  answer.resolve();
  await dispatcher.idle();
  assert.equal(settled.get(499), 'acknowledged');
  assert.equal(settled.get(500), 'failed');
});

test('who waits is told where each record stands', async () => {
  const { dispatcher, offsets } = setUp(async () => undefined);
  for (let line = 0; line < 3; line += 1) dispatcher.push(outgoing(line, 0));
  await dispatcher.idle();
  assert.deepEqual([...offsets.values()], [40, 41, 42]);
});

test('an outage that ends only what waits for its partition leaves the others and what comes later alone', async () => {
  let away = true;
  const { dispatcher, settled, stopping } = setUp(
    async (_topic, partition) => {
      if (away && partition === 0) throw new WeirError('broker_unavailable', 'away');
    },
    1_000,
    'what waits for the partition',
  );
  for (let line = 0; line < 600; line += 1) dispatcher.push(outgoing(line, 0));
  dispatcher.push(outgoing(600, 1));
  await dispatcher.idle();
  assert.equal(settled.size, 601);
  assert.equal(settled.get(0), 'failed');
  assert.equal(settled.get(599), 'failed');
  assert.equal(settled.get(600), 'acknowledged');
  assert.equal(stopping.signal.aborted, false);

  away = false;
  dispatcher.push(outgoing(601, 0));
  await dispatcher.idle();
  assert.equal(settled.get(601), 'acknowledged');
  assert.equal(dispatcher.openBytes(), 0);
});

test('what people have to act on ends everything, however an outage is met', async () => {
  const denied = async () => {
    throw new WeirError('kms_key_disabled', 'the key is disabled');
  };
  const { dispatcher, stopping } = setUp(denied, 1_000, 'what waits for the partition');
  dispatcher.push(outgoing(1, 0));
  await assert.rejects(dispatcher.idle(), /disabled/);
  assert.ok(stopping.signal.aborted);
});
