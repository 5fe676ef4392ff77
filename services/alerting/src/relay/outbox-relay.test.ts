import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OutboxRecord } from '@weir/alert-store';
import { streams, WeirError } from '@weir/contracts';
import { createMemoryKafka } from '@weir/kafka/memory';
import type { MemoryKafka } from '@weir/kafka/memory';
import { createOutboxRelay } from './outbox-relay.ts';
import type { Outbox, OutboxRelay } from './outbox-relay.ts';
import { createRelayRound } from './relay-round.ts';

type RelayRound = ReturnType<typeof createRelayRound>;

/** Ends a process between two steps, as kill -9 would. */
class Killed extends Error {}

/** Counts the steps of a process that leave it, and ends it before or after one of them. */
function mortal(killAt: number) {
  let steps = 0;
  const step = async <T>(effect: () => T | Promise<T>): Promise<T> => {
    steps += 1;
    if (steps === killAt) throw new Killed();
    const result = await effect();
    steps += 1;
    if (steps === killAt) throw new Killed();
    return result;
  };
  return { step, isAlive: () => steps < killAt };
}

const record = (number: number, value = `value ${number}`): OutboxRecord => ({
  topic: number % 3 === 0 ? streams.outcomes.topic : streams.alerts.topic,
  partition: number % 2,
  key: `key-${number}`,
  value: Buffer.from(value),
  headers: { number: String(number) },
});

/** An outbox whose first number is 7: nothing depends on where a store begins to count. */
function memoryOutbox(first = 7) {
  let records: (OutboxRecord & { number: number })[] = [];
  let start = first;
  let next = first;
  const outbox: Outbox = {
    outboxFrom: async (from, limit) => records.filter(({ number }) => number >= from).slice(0, limit),
    outboxStart: async () => start,
    trimOutbox: async (to) => {
      start = Math.max(start, to);
      records = records.filter(({ number }) => number >= to);
    },
  };
  return {
    outbox,
    append: (count: number, value?: string) => {
      for (let made = 0; made < count; made += 1) records.push({ ...record(next, value), number: next++ });
    },
    left: () => records.length,
    numbers: () => Array.from({ length: next - first }, (_, index) => first + index),
  };
}

async function kafkaWithTopics(): Promise<MemoryKafka> {
  const kafka = createMemoryKafka();
  await kafka.connect().ensureTopics(
    [streams.alerts.topic, streams.outcomes.topic].map((topic) => ({
      topic,
      partitions: 2,
      replicationFactor: 1,
      config: {},
    })),
  );
  return kafka;
}

/** What readers see, by the numbers the records were given, in the order of each partition. */
async function published(kafka: MemoryKafka): Promise<readonly number[]> {
  const numbers: number[] = [];
  for (const topic of [streams.alerts.topic, streams.outcomes.topic])
    await kafka.connect().readRange({
      topic,
      from: 'earliest',
      readCommitted: true,
      deadlineMs: 5_000,
      onRecord: ({ headers }) => void numbers.push(Number(String(headers['number']))),
    });
  return numbers;
}

const inOrder = (numbers: readonly number[]): readonly number[] => numbers.toSorted((a, b) => a - b);

type Step = ReturnType<typeof mortal>['step'];

/** A process with a relay, each step of which may be its last. */
function relayOf(kafka: MemoryKafka, outbox: Outbox, step: Step = async (effect) => effect()): OutboxRelay {
  const client = kafka.connect({
    request: (_name, effect) => step(effect),
    sleep: async () => undefined,
    nowMs: () => 0,
    maxFetchRecords: () => 500,
  });
  return createOutboxRelay({
    outbox: {
      outboxFrom: (from, limit) => step(() => outbox.outboxFrom(from, limit)),
      outboxStart: () => step(() => outbox.outboxStart()),
      trimOutbox: (next) => step(() => outbox.trimOutbox(next)),
    },
    openTransactions: () =>
      client.createPartitionTransactions({ transactionalId: 'outbox', groupId: 'outbox' }),
    limits: { mostRecords: 4, mostBytes: 1_000 },
  });
}

const drain = async (relay: OutboxRelay): Promise<void> => {
  while ((await relay.publishNext()) > 0);
};

test('Whatever step a process is killed before or after, each record is on its topic exactly once', async () => {
  let deaths = 0;
  for (let killAt = 1; ; killAt += 1) {
    const kafka = await kafkaWithTopics();
    const store = memoryOutbox();
    store.append(9);
    const life = mortal(killAt);
    const outcome = await drain(relayOf(kafka, store.outbox, life.step)).catch((error: unknown) => error);
    if (outcome === undefined) break;
    deaths += 1;
    store.append(2);
    await drain(relayOf(kafka, store.outbox));
    assert.deepEqual(inOrder(await published(kafka)), store.numbers(), `killed at step ${killAt}`);
    assert.equal(store.left(), 0);
  }
  assert.ok(deaths > 30, `${deaths} steps were tried`);
});

test('The records of a partition stand in the order of their numbers', async () => {
  const kafka = await kafkaWithTopics();
  const store = memoryOutbox();
  store.append(25);
  await drain(relayOf(kafka, store.outbox));
  const numbers = await published(kafka);
  for (const ofPartition of Map.groupBy(numbers, (number) => `${number % 3 === 0} ${number % 2}`).values())
    assert.deepEqual(ofPartition, inOrder(ofPartition));
});

