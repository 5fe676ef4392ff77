import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { readPublicKeys } from '@weir/audit';
import { replayAnswer, verifyManifest } from '@weir/replays';
import type { ReplayAnswer } from '@weir/replays';
import { waitFor } from '@weir/testkit';
import { startReplayStack } from '../fixtures/replay-stack.ts';
import type { ReplayProcess } from '../fixtures/replay-stack.ts';

const transactions = 600;

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

const range = {
  by: 'offsets',
  stretches: [0, 1].map((partition) => ({ partition, from: 0, to: 10 * transactions })),
};

async function plan(more: object): Promise<ReplayAnswer> {
  const answer = await worker.ask('ana', '/v1/replays', { range, ...more });
  assert.equal(answer.status, 201, answer.text);
  return replayAnswer.parse(answer.body);
}

const act = async (who: string, replayId: string, what: string, body: object = {}) => {
  const { status, body: answer } = await worker.ask(who, `/v1/replays/${replayId}/${what}`, body);
  return [status, answer['code']];
};

const stateOf = async (replayId: string): Promise<ReplayAnswer> =>
  replayAnswer.parse((await worker.ask('ben', `/v1/replays/${replayId}`)).body);

const ended = (replayId: string): Promise<ReplayAnswer> =>
  waitFor(
    async () => {
      const now = await stateOf(replayId);
      assert.notEqual(now.state, 'failed', JSON.stringify(now.trouble));
      return now.state === 'done' ? now : undefined;
    },
    { deadlineMs: 60_000, what: `the end of a replay\n${worker.log()}` },
  );

/** Has it approved by somebody else, and run. */
async function runApproved({ replayId, hash }: ReplayAnswer): Promise<void> {
  assert.deepEqual(await act('ben', replayId, 'approval', { hash }), [200, undefined]);
  assert.deepEqual(await act('ana', replayId, 'run'), [200, undefined]);
}

type Line = {
  readonly partition: number;
  readonly offset: number;
  readonly type: string;
  readonly data: object;
};

test('an export takes two people, survives kill -9, and holds each record once in the order of the log', async () => {
  const planned = await plan({ target: { kind: 'export', format: 'ndjson' }, recordsPerSecond: 400 });
  const { replayId, hash } = planned;
  const exported = `/v1/replays/${replayId}/export`;
  assert.ok(planned.needsApproval && planned.estimate.keys.every(({ usable }) => usable));
  assert.deepEqual(await act('ana', replayId, 'run'), [409, 'replay_not_approved']);
  assert.deepEqual(await act('ana', replayId, 'approval', { hash }), [403, 'planner_is_approver']);
  await runApproved(planned);

  const folder = join(stack.replays, replayId);
  await waitFor(
    () => readdirSync(folder).includes('export.sealed') && statSync(join(folder, 'export.sealed')).size > 0,
    { deadlineMs: 30_000, what: `sealed pieces\n${worker.log()}` },
  );
  assert.equal((await worker.ask('ana', exported)).body['code'], 'replay_unfinished');
  await worker.end('SIGKILL');
  const firstLog = worker.log();
  worker = await stack.startReplay('compare');
  const { ending } = await ended(replayId);

  const answer = await worker.ask('ana', exported);
  assert.equal(answer.status, 200);
  const lines = answer.text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
  const log = (await stack.log.read('received')).filter(({ partition }) => partition < 2);
  const inOrder = log.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
  assert.deepEqual(
    lines.map(({ partition, offset }) => [partition, offset]),
    inOrder.map(({ partition, offset }) => [partition, offset]),
  );
  assert.ok(lines.every(({ data }) => 'transactionId' in data || 'logId' in data));
  assert.deepEqual([ending?.records, ending?.handedOver, ending?.unjudged], [log.length, log.length, 0]);

  const manifest = await worker.ask('ben', `/v1/replays/${replayId}/manifest`);
  const keys = readPublicKeys(await stack.publicKeyPem());
  const verified = await verifyManifest(Readable.from([Buffer.from(manifest.text)]), keys);
  assert.deepEqual([verified.findings, verified.root], [[], ending?.root]);

  const said = (await stack.entriesAbout(replayId)).map(({ actor, action, result }) =>
    [actor.name, action, result].join(' '),
  );
  assert.deepEqual(said, [
    'ana replay_planned begun',
    'ana replay_planned done',
    'ana replay_run refused',
    'ana replay_approved refused',
    'ben replay_approved begun',
    'ben replay_approved done',
    'ana replay_run begun',
    'ana replay_run done',
    'ana evidence_opened done',
  ]);
  const inClear = /tx-\d|account-\d|a1_[\w-]{22}|"data"/;
  for (const name of readdirSync(folder))
    assert.doesNotMatch(readFileSync(join(folder, name), 'latin1'), inClear);
  assert.doesNotMatch(firstLog + worker.log(), inClear);
});

test('other streams are exported as they stand, as a table where they are of transactions', async () => {
  const refused = await worker.ask('ana', '/v1/replays', {
    ...{ range, stream: 'decisions', target: { kind: 'export', format: 'csv' } },
  });
  assert.deepEqual([refused.status, refused.body['code']], [422, 'target_unfit']);
  for (const [stream, format] of [
    ['held', 'csv'],
    ['decisions', 'ndjson'],
  ] as const) {
    const planned = await plan({ stream, target: { kind: 'export', format }, recordsPerSecond: null });
    await runApproved(planned);
    const { ending } = await ended(planned.replayId);
    const { text } = await worker.ask('ana', `/v1/replays/${planned.replayId}/export`);
    const records = await stack.log.read(stream);
    assert.ok(records.length > 0);
    assert.equal(text.trimEnd().split('\n').length, records.length + (format === 'csv' ? 1 : 0));
    assert.equal(ending?.handedOver, records.length);
  }
});
