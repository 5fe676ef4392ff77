import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { WeirError } from '@weir/contracts';
import { waitFor } from '@weir/testkit';
import { record } from './fixtures/contract-client.ts';
import { openTestClient } from './open-test-client.ts';
import type { TestClient } from './open-test-client.ts';

let broker: TestClient;
before(async () => {
  broker = await openTestClient({ own: true });
});
after(() => broker.close());

const steps = 200;

/**
 * Publishes step after step, one record each, from what is published; answers when a step fails or all are done.
 *
 * It finds out what is published as whoever may not repeat has to: a broker killed
 * between the markers of one commit can forget one of them, so that the output and
 * the position differ (README, limits). The output is then believed, and publishing
 * its next step moves the position along.
 */
const publishUntilFailure = async (
  input: string,
  output: string,
  onStep: (step: number) => void,
): Promise<unknown> => {
  const transactions = broker.client.createPartitionTransactions({
    transactionalId: `${input}-0`,
    groupId: `${input}-group`,
    stepTimeoutMs: 3_000,
  });
  try {
    await transactions.fence();
    const committed = (await transactions.committed(input, 0))?.next ?? 0;
    const last = await broker.client.lastRecord(output, 0);
    const published = last === undefined ? 0 : Number(last.value) + 1;
    assert.ok(Math.abs(published - committed) <= 1, 'the two differ by the step that was under way at most');
    for (let step = published; step < steps; step += 1) {
      onStep(step);
      await transactions.publish({
        outputs: [{ topic: output, partition: 0, records: [record(String(step))] }],
        source: { topic: input, partition: 0, next: step + 1, metadata: '' },
      });
    }
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await transactions.discard();
  }
};

test('A broker killed in the middle of commits costs no step and repeats none, for publisher and consumer', async () => {
  const input = await broker.topic(1);
  const output = await broker.topic(1);
  const seen: string[] = [];
  const crashes: Error[] = [];
  const consumer = await broker.client.runConsumer({
    groupId: `${output}-group`,
    topics: [output],
    onBatch: async (batch, control) => {
      seen.push(...batch.records.map(({ value }) => String(value)));
      await control.commit(batch.endOffset);
      return { kind: 'next', next: batch.endOffset };
    },
    onCrash: (error) => void crashes.push(error),
    partitionsConsumedConcurrently: 1,
    readCommitted: true,
    sessionTimeoutMs: 6_000,
  });
  const failures: unknown[] = [];
  let killed: Promise<void> | undefined;
  const killAt = new Set([70, 140]);
  const onStep = (step: number): void => {
    if (killAt.delete(step)) killed = broker.kafka.kill();
  };
  await waitFor(
    async () => {
      const failure = await publishUntilFailure(input, output, onStep);
      if (failure === undefined) return true;
      failures.push(failure);
      const dead = killed;
      killed = undefined;
      if (dead !== undefined) {
        await dead;
        await broker.kafka.restart();
      }
      return false;
    },
    { deadlineMs: 60_000, what: 'all steps' },
  );
  const all = Array.from({ length: steps }, (_unused, step) => String(step));
  assert.ok(failures.length >= 2, 'each kill came while a step was under way');
  for (const failure of failures)
    assert.ok(failure instanceof WeirError && failure.recovery === 'retry', String(failure));
  assert.deepEqual(await broker.committedValues(output, steps), all);
  // The consumer commits outside of the producer's transactions: it may repeat, it may not miss.
  await waitFor(() => new Set(seen).size === steps, { deadlineMs: 30_000, what: 'the consumer' });
  assert.deepEqual(crashes, []);
  await consumer.stop();
});
