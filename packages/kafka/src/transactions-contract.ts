import assert from 'node:assert/strict';
import { test } from 'node:test';
import { record } from './fixtures/contract-client.ts';
import type { ContractClient } from './fixtures/contract-client.ts';
import type { PartitionTransactions } from './partition-transactions.ts';

/** What every transactional publisher of an input partition has to do, as tests. */
export const transactionsContract = (broker: ContractClient): void => {
  /** An input and an output topic, and what makes the transactions of the input's partition 0. */
  const openStep = async () => {
    const input = await broker.topic(1);
    const output = await broker.topic(2);
    const names = { transactionalId: `${input}-0`, groupId: `${input}-group` };
    const publish = (
      transactions: PartitionTransactions,
      next: number,
      values: readonly string[],
      metadata = '',
    ) =>
      transactions.publish({
        outputs: values.length === 0 ? [] : [{ topic: output, partition: 0, records: values.map(record) }],
        source: { topic: input, partition: 0, next, metadata },
      });
    return { input, output, open: () => broker.client.createPartitionTransactions(names), publish };
  };

  test('A producer whose partition was taken over is fenced and nothing it published becomes visible', async () => {
    const { input, output, open, publish } = await openStep();
    const older = open();
    const newer = open();
    try {
      await older.fence();
      await publish(older, 1, ['before']);
      await newer.fence();
      await assert.rejects(publish(older, 9, ['from a zombie']), { code: 'partition_fenced' });
      assert.deepEqual(await newer.committed(input, 0), { next: 1, metadata: '' });
      await publish(newer, 2, ['after']);
      await assert.rejects(publish(older, 10, ['again']), /not allowed when unusable/);
      assert.deepEqual(await broker.committedValues(output, 2), ['before', 'after']);
    } finally {
      await older.discard();
      await newer.discard();
    }
  });

  test('What is committed is never stale after a fence, metadata included', async () => {
    const { input, open, publish } = await openStep();
    for (let step = 0; step < 50; step += 1) {
      const transactions = open();
      try {
        await transactions.fence();
        const expected = step === 0 ? undefined : { next: step, metadata: `step ${step}` };
        assert.deepEqual(await transactions.committed(input, 0), expected);
        await publish(transactions, step + 1, [`${step}`], `step ${step + 1}`);
      } finally {
        await transactions.discard();
      }
    }
  });

  test('A transaction with a record the broker never takes publishes neither records nor position, and the next one goes on', async () => {
    const { input, output, open, publish } = await openStep();
    const broken = open();
    const next = open();
    try {
      await broken.fence();
      const half = { topic: output, partition: 1, records: [record('half')] };
      const tooLarge = { topic: output, partition: 0, records: [record('x'.repeat(2_000_000))] };
      const source = { topic: input, partition: 0, next: 5, metadata: '' };
      await assert.rejects(broken.publish({ outputs: [half, tooLarge], source }), {
        code: 'processing_failed',
      });
      await next.fence();
      assert.equal(await next.committed(input, 0), undefined);
      await publish(next, 5, ['whole']);
      assert.deepEqual(await broker.committedValues(output, 1), ['whole']);
    } finally {
      await broken.discard();
      await next.discard();
    }
  });

  test('Outputs larger than a batch of the broker arrive whole and in order in one transaction', async () => {
    const { output, open, publish } = await openStep();
    const transactions = open();
    try {
      await transactions.fence();
      const values = Array.from({ length: 600 }, (_unused, index) => `${index}:${'x'.repeat(5_000)}`);
      await publish(transactions, 1, values);
      assert.deepEqual(await broker.committedValues(output, values.length), values);
    } finally {
      await transactions.discard();
    }
  });

  test('Twenty small transactions in a row do not wait for one another to end', async () => {
    const { input, open, publish } = await openStep();
    const transactions = open();
    const next = open();
    try {
      await transactions.fence();
      // Without outputs the position is the first thing asked for, which kafkajs asks only once.
      for (let step = 1; step <= 20; step += 1) await publish(transactions, step, []);
      await next.fence();
      assert.equal((await next.committed(input, 0))?.next, 20);
    } finally {
      await transactions.discard();
      await next.discard();
    }
  });

  test('Reading what is committed is refused where the answer could be stale, and so are overlapping transactions', async () => {
    const { input, open, publish } = await openStep();
    const transactions = open();
    try {
      await assert.rejects(transactions.committed(input, 0), /not allowed when new/);
      await assert.rejects(publish(transactions, 1, ['x']), /not allowed when new/);
      await transactions.fence();
      const first = publish(transactions, 1, ['x']);
      await assert.rejects(publish(transactions, 2, ['y']), /not allowed when publishing/);
      await first;
      await assert.rejects(transactions.committed(input, 0), /not allowed when published/);
    } finally {
      await transactions.discard();
    }
  });

  test('The last record of a partition is the last committed one, whatever stands behind it', async () => {
    const { output, open, publish } = await openStep();
    const transactions = open();
    const next = open();
    try {
      assert.equal(await broker.client.lastRecord(output, 0), undefined);
      await transactions.fence();
      await publish(transactions, 1, ['first']);
      await publish(transactions, 2, ['second', 'last']);
      await next.fence();
      await assert.rejects(publish(transactions, 3, ['from a zombie']));
      await broker.committedValues(output, 3);
      assert.equal(String((await broker.client.lastRecord(output, 0))?.value), 'last');
      await assert.rejects(broker.client.lastRecord(output, 2), { code: 'topic_mismatch' });
    } finally {
      await transactions.discard();
      await next.discard();
    }
  });
};
