import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { streams } from '@weir/contracts';
import { openEvents } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import { replayAnswer } from '@weir/replays';
import type { ReplayAnswer } from '@weir/replays';
import { waitFor } from '@weir/testkit';
import { startReplayStack } from '../fixtures/replay-stack.ts';
import type { ReplayProcess } from '../fixtures/replay-stack.ts';

/** With the record that names the log, so many offsets in each of two partitions: one chunk of a run. */
const transactions = 300;
const each = transactions + 1;

let stack: Awaited<ReturnType<typeof startReplayStack>>;
let worker: ReplayProcess;
before(async () => {
  stack = await startReplayStack(transactions);
  worker = await stack.startReplay('compare');
});
after(async () => {
  await worker.end('SIGTERM');
  await stack.stop();
});

/** So many seconds in a partition: a record that isn't opened counts as a tenth. */
const slowly = { recordsPerSecond: 5 };
const endlessly = { recordsPerSecond: 1 };

/** Plans a copy of the whole log and has it approved. */
async function approved(topic: string, more: object = { recordsPerSecond: null }): Promise<string> {
  const range = { by: 'offsets', stretches: [0, 1].map((partition) => ({ partition, from: 0, to: each })) };
  const planned = await worker.ask('ana', '/v1/replays', {
    range,
    target: { kind: 'shadow', topic },
    ...more,
  });
  assert.equal(planned.status, 201, planned.text);
  const { replayId, hash, needsApproval } = replayAnswer.parse(planned.body);
  assert.ok(needsApproval);
  assert.equal((await worker.ask('ben', `/v1/replays/${replayId}/approval`, { hash })).status, 200);
  return replayId;
}

const act = (replayId: string, kind: string) => worker.ask('ana', `/v1/replays/${replayId}/${kind}`, {});
const kafka = () => stack.log.kafka;

const becomes = (replayId: string, state: ReplayAnswer['state']): Promise<ReplayAnswer> =>
  waitFor(
    async () => {
      const now = replayAnswer.parse((await worker.ask('ben', `/v1/replays/${replayId}`)).body);
      return now.state === state ? now : undefined;
    },
    { deadlineMs: 120_000, what: `a replay that is ${state}\n${worker.log()}` },
  );

async function isCopied(topic: string, partition: number): Promise<boolean> {
  if (!(await kafka().hasTopic(topic))) return false;
  return (await kafka().offsets(topic)).some((one) => one.partition === partition && one.end === each);
}
const copied = (topic: string, partition: number): Promise<unknown> =>
  waitFor(() => isCopied(topic, partition), { deadlineMs: 120_000, what: `a copy\n${worker.log()}` });
const gone = (topic: string): Promise<unknown> =>
  waitFor(async () => !(await kafka().hasTopic(topic)), { deadlineMs: 120_000, what: `${topic} to be gone` });

async function recordsOf(topic: string): Promise<readonly KafkaRecord[]> {
  const records: KafkaRecord[] = [];
  await kafka().readRange({
    ...{ topic, from: 'earliest', onRecord: (record) => void records.push(record) },
    ...{ readCommitted: true, deadlineMs: 30_000 },
  });
  return records.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
}

/** Where everything stands that a replay must not touch. */
async function liveState(): Promise<unknown> {
  const topics = (['received', 'decisions', 'cleared', 'held', 'rejected', 'releases'] as const).map(
    (stream) => streams[stream].topic,
  );
  return [await stack.positions(), ...(await Promise.all(topics.map(kafka().offsets)))];
}

const said = async (replayId: string): Promise<readonly string[]> =>
  (await stack.entriesAbout(replayId)).map(
    ({ actor, action, result }) => `${actor.name} ${action} ${result}`,
  );

