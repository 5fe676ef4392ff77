import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { readPublicKeys } from '@weir/audit';
import { streams } from '@weir/contracts';
import { replayAnswer, reportDigest, verifyManifest } from '@weir/replays';
import type { ReplayAnswer } from '@weir/replays';
import { waitFor } from '@weir/testkit';
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
