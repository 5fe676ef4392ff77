import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { TestContext } from 'node:test';
import { streams, WeirError } from '@weir/contracts';
import type { KafkaRecord } from '@weir/kafka';
import { createDevelopmentAuthority } from '@weir/local';
import type { DevelopmentAuthority } from '@weir/local';
import { makeTempFolder } from '@weir/testkit';
import { startWebhookReceiver, status } from '../../../../packages/outbound/src/fixtures/webhook-receiver.ts';
import { sampleTransactions } from '../../../../packages/verdicts/src/fixtures/sample-transactions.ts';
import { startDetectionBench } from '../../../detection/src/fixtures/detection-bench.ts';
import type { DetectionBench } from '../../../detection/src/fixtures/detection-bench.ts';
import { createTestLog } from '../../../detection/src/fixtures/test-log.ts';
import type { TestLog } from '../../../detection/src/fixtures/test-log.ts';
import type { ReplayCheckpoint } from '../engine/checkpoint.ts';
import { samplePlan } from '../fixtures/kept-replay.ts';
import { openReceiver } from './open-receiver.ts';
import { createReceiverBook } from './receivers.ts';
import { runDrive } from './run-drive.ts';

const token = 'T0KEN-of-staging';
const secretPath = '/hooks/SECRET';
const perPartition = 40;

let bench: DetectionBench;
let log: TestLog;
let records: readonly KafkaRecord[];
let authority: DevelopmentAuthority;
before(async () => {
  bench = await startDetectionBench({ own: false });
  log = await createTestLog(bench, { partitions: 2 });
  // Written one after the other, so that the broker stamps them as it likes.
  for (let n = 0; n < perPartition; n += 1)
    for (const partition of [0, 1]) await log.feed(partition, sampleTransactions(n, n + 1));
  records = await log.read('received');
  authority = await createDevelopmentAuthority();
});
after(() => bench.close());

const plan = (speed: number) =>
  samplePlan('abcdefghijk0', {
    ...{ environment: log.environment, logId: log.logId },
    stretches: [0, 1].map((partition) => ({ partition, warmFrom: 0, from: 1, to: perPartition + 1 })),
    target: { kind: 'drive', receiver: 'staging', speed },
  });

/** A receiver with a certificate of its own authority, and the file that names it. */
async function startReceiver(context: TestContext, ca: string = authority.caPem) {
  const { certPem, keyPem } = await authority.issue({ name: 'receiver', use: 'server' });
  const receiver = await startWebhookReceiver({ tls: { cert: certPem, key: keyPem } });
  context.after(receiver.stop);
  const folder = makeTempFolder('drive');
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    chmodSync(path, 0o600);
    return path;
  };
  const url = `https://localhost:${receiver.port}${secretPath}`;
  const files = { tokenFile: file('token', token), caFile: file('ca.pem', ca) };
  const book = createReceiverBook(
    file('receivers.json', JSON.stringify([{ name: 'staging', url, ...files }])),
  );
  return { receiver, book };
}

/** Drives from the beginning, on a clock that passes where somebody waits; answers when each request was made. */
async function drive({ receiver, book }: Awaited<ReturnType<typeof startReceiver>>, speed: number) {
  let nowMs = 0;
  const times: number[] = [];
  const checkpoints: ReplayCheckpoint[] = [];
  const { kafka, kms, environment } = log;
  receiver.answer((response, post) => {
    times.push(nowMs);
    status(204)(response, post);
  });
  const outcome = await runDrive({
    plan: plan(speed),
    parts: {
      ...{ kafka, opener: kms.opener, environment },
      clock: { nowMs: () => nowMs, sleep: async (delayMs) => void (nowMs += delayMs) },
    },
    checkpoint: undefined,
    control: { wish: () => 'goOn', signal: new AbortController().signal },
    keep: async ({ checkpoint }) => void checkpoints.push(checkpoint),
    observe: { progress: () => undefined },
    openReceiver: (name) => openReceiver(book, name),
    requireLog: async () => undefined,
    listed: () => assert.fail('a plan without a filter needs no list'),
  });
  return { outcome, times, checkpoints };
}