test('a copy that is killed in its middle has every record once, with every byte and its time, until it is discarded', async () => {
  const untouched = await liveState();
  const topic = 'weir.replay.copy';
  const replayId = await approved(topic, slowly);
  assert.equal((await act(replayId, 'run')).status, 200);
  // The records of the second partition are there, and no checkpoint says so yet.
  await copied(topic, 1);
  await worker.end('SIGKILL');
  worker = await stack.startReplay('compare');
  const { ending } = await becomes(replayId, 'done');
  assert.equal(ending?.records, 2 * each);

  const [originals, copies] = [await stack.log.read('received'), await recordsOf(topic)];
  const bytes = ({ partition, offset, timestampMs, key, value }: KafkaRecord) => ({
    ...{ partition, offset, timestampMs, key, value },
  });
  assert.deepEqual(copies.map(bytes), originals.map(bytes));
  const more = ['weir_from_offset', 'weir_from_partition', 'weir_from_topic', 'weir_replay'];
  copies.forEach(({ headers }, at) => {
    const own = Object.entries(headers).filter(([name]) => !more.includes(name));
    assert.deepEqual(Object.fromEntries(own), { ...originals[at]?.headers });
    assert.deepEqual(
      more.map((name) => String(headers[name])),
      [String(originals[at]?.offset), String(originals[at]?.partition), streams.received.topic, replayId],
    );
  });
  const opening = { opener: stack.log.kms.opener, stream: 'received', environment: 'local' } as const;
  const opened = await openEvents(opening, copies);
  assert.ok(
    opened.every(({ ok }) => ok),
    'whoever may open the log opens the copy',
  );
  assert.deepEqual(await liveState(), untouched);

  const again = await worker.ask('ana', '/v1/replays', {
    range: { by: 'offsets', stretches: [{ partition: 0, from: 0, to: 5 }] },
    target: { kind: 'shadow', topic },
  });
  assert.deepEqual([again.status, again.body['code']], [409, 'target_exists']);

  assert.equal((await act(replayId, 'discard')).status, 200);
  assert.equal(await kafka().hasTopic(topic), false);
  assert.equal(existsSync(join(stack.replays, replayId)), false);
  assert.deepEqual((await said(replayId)).slice(-2), [
    'ana replay_discarded begun',
    'ana replay_discarded done',
  ]);
  assert.deepEqual(await liveState(), untouched);
  assert.doesNotMatch(worker.log(), /tx-\d|account-\d|a1_/);
});

test('a copy that is stopped leaves no topic, and one whose topic came about since fails and leaves it alone', async () => {
  const stopped = await approved('weir.replay.stopped', endlessly);
  await act(stopped, 'run');
  await copied('weir.replay.stopped', 0);
  assert.equal((await act(stopped, 'stop')).status, 200);
  await gone('weir.replay.stopped');

  const late = await approved('weir.replay.late');
  const spec = { topic: 'weir.replay.late', partitions: 2, replicationFactor: 1, config: {} };
  assert.equal(await kafka().createTopic(spec), 'created');
  await act(late, 'run');
  const { trouble } = await becomes(late, 'failed');
  assert.equal(trouble?.code, 'topic_mismatch');
  assert.match(trouble?.message ?? '', /weir\.replay\.late exists, and this replay has not made it/);
  assert.equal((await act(late, 'discard')).status, 200);
  assert.ok(await kafka().hasTopic('weir.replay.late'));
});

test('records of somebody else fail a copy, and its topic goes, also where the process was killed just then', async () => {
  const topic = 'weir.replay.written';
  const replayId = await approved(topic, endlessly);
  await act(replayId, 'run');
  await copied(topic, 0);
  const producer = await kafka().createProducer();
  await producer.append(topic, 0, [{ key: 'somebody', value: Buffer.from('else'), headers: {} }]);
  await producer.close();
  await worker.end('SIGKILL');
  worker = await stack.startReplay('compare');
  const { trouble } = await becomes(replayId, 'failed');
  assert.match(trouble?.message ?? '', /records that this replay has not copied there/);
  await gone(topic);
});
