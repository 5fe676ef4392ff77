import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { readPublicKeys } from '@weir/audit';
import { streams } from '@weir/contracts';
import { replayAnswer, reportDigest, verifyManifest } from '@weir/replays';
import type { ReplayAnswer } from '@weir/replays';
import { waitFor } from '@weir/testkit';
import { assertSettled } from '../../detection/src/fixtures/settled.ts';
import { sampleTransactions } from '../../../packages/verdicts/src/fixtures/sample-transactions.ts';
import { startReplayStack } from './fixtures/replay-stack.ts';
import type { ReplayProcess } from './fixtures/replay-stack.ts';

const transactions = 600;

let stack: Awaited<ReturnType<typeof startReplayStack>>;
let worker: ReplayProcess;
before(async () => {
  stack = await startReplayStack(transactions);
  worker = await stack.startReplay('none');
});
after(async () => {
  await worker.end('SIGTERM');
  await stack.stop();
});

const range = {
  by: 'offsets',
  stretches: [0, 1].map((partition) => ({ partition, from: 0, to: transactions + 1 })),
};

async function plan(more: object): Promise<ReplayAnswer> {
  const answer = await worker.ask('ana', '/v1/replays', { range, ...more });
  assert.equal(answer.status, 201, answer.text);
  return replayAnswer.parse(answer.body);
}

async function planApproved(more: object): Promise<ReplayAnswer> {
  const planned = await plan(more);
  const answer = await worker.ask('ben', `/v1/replays/${planned.replayId}/approval`, { hash: planned.hash });
  assert.equal(answer.status, 200, answer.text);
  return planned;
}

const run = (replayId: string) => worker.ask('ana', `/v1/replays/${replayId}/run`, {});

async function stateOf(replayId: string): Promise<ReplayAnswer> {
  return replayAnswer.parse((await worker.ask('ben', `/v1/replays/${replayId}`)).body);
}

const ended = (replayId: string): Promise<ReplayAnswer> =>
  waitFor(
    async () => {
      const now = await stateOf(replayId);
      assert.notEqual(now.state, 'failed', JSON.stringify(now.trouble));
      return now.state === 'done' ? now : undefined;
    },
    { deadlineMs: 30_000, what: `the end of a replay\n${worker.log()}` },
  );

/** Where everything stands that a replay must not touch. */
async function liveState(): Promise<unknown> {
  const topics = (['received', 'decisions', 'cleared', 'held', 'rejected', 'releases'] as const).map(
    (stream) => streams[stream].topic,
  );
  return [await stack.positions(), ...(await Promise.all(topics.map(stack.log.kafka.offsets)))];
}

test('a replay that another person approved survives kill -9, and what it came to is proved by a key and the trail', async () => {
  const untouched = await liveState();
  const planned = await plan({ recordsPerSecond: 400 });
  const { replayId, hash } = planned;
  assert.ok(planned.estimate.keys.every(({ usable }) => usable));
  const own = await worker.ask('ana', `/v1/replays/${replayId}/approval`, { hash });
  assert.deepEqual([own.status, own.body['code']], [403, 'planner_is_approver']);
  assert.equal((await run(replayId)).body['code'], 'replay_not_approved');
  assert.equal((await worker.ask('ben', `/v1/replays/${replayId}/approval`, { hash })).status, 200);
  assert.equal((await run(replayId)).status, 200);

  const second = await planApproved({ recordsPerSecond: null });
  assert.equal((await run(second.replayId)).body['code'], 'replay_underway');

  await waitFor(() => existsSync(join(stack.replays, replayId, 'checkpoint.sealed')), {
    deadlineMs: 30_000,
    what: `a checkpoint\n${worker.log()}`,
  });
  await worker.end('SIGKILL');
  worker = await stack.startReplay('none');
  const { ending, plan: replayed } = await ended(replayId);
  assert.deepEqual([ending?.records, ending?.differences, ending?.unjudged], [2 * (transactions + 1), 0, 0]);

  const report = await worker.ask('ben', `/v1/replays/${replayId}/report`);
  const manifest = await worker.ask('ben', `/v1/replays/${replayId}/manifest`);
  const keys = readPublicKeys(await stack.publicKeyPem());
  const verified = await verifyManifest(Readable.from([Buffer.from(manifest.text)]), keys);
  assert.deepEqual(verified.findings, []);
  assert.deepEqual(
    [verified.root, verified.end?.plannedBy, verified.end?.approvedBy, verified.end?.reportSha256],
    [ending?.root, 'ana', 'ben', reportDigest(report.text)],
  );
  assert.deepEqual(verified.header?.plan, replayed);

  assert.equal((await run(second.replayId)).status, 200);
  assert.equal((await ended(second.replayId)).ending?.root, ending?.root, 'the same records, the same root');
  assert.deepEqual(await liveState(), untouched);

  const said = (await stack.entriesAbout(replayId)).map(({ actor, action, result }) =>
    [actor.name, action, result].join(' '),
  );
  assert.deepEqual(said, [
    'ana replay_planned begun',
    'ana replay_planned done',
    'ana replay_approved refused',
    'ana replay_run refused',
    'ben replay_approved begun',
    'ben replay_approved done',
    'ana replay_run begun',
    'ana replay_run done',
    'ben evidence_opened done',
  ]);
  const begun = (await stack.entriesAbout(replayId)).find(
    ({ action, result }) => action === 'replay_run' && result === 'begun',
  );
  const end = (await stack.entriesAbout(replayId)).find(
    ({ action, result }) => action === 'replay_run' && result === 'done',
  );
  assert.equal(end?.details['begun'], begun?.requestId);
  assert.doesNotMatch(worker.log(), /tx-\d|account-\d|a1_/);
});