type Event = { readonly weirplace: string; readonly data: { readonly transactionId: string } };

test('a receiver over TLS gets the log in its order, at its gaps, with the token and under a key each', async (context) => {
  const to = await startReceiver(context);
  const speed = 0.25;
  const { outcome, times } = await drive(to, speed);
  assert.equal(outcome.kind, 'done');
  assert.equal(outcome.checkpoint.counts.handedOver, 2 * perPartition);
  const { posts } = to.receiver;
  const batches = posts.map(({ body }) => JSON.parse(body) as Event[]);
  const byTime = records
    .filter(({ offset }) => offset > 0)
    .toSorted((one, other) => one.timestampMs - other.timestampMs || one.partition - other.partition);
  const place = ({ partition, offset }: KafkaRecord): string =>
    `${streams.received.topic}/${partition}/${offset}`;
  assert.deepEqual(
    batches.flat().map(({ weirplace }) => weirplace),
    byTime.map(place),
  );
  const atMs = new Map(byTime.map((record) => [place(record), record.timestampMs]));
  const dueMs = batches.map((batch) => atMs.get(batch.at(-1)?.weirplace ?? '') ?? NaN);
  for (const [index, due] of dueMs.entries()) {
    const plannedMs = (due - (dueMs[0] ?? NaN)) / speed;
    assert.ok(Math.abs((times[index] ?? NaN) - (times[0] ?? NaN) - plannedMs) < 1, `${index}`);
  }
  assert.ok(posts.length > 1);
  assert.equal(new Set(posts.map(({ headers }) => headers['idempotency-key'])).size, posts.length);
  for (const { headers, method, path } of posts) {
    assert.deepEqual([method, path, headers.authorization], ['POST', secretPath, `Bearer ${token}`]);
    assert.equal(headers['content-type'], 'application/cloudevents-batch+json; charset=utf-8');
    assert.match(String(headers['idempotency-key']), /^"abcdefghijk0:\d-\d+:\d-\d+"$/);
  }
});

test('what a receiver answers decides what comes of it, and no error says where it is or what it was sent', async (context) => {
  const to = await startReceiver(context);
  const stranger = await startReceiver(context, (await createDevelopmentAuthority()).caPem);
  for (const [answer, code, said, by = to] of [
    [status(503), 'receiver_unavailable', /http_status 503/],
    [status(429, { 'retry-after': '7' }), 'receiver_unavailable', /http_status 429/],
    [status(409), 'receiver_unavailable', /http_status 409/],
    [status(422), 'receiver_refused', /http_status 422/],
    [status(401), 'receiver_refused', /http_status 401/],
    [status(307, { location: 'https://elsewhere.example/' }), 'receiver_refused', /redirect 307/],
    [status(204), 'receiver_unavailable', /UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED/, stranger],
  ] as const) {
    const before = by.receiver.posts.length;
    const driving = drive({ ...by, receiver: { ...by.receiver, answer: () => undefined } }, 1_000);
    by.receiver.answer(answer);
    const error: unknown = await driving.then(
      () => assert.fail('it was taken'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof WeirError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, said);
    assert.match(error.message, new RegExp(`for ${streams.received.topic.replaceAll('.', '\\.')}/\\d/1 to `));
    assert.doesNotMatch(error.message, /SECRET|T0KEN|localhost|tx-|account-|a1_/);
    assert.equal(by.receiver.posts.length, before + (by === to ? 1 : 0));
  }
});

test('a receiver that was taken out of the file is waited for', async (context) => {
  const { receiver } = await startReceiver(context);
  const book = createReceiverBook(undefined);
  await assert.rejects(drive({ receiver, book }, 1), {
    code: 'receiver_unavailable',
    message: 'the receiver staging can not be used: REPLAY_RECEIVERS_FILE: not set',
  });
});
