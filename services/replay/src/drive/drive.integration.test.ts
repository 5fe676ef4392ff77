import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { replayAnswer } from '@weir/replays';
import type { ReplayAnswer } from '@weir/replays';
import { makeTempFolder, waitFor } from '@weir/testkit';
import { startWebhookReceiver, status } from '../../../../packages/outbound/src/fixtures/webhook-receiver.ts';
import type { WebhookReceiver } from '../../../../packages/outbound/src/fixtures/webhook-receiver.ts';
import { startReplayStack } from '../fixtures/replay-stack.ts';
import type { ReplayProcess } from '../fixtures/replay-stack.ts';

const transactions = 300;
const token = 'T0KEN-of-staging';

let stack: Awaited<ReturnType<typeof startReplayStack>>;
let receiver: WebhookReceiver;
let worker: ReplayProcess;
let settings: Readonly<Record<string, string>>;
before(async () => {
  stack = await startReplayStack(transactions);
  receiver = await startWebhookReceiver();
  const folder = makeTempFolder('receivers');
  const [receivers, tokenFile] = [join(folder, 'receivers.json'), join(folder, 'token')];
  writeFileSync(tokenFile, token, { mode: 0o600 });
  const url = `http://127.0.0.1:${receiver.port}/HUSH`;
  writeFileSync(receivers, JSON.stringify([{ name: 'staging', url, tokenFile }]), { mode: 0o600 });
  settings = { REPLAY_RECEIVERS_FILE: receivers };
  worker = await stack.startReplay('compare', settings);
});
after(async () => {
  await worker.end('SIGTERM');
  await receiver.stop();
  await stack.stop();
});

const request = (name: string) => ({
  range: {
    by: 'offsets',
    stretches: [0, 1].map((partition) => ({ partition, from: 1, to: transactions + 1 })),
  },
  target: { kind: 'drive', receiver: name, speed: 1_000 },
});

const stateOf = async (replayId: string): Promise<ReplayAnswer> =>
  replayAnswer.parse((await worker.ask('ben', `/v1/replays/${replayId}`)).body);

const placesIn = ({ body }: WebhookReceiver['posts'][number]): string[] =>
  (JSON.parse(body) as { weirplace: string }[]).map(({ weirplace }) => weirplace);

test('a drive takes two people and a receiver that is configured, and kill -9 repeats only what was under way', async () => {
  const unknown = await worker.ask('ana', '/v1/replays', request('elsewhere'));
  assert.deepEqual([unknown.status, unknown.body['code']], [422, 'receiver_unconfigured']);

  const made = await worker.ask('ana', '/v1/replays', request('staging'));
  assert.equal(made.status, 201, made.text);
  const { replayId, hash } = replayAnswer.parse(made.body);
  const run = () => worker.ask('ana', `/v1/replays/${replayId}/run`, {});
  assert.equal((await run()).body['code'], 'replay_not_approved');
  assert.equal((await worker.ask('ben', `/v1/replays/${replayId}/approval`, { hash })).status, 200);

  // The third is never answered: it is under way when the process ends.
  receiver.answer((response, post) => {
    if (receiver.posts.length < 3) status(204)(response, post);
  });
  assert.equal((await run()).status, 200);
  await waitFor(() => receiver.posts.length === 3, {
    deadlineMs: 30_000,
    what: `a request under way\n${worker.log()}`,
  });
  await worker.end('SIGKILL');
  const before = worker.log();
  receiver.answer(status(204));
  worker = await stack.startReplay('compare', settings);
  const { ending, trouble } = await waitFor(
    async () => {
      const now = await stateOf(replayId);
      return now.state === 'done' || now.state === 'failed' ? now : undefined;
    },
    { deadlineMs: 30_000, what: `the end of a replay\n${worker.log()}` },
  );
  assert.equal(trouble, null);
  assert.deepEqual([ending?.records, ending?.unjudged], [2 * transactions, 0]);

  const report = (await worker.ask('ben', `/v1/replays/${replayId}/report`)).body;
  assert.equal(report['handedOver'], 2 * transactions);
  assert.match(String(report['notes']), /^The receiver took them in \d+ requests?\.$/);

  const bodies = Map.groupBy(receiver.posts, ({ headers }) => String(headers['idempotency-key']));
  for (const posts of bodies.values()) assert.equal(new Set(posts.map(({ body }) => body)).size, 1);
  const once = [...bodies.values()].flatMap(([first]) => (first === undefined ? [] : placesIn(first)));
  assert.equal(once.length, 2 * transactions);
  for (const partition of [0, 1]) {
    const offsets = once
      .map((place) => place.split('/'))
      .filter(([, of]) => of === String(partition))
      .map(([, , offset]) => Number(offset));
    assert.deepEqual(
      offsets,
      Array.from({ length: transactions }, (_unused, at) => at + 1),
    );
  }
  const again = receiver.posts.length - bodies.size;
  assert.ok(again >= 1 && again <= 3, `${again} came again`);
  assert.doesNotMatch(before + worker.log(), /HUSH|T0KEN|tx-\d|account-\d|a1_/);
});