test('a disk that fills pauses a replay with its reason, and once there is room it goes on to the same root', async () => {
  const whole = await planApproved({ recordsPerSecond: null });
  assert.equal((await run(whole.replayId)).status, 200);
  const { ending } = await ended(whole.replayId);
  await worker.end('SIGTERM');

  worker = await stack.startReplay('none', {}, 49_152);
  const { replayId } = await planApproved({ recordsPerSecond: null });
  assert.equal((await run(replayId)).status, 200);
  const paused = await waitFor(
    async () => {
      const now = await stateOf(replayId);
      return now.state === 'paused' ? now : undefined;
    },
    { deadlineMs: 30_000, what: `a replay that waits for room\n${worker.log()}` },
  );
  assert.equal(paused.trouble?.code, 'store_unavailable');
  assert.match(paused.trouble.message, /may not grow any more \(EFBIG\)/);
  assert.ok(statSync(join(stack.replays, replayId, 'manifest.ndjson')).size <= 49_152);
  await worker.end('SIGTERM');

  worker = await stack.startReplay('none');
  assert.equal((await stateOf(replayId)).state, 'paused');
  assert.equal((await worker.ask('ana', `/v1/replays/${replayId}/resume`, {})).status, 200);
  assert.deepEqual((await ended(replayId)).ending, ending);
});

test('a replay beside live load leaves live groups, topics, windows and verdicts as they would be without it', async () => {
  const names = await stack.names();
  const quiet = names.topics.filter((topic) => !isOfTheFlow(topic));
  const ends = () => Promise.all(quiet.map(stack.log.kafka.offsets));
  const before = await ends();
  const slow = await planApproved({ recordsPerSecond: 20 });
  assert.equal((await run(slow.replayId)).status, 200);
  const detection = stack.startDetection();
  const more = 400;
  for (let from = transactions; from < transactions + more; from += 100)
    for (const partition of [0, 1]) await stack.log.feed(partition, sampleTransactions(from, from + 100));
  const end = transactions + more + 1;
  await waitFor(async () => (await stack.positions()).every(({ next }) => next === end), {
    deadlineMs: 60_000,
    what: `decided transactions\n${detection.log()}`,
  });
  const beside = await stateOf(slow.replayId);
  assert.equal(beside.state, 'running', 'it ran all along');
  assert.equal((await worker.ask('ana', `/v1/replays/${slow.replayId}/stop`, {})).status, 200);
  assert.equal(await detection.end('SIGTERM'), 0);

  // What the log alone demands: every verdict once, with the journal and the bytes of the windows.
  await assertSettled(stack.log);
  const stretches = [0, 1].map((partition) => ({ partition, from: 0, to: end }));
  const whole = await planApproved({ range: { by: 'offsets', stretches }, recordsPerSecond: null });
  assert.equal((await run(whole.replayId)).status, 200);
  const { ending } = await ended(whole.replayId);
  assert.deepEqual([ending?.records, ending?.differences], [2 * end, 0]);
  await assertSettled(stack.log);
  assert.deepEqual(
    (await stack.positions()).map(({ next }) => next),
    [end, end],
  );
  assert.deepEqual(await stack.names(), names);
  assert.deepEqual(await ends(), before);
});

/** What live detection, the trail and the broker write by themselves; alerts and all else are told apart from it. */
const isOfTheFlow = (topic: string): boolean =>
  topic.startsWith('__') ||
  (['received', 'decisions', 'cleared', 'held', 'rejected', 'intake', 'audit'] as const).some(
    (stream) => streams[stream].topic === topic,
  );
