import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryAlertStore } from '@weir/alert-store/memory';
import { streams } from '@weir/contracts';
import { createMemoryKafka } from '@weir/kafka/memory';
import { createOutboxRelay } from '../relay/outbox-relay.ts';
import { checkStore } from './check-store.ts';

const outboxGroupId = 'outbox';

/** Topics in memory, and stores whose outboxes are taken there. */
async function startWorld() {
  const kafka = createMemoryKafka().connect();
  await kafka.ensureTopics(
    [streams.held, streams.rejected, streams.alerts, streams.intake].map(({ topic }) => ({
      ...{ topic, partitions: 4, replicationFactor: 1, config: {} },
    })),
  );
  const openTransactions = () =>
    kafka.createPartitionTransactions({ transactionalId: 'outbox', groupId: outboxGroupId });
  return {
    check: (store = createMemoryAlertStore()) => checkStore({ store, kafka, outboxGroupId }),
    /** A store with so many records in its outbox, that took something in where it is said. */
    storeWith: async (records: number, topic: string, taken: boolean) => {
      const store = createMemoryAlertStore();
      await store.transaction(async (rows) => {
        if (taken) await rows.setPosition(streams.held.topic, 1, records);
        await rows.appendOutbox(
          Array.from({ length: records }, (_, at) => ({
            ...{ topic, partition: 0, key: 'key', value: Buffer.from(`value ${at}`), headers: {} },
          })),
        );
      });
      return store;
    },
    publish: async (outbox: ReturnType<typeof createMemoryAlertStore>) => {
      const relay = createOutboxRelay({ outbox, openTransactions });
      while ((await relay.publishNext()) > 0);
      await relay.close();
    },
  };
}

test('A first start, and the next one of a store that has all its topics have, are let be', async () => {
  const world = await startWorld();
  await world.check();
  const store = await world.storeWith(3, streams.alerts.topic, true);
  await world.check(store);
  await world.publish(store);
  await world.check(store);
});

test('A store that only recorded its starts yet is no empty one', async () => {
  const world = await startWorld();
  const store = await world.storeWith(1, streams.intake.topic, false);
  await world.publish(store);
  await world.check(store);
});

test('An empty store beside alerts that were told is refused, and so is one beside records of another outbox', async () => {
  for (const topic of [streams.alerts.topic, streams.intake.topic]) {
    const world = await startWorld();
    await world.publish(await world.storeWith(2, topic, true));
    await assert.rejects(world.check(), { code: 'store_other', message: /empty.*MODE=rebuild/ });
  }
});

test('A store that is older than the topics is refused before anything is taken into it', async () => {
  const world = await startWorld();
  await world.publish(await world.storeWith(5, streams.alerts.topic, true));
  const restored = await world.storeWith(3, streams.alerts.topic, true);
  await assert.rejects(world.check(restored), { code: 'store_other', message: /older/ });
});
