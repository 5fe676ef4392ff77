import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { waitFor } from '@weir/testkit';
import type { UnsealedEvent } from '@weir/envelope';
import type { OutgoingRecord } from '@weir/kafka';
import { sealEvents } from '@weir/envelope';
import {
  createManualClock,
  kekArn,
  otherKekArn,
  sealerOver,
} from '../../envelope/src/key-provider.fixture.ts';
import { clearedEvent, clearedEvents, clearedTransactionAt, numbers } from './fixtures/cleared-events.ts';
import { createMemoryPositions, createMemoryWorld } from './fixtures/memory-subscription.ts';
import type { MemoryWorld } from './fixtures/memory-subscription.ts';
import { SubscriptionError } from './subscription-error.ts';

let world: MemoryWorld;
beforeEach(async () => {
  world = await createMemoryWorld(1);
});
afterEach(() => world.stop());

const secret = 'CANARY-REMITTANCE';

/** One event that says the canary, and whatever a test changes of it. */
const changedEvent = (changed: Partial<UnsealedEvent>): UnsealedEvent => {
  const cleared = clearedTransactionAt(0, 3);
  const transaction = { ...cleared.transaction, remittanceInformation: secret };
  return { ...clearedEvent({ ...cleared, transaction }), ...changed };
};

const sealedUnder = async (keyId: string, event: UnsealedEvent): Promise<OutgoingRecord[]> => {
  const sealer = sealerOver(world.kms, createManualClock(), { stream: 'cleared', keyId });
  return sealEvents({ sealer, stream: 'cleared', environment: 'test', source: 'test' }, [event]);
};

const flipLast = (record: OutgoingRecord): OutgoingRecord => {
  const value = Buffer.from(record.value ?? '');
  value[value.length - 1]! ^= 1;
  return { ...record, value };
};

const unreadable: readonly (readonly [string, string, () => Promise<OutgoingRecord[]>])[] = [
  [
    'plaintext',
    'not_sealed',
    async () => [{ key: 'k', headers: {}, value: Buffer.from(JSON.stringify(clearedTransactionAt(0, 3))) }],
  ],
  ['no value', 'null_value', async () => [{ key: 'k', headers: {}, value: null }]],
  [
    'a changed byte',
    'authentication_failed',
    async () => (await sealedUnder(kekArn, changedEvent({}))).map(flipLast),
  ],
  ['another key', 'key_not_allowed', () => sealedUnder(otherKekArn, changedEvent({}))],
  [
    'another type of event',
    'contract_violation at ce_type',
    () => sealedUnder(kekArn, changedEvent({ type: 'weir.transaction.recalled.v1' })),
  ],
  [
    'a payload that breaks its contract',
    'contract_violation at',
    () => sealedUnder(kekArn, changedEvent({ plaintext: Buffer.from(`{"transaction":"${secret}"}`) })),
  ],
  [
    'a tenant that contradicts its header',
    'contract_violation at ce_tenant',
    () => sealedUnder(kekArn, changedEvent({ tenant: 'other-bank' })),
  ],
  [
    'a record of another partition',
    'contract_violation at sourcePartition',
    async () => world.seal(clearedEvents(1, [3])),
  ],
];

for (const [what, reason, records] of unreadable) {
  test(`${what} ends the subscription behind the events before it, and nothing of it is told`, async () => {
    await world.write(0, clearedEvents(0, [0, 1]));
    await world.writeRaw(0, await records());
    await world.write(0, clearedEvents(0, [4]));
    const subscription = await world.subscribe({ positions: createMemoryPositions() });
    await assert.rejects(subscription.done, (error) => {
      assert.ok(error instanceof SubscriptionError);
      assert.equal(error.code, 'record_unreadable');
      assert.deepEqual(error.place, { topic: 'cleared', partition: 0, offset: 2 });
      assert.ok(error.message.includes(reason), error.message);
      assert.ok(!error.message.includes('CANARY'));
      return true;
    });
    assert.deepEqual(world.sourceOffsets(), [0, 1]);
  });
}

test('a position beyond the end of the topic ends the subscription, although the topic is empty', async () => {
  const positions = createMemoryPositions();
  positions.stored.set(0, { offset: 41, sourceOffsets: {} });
  const subscription = await world.subscribe({ positions });
  await assert.rejects(subscription.done, {
    code: 'position_out_of_range',
    place: { topic: 'cleared', partition: 0, offset: 41 },
  });
});

test('a position whose record the topic has forgotten ends the subscription', async () => {
  await world.write(0, clearedEvents(0, numbers(0, 9)));
  const positions = createMemoryPositions();
  const first = await world.subscribe({ positions });
  await world.handledCount(9);
  await first.stop();
  const { client } = world;
  const kafka = {
    topicPartitions: client.topicPartitions,
    runConsumer: client.runConsumer,
    offsets: async () => [{ partition: 0, earliest: 9, end: 20 }],
  };
  const subscription = await world.subscribe({ positions, kafka });
  await assert.rejects(subscription.done, {
    code: 'position_out_of_range',
    place: { topic: 'cleared', partition: 0, offset: 8 },
  });
});

test('a topic that was made anew is not taken for the one that was read, even with the same content', async () => {
  const positions = createMemoryPositions();
  await world.write(0, clearedEvents(0, numbers(0, 3)));
  const first = await world.subscribe({ positions });
  await world.handledCount(3);
  await first.stop();

  const other = await createMemoryWorld(1);
  try {
    await other.write(0, clearedEvents(0, numbers(0, 8)));
    const second = await other.subscribe({ positions });
    await assert.rejects(second.done, {
      code: 'log_other',
      place: { topic: 'cleared', partition: 0, offset: 2 },
    });
    assert.deepEqual(other.handled, []);
  } finally {
    await other.stop();
  }
});

test('a store that answers nonsense ends the subscription', async () => {
  const subscription = await world.subscribe({ positions: { load: () => ({ offset: '7' }) } });
  await assert.rejects(subscription.done, { code: 'position_invalid' });
});

test('a KMS that is away is waited for, and told about once', async () => {
  await world.write(0, clearedEvents(0, [0, 1]));
  world.kms.fail('kms_unavailable');
  await world.subscribe({ positions: createMemoryPositions() });
  await waitFor(() => world.kms.calls.decrypt >= 3, { what: 'three attempts' });
  assert.deepEqual(world.sourceOffsets(), []);
  world.kms.fail(undefined);
  await world.handledCount(2);
  assert.deepEqual(world.sourceOffsets(), [0, 1]);
  assert.deepEqual(
    world.notices.filter(({ kind }) => kind === 'waiting'),
    [{ kind: 'waiting', partition: 0, code: 'kms_unavailable', attempts: 1 }],
  );
});

for (const code of ['kms_key_disabled', 'kms_denied'] as const) {
  test(`${code} ends the subscription with that code, and nothing is handled`, async () => {
    await world.write(0, clearedEvents(0, [0]));
    world.kms.fail(code);
    const subscription = await world.subscribe({ positions: createMemoryPositions() });
    await assert.rejects(subscription.done, { code, place: { topic: 'cleared', partition: 0, offset: 0 } });
    assert.deepEqual(world.handled, []);
  });
}
