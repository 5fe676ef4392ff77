import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { WeirError } from '@weir/contracts';
import { waitFor } from '@weir/testkit';
import type { BatchOutcome, ConsumerOptions, OnBatch, RunningConsumer } from './consumer-types.ts';
import { goOn, record, runFor, valuesOf } from './fixtures/contract-client.ts';
import type { ContractClient } from './fixtures/contract-client.ts';
import type { Producer } from './producer.ts';

/** What every consumer has to do, as tests. */
export const consumerContract = (broker: ContractClient): void => {
  let producer: Producer;
  before(async () => {
    producer = await broker.client.createProducer();
  });
  after(() => producer.close());

  const withConsumer = (
    topic: string,
    onBatch: OnBatch,
    use: (crashes: readonly Error[], consumer: RunningConsumer) => Promise<void>,
    options: Partial<ConsumerOptions> = {},
  ): Promise<void> => runFor(broker.client, topic, onBatch, use, options);

  test('A poisonous record ends the consumer once, at once, and moves no position', async () => {
    const topic = await broker.topic(2);
    await producer.append(topic, 0, [record('fine'), record('poison'), record('behind')]);
    let calls = 0;
    const onBatch: OnBatch = async (batch) => {
      if (batch.partition === 0) calls += 1;
      if (batch.partition === 0) throw new TypeError('cannot read a field of undefined');
      return goOn(batch);
    };
    await withConsumer(topic, onBatch, async (crashes) => {
      await waitFor(() => crashes.length > 0);
      assert.ok(crashes[0] instanceof TypeError);
      const positions = await broker.client.groupPositions(`${topic}-group`, topic);
      assert.deepEqual(
        positions.map(({ next }) => next),
        [undefined, undefined],
      );
      assert.deepEqual([calls, crashes.length], [1, 1]);
    });
  });

  test('A WeirError to retry brings the same batch again while the other partition goes on', async () => {
    const topic = await broker.topic(2);
    await producer.append(topic, 0, [record('slow')]);
    const seen: string[] = [];
    let failures = 0;
    const onBatch: OnBatch = async (batch) => {
      if (batch.partition === 0 && failures < 3) {
        failures += 1;
        await producer.append(topic, 1, [record(`other ${failures}`)]);
        throw new WeirError('kms_unavailable', 'not now');
      }
      seen.push(...valuesOf(batch));
      return goOn(batch);
    };
    await withConsumer(topic, onBatch, async (crashes) => {
      await waitFor(() => seen.includes('slow') && seen.includes('other 3'));
      assert.ok(seen.indexOf('other 1') < seen.indexOf('slow'));
      assert.deepEqual([...seen].sort(), ['other 1', 'other 2', 'other 3', 'slow']);
      assert.deepEqual(crashes, []);
    });
  });

  test('A WeirError to retry ends the consumer when its attempts are used up', async () => {
    const topic = await broker.topic(1);
    await producer.append(topic, 0, [record('x')]);
    let calls = 0;
    const onBatch: OnBatch = async () => {
      calls += 1;
      throw new WeirError('kms_unavailable', 'never');
    };
    await withConsumer(
      topic,
      onBatch,
      async (crashes) => {
        await waitFor(() => crashes.length > 0);
        assert.equal((crashes[0] as WeirError).code, 'kms_unavailable');
        assert.equal(calls, 3);
      },
      { maxAttempts: 3 },
    );
  });

  test('A paused partition waits while the other goes on, and continues where it was told to', async () => {
    const topic = await broker.topic(2);
    await producer.append(topic, 0, ['a', 'b', 'c'].map(record));
    const seen: string[] = [];
    let isHeld = false;
    const onBatch: OnBatch = async (batch) => {
      seen.push(...valuesOf(batch));
      if (batch.partition === 1 || isHeld) return goOn(batch);
      isHeld = true;
      return { kind: 'pause', next: 2, forMs: 60_000 };
    };
    await withConsumer(topic, onBatch, async (_crashes, consumer) => {
      for (const value of ['1', '2', '3']) {
        await producer.append(topic, 1, [record(value)]);
        await waitFor(() => seen.includes(value));
      }
      assert.deepEqual(seen.filter((value) => value > '9').join(''), 'abc');
      const lags = await consumer.lag();
      assert.deepEqual(
        lags.map(({ partition, next, lag }) => [partition, next, lag]),
        [
          [0, 2, 1],
          [1, 3, 0],
        ],
      );
    });
  });

  test('A pause that ends and a seek back bring the records again from that offset', async () => {
    const topic = await broker.topic(1);
    await producer.append(topic, 0, ['a', 'b', 'c'].map(record));
    const outcomes: BatchOutcome[] = [
      { kind: 'pause', next: 1, forMs: 20 },
      { kind: 'seek', next: 2 },
    ];
    const seen: string[] = [];
    const onBatch: OnBatch = async (batch) => {
      seen.push(valuesOf(batch).join(''));
      return outcomes.shift() ?? goOn(batch);
    };
    await withConsumer(topic, onBatch, async () => {
      await waitFor(() => seen.length === 3);
      assert.deepEqual(seen, ['abc', 'bc', 'c']);
      const [position] = await broker.client.groupPositions(`${topic}-group`, topic);
      assert.equal(position?.next, undefined, 'seeking must not commit');
    });
  });

  test('A partition nothing arrives for is read again from where it is sought, and commits nothing', async () => {
    const topic = await broker.topic(1);
    await producer.append(topic, 0, ['a', 'b', 'c'].map(record));
    const seen: string[] = [];
    const onBatch: OnBatch = async (batch) => {
      seen.push(...valuesOf(batch));
      return goOn(batch);
    };
    await withConsumer(topic, onBatch, async (_crashes, consumer) => {
      await waitFor(() => seen.length === 3);
      consumer.seek({ topic, partition: 0 }, 1);
      await waitFor(() => seen.length === 5);
      assert.equal(seen.join(''), 'abcbc');
      const [position] = await broker.client.groupPositions(`${topic}-group`, topic);
      assert.equal(position?.next, undefined);
    });
  });

  test('A partition paused by order is not fetched until it is resumed', async () => {
    const topic = await broker.topic(2);
    const seen: string[] = [];
    const onBatch: OnBatch = async (batch) => {
      seen.push(...valuesOf(batch));
      return goOn(batch);
    };
    await withConsumer(topic, onBatch, async (_crashes, consumer) => {
      consumer.pause({ topic, partition: 0 });
      await producer.append(topic, 0, [record('held')]);
      await producer.append(topic, 1, [record('free')]);
      await waitFor(() => seen.includes('free'));
      assert.deepEqual(seen, ['free']);
      consumer.resume({ topic, partition: 0 });
      await waitFor(() => seen.includes('held'));
    });
  });

  test('A member that joins takes a partition over at the next heartbeat, nothing crashes and nothing is lost', async () => {
    const topic = await broker.topic(2);
    for (const partition of [0, 1]) await producer.append(topic, partition, [record(`old ${partition}`)]);
    const seen = new Set<string>();
    const assigned = { first: [] as number[], second: [] as number[] };
    let isRevoked = false;
    let revokedBy: unknown;
    const busy: OnBatch = async (batch, control) => {
      while (!isRevoked && !control.stopping()) {
        try {
          await control.heartbeat();
          await new Promise((resolve) => setTimeout(resolve, 20));
        } catch (error) {
          isRevoked = control.revoked();
          revokedBy = error;
          throw error;
        }
      }
      valuesOf(batch).forEach((value) => seen.add(value));
      return goOn(batch);
    };
    const ready: OnBatch = async (batch) => {
      valuesOf(batch).forEach((value) => seen.add(value));
      return goOn(batch);
    };
    const timing = { sessionTimeoutMs: 6_000 };
    const collect = (into: number[]) => (partitions: readonly { partition: number }[]) => {
      into.splice(0, into.length, ...partitions.map(({ partition }) => partition));
    };
    const withSecond = async (crashes: readonly Error[]): Promise<void> => {
      await waitFor(() => assigned.first.length === 2);
      await withConsumer(
        topic,
        ready,
        async (others) => {
          await waitFor(() => assigned.first.length === 1 && assigned.second.length === 1, {
            deadlineMs: 20_000,
          });
          await waitFor(() => seen.size === 2);
          assert.equal(isRevoked, true);
          assert.equal((revokedBy as WeirError).code, 'partition_revoked');
          assert.deepEqual([...crashes, ...others], []);
        },
        { ...timing, onAssigned: collect(assigned.second) },
      );
    };
    await withConsumer(topic, busy, withSecond, { ...timing, onAssigned: collect(assigned.first) });
  });

  test('Stopping lets the batch at hand finish and tells the group that the partitions are free', async () => {
    const topic = await broker.topic(1);
    await producer.append(topic, 0, [record('x')]);
    const steps: string[] = [];
    const onBatch: OnBatch = async (batch, control) => {
      steps.push('begun');
      await waitFor(() => control.stopping());
      steps.push('done');
      return goOn(batch);
    };
    await withConsumer(
      topic,
      onBatch,
      async (crashes, consumer) => {
        await waitFor(() => steps.length > 0);
        await consumer.stop();
        assert.deepEqual(steps, ['begun', 'done', 'revoked']);
        assert.deepEqual(crashes, []);
      },
      { onRevoked: () => void steps.push('revoked') },
    );
  });
};
