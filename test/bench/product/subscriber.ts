import { PGlite } from '@electric-sql/pglite';
import type { Transaction as DatabaseTransaction } from '@electric-sql/pglite';
import type { KafkaClient } from '@weir/kafka';
import { PositionMovedError, subscribe } from '@weir/subscriber';
import type { Delivery, OnTransaction, Positions, StoredPosition } from '@weir/subscriber';
import { clearedEvents, numbers } from '../../../packages/subscriber/src/fixtures/cleared-events.ts';
import { startSubscriberStack } from '../../../packages/subscriber/src/fixtures/subscriber-stack.ts';
import type { SubscriberTopic } from '../../../packages/subscriber/src/fixtures/subscriber-stack.ts';

const partitions = 4;
const eventsPerPartition = 25_000;
const events = partitions * eventsPerPartition;
const eventsPerWrite = 500;
/** A handler that is slower than the log is measured over this, and not to the end. */
const patienceMs = 12_000;

/** Counts what is handled, from the first event on: joining the group is not what is measured. */
function createMeter() {
  const done = Promise.withResolvers<void>();
  let firstAtMs = 0;
  let count = 0;
  const timer = setTimeout(done.resolve, patienceMs);
  return {
    tick: (by: number): void => {
      if (count === 0) firstAtMs = performance.now();
      count += by;
      if (count >= events) done.resolve();
    },
    perSecond: async (): Promise<number> => {
      await done.promise;
      clearTimeout(timer);
      return Math.round((count * 1_000) / (performance.now() - firstAtMs));
    },
  };
}

/** What the client and the broker alone can do: every record fetched, none looked at. */
async function measureReading(kafka: KafkaClient, { topic }: SubscriberTopic): Promise<number> {
  const meter = createMeter();
  const consumer = await kafka.runConsumer({
    groupId: `${topic}-reading`,
    topics: [topic],
    readCommitted: true,
    partitionsConsumedConcurrently: partitions,
    onBatch: async ({ records, endOffset }) => {
      meter.tick(records.length);
      return { kind: 'next', next: endOffset };
    },
    onCrash: (error) => {
      throw error;
    },
  });
  const perSecond = await meter.perSecond();
  await consumer.stop();
  return perSecond;
}

async function measureSubscriber(
  { options }: SubscriberTopic,
  name: string,
  onTransaction: OnTransaction,
  positions?: Positions,
): Promise<number> {
  const meter = createMeter();
  const subscription = await subscribe({
    ...options,
    groupId: `${options.groupId}-${name}`,
    onTransaction: async (event, delivery) => {
      await onTransaction(event, delivery);
      meter.tick(1);
    },
    ...(positions === undefined ? {} : { positions }),
  });
  const perSecond = await Promise.race([
    meter.perSecond(),
    subscription.done.then(() => Promise.reject(new Error('the subscription has ended'))),
  ]);
  await subscription.stop();
  return perSecond;
}

/** A booking and the position in one transaction of a PostgreSQL within this process. */
async function measurePglite(topic: SubscriberTopic): Promise<number> {
  const db = await PGlite.create();
  await db.exec(`
    create table positions (partition int primary key, position jsonb not null);
    create table bookings (identity text not null, amount_minor bigint not null);`);
  const store = async (
    tx: DatabaseTransaction,
    { partition, previous, position }: Delivery,
  ): Promise<void> => {
    const stored = JSON.stringify(position);
    const { affectedRows } =
      previous === undefined
        ? await tx.query('insert into positions values ($1, $2) on conflict do nothing', [partition, stored])
        : await tx.query(
            `update positions set position = $2 where partition = $1 and (position ->> 'offset')::bigint = $3`,
            [partition, stored, previous.offset],
          );
    if (affectedRows !== 1) throw new PositionMovedError();
  };
  const perSecond = await measureSubscriber(
    topic,
    'pglite',
    (event, delivery) =>
      db.transaction(async (tx) => {
        const { amountMinor } = event.transaction;
        await tx.query('insert into bookings values ($1, $2)', [event.identity, amountMinor]);
        await store(tx, delivery);
      }),
    {
      load: async ({ partition }) => {
        const { rows } = await db.query<{ position: unknown }>(
          'select position from positions where partition = $1',
          [partition],
        );
        return rows[0]?.position;
      },
    },
  );
  await db.close();
  return perSecond;
}

/** Events a second of a subscriber, against a consumer that only reads the same records. */
export const run = async (say: (sentence: string) => void): Promise<Record<string, number>> => {
  const stack = await startSubscriberStack();
  try {
    const topic = await stack.topic(partitions);
    for (let at = 0; at < eventsPerPartition; at += eventsPerWrite) {
      for (let partition = 0; partition < partitions; partition += 1) {
        await topic.write(partition, clearedEvents(partition, numbers(at, at + eventsPerWrite)));
      }
    }
    say(`${events} cleared events in ${partitions} partitions`);
    const reading = await measureReading(stack.kafka, topic);
    const stored = new Map<number, StoredPosition>();
    const inMemory = await measureSubscriber(
      topic,
      'memory',
      (_event, { partition, position }) => void stored.set(partition, position),
      { load: ({ partition }) => stored.get(partition) },
    );
    const committed = await measureSubscriber(topic, 'committed', () => undefined);
    const pglite = await measurePglite(topic);
    return {
      readingOnlyEventsPerSecond: reading,
      inMemoryEventsPerSecond: inMemory,
      committedEventsPerSecond: committed,
      pgliteEventsPerSecond: pglite,
      inMemoryRatioToReadingOnly: Math.round((inMemory * 1_000) / reading) / 1_000,
    };
  } finally {
    await stack.stop();
  }
};