test('A process that another one has followed publishes nothing more', async () => {
  const kafka = await kafkaWithTopics();
  const store = memoryOutbox();
  store.append(3);
  const [first, second] = [relayOf(kafka, store.outbox), relayOf(kafka, store.outbox)];
  await drain(first);
  store.append(3);
  await drain(second);
  await assert.rejects(
    async () => {
      store.append(3);
      await first.publishNext();
    },
    { code: 'partition_fenced' },
  );
  assert.equal(first.owns(), false);
  await drain(second);
  assert.deepEqual(inOrder(await published(kafka)), store.numbers());
});

test('A zombie that only finds its records gone stands aside and does not take the store for another', async () => {
  const kafka = await kafkaWithTopics();
  const store = memoryOutbox();
  store.append(3);
  const [first, second] = [relayOf(kafka, store.outbox), relayOf(kafka, store.outbox)];
  await drain(first);
  store.append(3);
  await drain(second);
  store.append(1);
  await second.publishNext();
  store.append(1);
  await assert.rejects(first.publishNext(), { code: 'partition_fenced' });
});

test('A store that is older than the topics is refused, and nothing is published from it', async () => {
  const kafka = await kafkaWithTopics();
  const store = memoryOutbox();
  store.append(6);
  await drain(relayOf(kafka, store.outbox));
  const before = await published(kafka);
  const restored = memoryOutbox();
  restored.append(4);
  await assert.rejects(relayOf(kafka, restored.outbox).publishNext(), { code: 'store_other' });
  const ahead = memoryOutbox(40);
  ahead.append(2);
  await assert.rejects(relayOf(kafka, ahead.outbox).publishNext(), { code: 'store_other' });
  assert.deepEqual(await published(kafka), before);
});

test('A store that was brought back is refused also where it has given the published numbers anew', async () => {
  const kafka = await kafkaWithTopics();
  const store = memoryOutbox();
  store.append(6);
  await drain(relayOf(kafka, store.outbox));
  const before = await published(kafka);
  const restored = memoryOutbox();
  restored.append(4);
  restored.append(4, 'given anew');
  await assert.rejects(relayOf(kafka, restored.outbox).publishNext(), { code: 'store_other' });
  // However often it is tried.
  await assert.rejects(relayOf(kafka, restored.outbox).publishNext(), { code: 'store_other' });
  assert.deepEqual(await published(kafka), before);
  assert.equal(restored.left(), 8, 'nothing of it is thrown away');
});

test('A store that is brought back while it is published from is refused, and nothing of it thrown away', async () => {
  const kafka = await kafkaWithTopics();
  const [store, restored] = [memoryOutbox(), memoryOutbox()];
  let now = store.outbox;
  const relay = relayOf(kafka, {
    outboxFrom: (from, limit) => now.outboxFrom(from, limit),
    outboxStart: () => now.outboxStart(),
    trimOutbox: (next) => now.trimOutbox(next),
  });
  store.append(6);
  await drain(relay);
  now = restored.outbox;
  restored.append(8, 'given anew');
  await assert.rejects(relay.publishNext(), { code: 'store_other' });
  assert.equal(restored.left(), 8);
});

test('A record that is larger than a transaction shall be goes alone', async () => {
  const kafka = await kafkaWithTopics();
  const store = memoryOutbox();
  store.append(1);
  store.append(1, 'x'.repeat(5_000));
  store.append(1);
  const relay = relayOf(kafka, store.outbox);
  const counts = [await relay.publishNext(), await relay.publishNext(), await relay.publishNext()];
  assert.deepEqual(counts, [1, 1, 1]);
  assert.equal(await relay.publishNext(), 0);
});

test('A process that was fenced publishes again only once records are left lying', async () => {
  const kafka = await kafkaWithTopics();
  const store = memoryOutbox();
  const rounds = [relayOf(kafka, store.outbox), relayOf(kafka, store.outbox)].map((relay) =>
    createRelayRound({ relay, outbox: store.outbox }),
  );
  const [first, second] = rounds as [RelayRound, RelayRound];
  store.append(1);
  await first(0);
  store.append(1);
  await second(0);
  store.append(1);
  // Learns that it is fenced, and leaves the record to the other one.
  await first(0);
  await first(0);
  assert.equal(store.left(), 1);
  await second(0);
  assert.equal(store.left(), 0);
  store.append(1);
  for (const atMs of [1_000, 3_000, 7_000]) await first(atMs);
  assert.equal(store.left(), 0);
  assert.deepEqual(inOrder(await published(kafka)), store.numbers());
});

test('An error that may pass is met with another takeover', async () => {
  const kafka = await kafkaWithTopics();
  const store = memoryOutbox();
  store.append(2);
  let isAway = true;
  const relay = relayOf(kafka, store.outbox, async (effect) => {
    if (isAway) throw new WeirError('broker_unavailable', 'told to fail');
    return effect();
  });
  await assert.rejects(relay.publishNext(), { code: 'broker_unavailable' });
  isAway = false;
  assert.equal(await relay.publishNext(), 2);
});
