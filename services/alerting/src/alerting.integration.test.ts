import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TestContext } from 'node:test';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { alertWebhook, streams } from '@weir/contracts';
import type { Alert } from '@weir/contracts';
import { canaries, findCanaries, waitFor } from '@weir/testkit';
import { Webhook } from 'standardwebhooks';
import { startAlertingStack } from './fixtures/alerting-stack.ts';
import type { AlertingStack, AlertingWorker, ReceivedMail } from './fixtures/alerting-stack.ts';
import { heldTransaction } from './fixtures/notices.ts';
import { refuseSenders, startScriptedRelay } from './fixtures/scripted-relay.ts';
import { startWebhookReceiver, status } from './fixtures/webhook-receiver.ts';
import type { ReceivedPost } from './fixtures/webhook-receiver.ts';

let stack: AlertingStack;
before(async () => {
  stack = await startAlertingStack();
});
after(() => stack.stop());

let made = 0;
/** Held transactions nobody has seen before, full of what must not leak. */
const newHeld = (partition: number, count: number) =>
  Array.from({ length: count }, () => {
    made += 1;
    const identity = `t1_${String(made).padStart(22, '0')}`;
    const held = heldTransaction({
      sourcePartition: partition,
      transaction: {
        transactionId: `tx-${made}`,
        account: { other: { id: canaries.iban } },
        counterparty: { name: canaries.counterpartyName },
        remittanceInformation: canaries.description,
      },
    });
    return { held, identity };
  });

async function worker(
  context: TestContext,
  different: Readonly<Record<string, string>> = {},
): Promise<AlertingWorker> {
  const started = await stack.startWorker(different);
  context.after(async () => {
    started.kill();
    await started.exited;
  });
  return started;
}

const secrets = [randomBytes(32), randomBytes(32)].map((bytes) => `whsec_${bytes.toString('base64')}`);

/** A receiver, and what makes a worker post to it. */
async function receiver(context: TestContext, port = 0) {
  const started = await startWebhookReceiver({ port });
  context.after(started.stop);
  const secretsFile = join(stack.folder, 'webhook-secrets');
  writeFileSync(secretsFile, `${secrets.join('\n')}\n`, { mode: 0o600 });
  const env = {
    WEBHOOK_URL: `http://127.0.0.1:${started.port}/alerts/hunter2`,
    WEBHOOK_SECRETS_FILE: secretsFile,
    WEBHOOK_ALLOW_PRIVATE: '127.0.0.1',
    WEBHOOK_TIMEOUT_MS: '2000',
    // A proxy of the environment would be asked for an address that nobody has checked.
    NODE_USE_ENV_PROXY: '1',
    HTTP_PROXY: 'http://127.0.0.1:9',
  };
  return { ...started, env };
}

/** What was posted about these transactions, after its signature has been checked with each secret. */
const postsAbout = (posts: readonly ReceivedPost[], transactionIds: readonly string[]) =>
  posts
    .map((post) => {
      for (const secret of secrets)
        new Webhook(secret).verify(post.body, post.headers as Record<string, string>);
      return {
        key: post.headers['webhook-id'],
        body: post.body,
        alert: alertWebhook.parse(JSON.parse(post.body)),
      };
    })
    .filter(
      ({ alert }) =>
        alert.type === 'weir.alert.unusual_transactions.v1' &&
        transactionIds.includes(alert.transactionIds[0] ?? ''),
    );

async function inbox(context: TestContext): Promise<void> {
  const opened = await stack.openInbox();
  context.after(() => opened.stop());
}

const idsOf = (alerts: readonly Alert[]): readonly string[] =>
  alerts.flatMap((alert) => (alert.kind === 'unusual_transactions' ? alert.transactionIds : []));

/** The alerts about these transactions, once there are at least as many. */
const alertsAbout = (transactionIds: readonly string[]) =>
  waitFor(
    async () => {
      const found = (await stack.alerts()).filter(
        (alert) =>
          alert.kind === 'unusual_transactions' && transactionIds.includes(alert.transactionIds[0] ?? ''),
      );
      return found.length >= transactionIds.length && found;
    },
    { deadlineMs: 60_000, what: 'an alert for each held transaction' },
  );

/** The mails with the delivery keys of these alerts. */
async function mailsOf(alerts: readonly Alert[]): Promise<readonly ReceivedMail[]> {
  const keys = alerts.flatMap(({ deliveries }) =>
    deliveries.filter(({ channel }) => channel === 'mail').map(({ deliveryKey }) => deliveryKey),
  );
  return (await stack.mails()).filter(({ messageId }) =>
    keys.some((key) => messageId === `<${key}@localhost>`),
  );
}

const transactionIdsOf = (held: ReturnType<typeof newHeld>) =>
  held.map((one) => one.held.transaction.transactionId);

test('Each held transaction leads to one mail and one alert record, on whatever partition', async (context) => {
  await inbox(context);
  const running = await worker(context);
  const held = [newHeld(0, 3), newHeld(1, 2)] as const;
  await stack.appendHeld(0, held[0]);
  await stack.appendHeld(1, held[1]);
  const expected = transactionIdsOf(held.flat());

  const alerts = await alertsAbout(expected);
  const mails = await mailsOf(alerts);
  assert.deepEqual(idsOf(alerts).toSorted(), expected.toSorted());
  assert.deepEqual(
    mails.map(({ deliveries }) => deliveries),
    [1, 1, 1, 1, 1],
  );
  const [mail] = mails;
  const header = (name: string) => mail?.headers.find((one) => one.name.toLowerCase() === name)?.value;
  assert.equal(mail?.subject, `High: 9,500.00 EUR out of •••• ${canaries.iban.slice(-4)}, held`);
  assert.equal(header('auto-submitted'), 'auto-generated');
  assert.equal(header('list-id'), 'Weir alerts <alerts.weir.localhost>');
  assert.match(mail?.text ?? '', /transactions\.held\.v1, partition \d, offset \d/);

  assert.deepEqual(findCanaries(Buffer.from(JSON.stringify(mails))), []);
  assert.deepEqual(findCanaries(Buffer.from(running.log())), []);
  const sealed = await stack.raw('alerts');
  for (const { key, value, headers } of sealed)
    assert.deepEqual(
      findCanaries(
        Buffer.concat([
          key ?? Buffer.alloc(0),
          value ?? Buffer.alloc(0),
          ...Object.values(headers).map((one) => one ?? Buffer.alloc(0)),
        ]),
      ),
      [],
    );

  assert.equal((await running.get('/readyz')).status, 200);
  // What is counted is counted when the transaction's answer has come back, a moment behind its readers.
  for (const series of [
    'weir_alerts_total{kind="unusual_transactions",severity="high",service="alerting"} 5',
    'weir_deliveries_total{channel="mail",outcome="accepted",service="alerting"} 5',
    'weir_lag_records{stream="held",partition="0",service="alerting"} 0',
  ])
    await waitFor(async () => (await running.get('/metrics')).body.includes(series), { what: series });
  assert.equal(await running.stop(), 0);
});

test('A worker killed between the mails and their alert records repeats the mails and no alert', async (context) => {
  await inbox(context);
  const held = newHeld(0, 6);
  await stack.appendHeld(0, held);
  const killed = await worker(context);
  let taken = 0;
  // The inbox has the sixth mail and has not said so yet: every mail is there, and no alert.
  stack.onMail(() => {
    taken += 1;
    if (taken === 6) killed.kill();
  });
  assert.equal(await killed.exited, null);
  stack.onMail(() => undefined);
  const expected = transactionIdsOf(held);
  assert.deepEqual(
    idsOf(await stack.alerts()).filter((id) => expected.includes(id)),
    [],
  );

  await worker(context);
  const alerts = await alertsAbout(expected);
  assert.deepEqual(idsOf(alerts).toSorted(), expected.toSorted());
  const mails = await mailsOf(alerts);
  assert.equal(mails.length, 6, 'the receiver knows the repeated mails by their Message-IDs');
  assert.deepEqual(
    mails.map(({ deliveries }) => deliveries),
    [2, 2, 2, 2, 2, 2],
  );
});

test('While the relay is away or refuses, nothing is lost, the worker says so, and then goes on', async (context) => {
  const refusing = await startScriptedRelay(stack.smtpPort, refuseSenders);
  const running = await worker(context);
  const held = newHeld(1, 3);
  await stack.appendHeld(1, held);
  const expected = transactionIdsOf(held);
  const notReady = (reason: string) =>
    waitFor(
      async () => {
        const { status, body } = await running.get('/readyz');
        return status === 503 && body.includes(`{"part":"mail","reason":"${reason}"}`);
      },
      { deadlineMs: 30_000, what: `/readyz to say ${reason}` },
    );

  await waitFor(() => running.log().includes('the receiver refuses a notification for good'), {
    deadlineMs: 30_000,
  });
  await notReady('mail_refused');
  assert.match(
    running.log(),
    /"level":"error"[^\n]*"outcome":"refused"[^\n]*"code":"EENVELOPE","status":550/,
  );
  assert.doesNotMatch(running.log(), /no such user/);
  await refusing.stop();
  await waitFor(() => /"outcome":"unavailable"/.test(running.log()), { deadlineMs: 30_000 });
  await notReady('mail_unavailable');
  assert.equal((await running.get('/healthz')).status, 200);
  assert.deepEqual(
    idsOf(await stack.alerts()).filter((id) => expected.includes(id)),
    [],
  );

  await inbox(context);
  const alerts = await alertsAbout(expected);
  assert.deepEqual(idsOf(alerts).toSorted(), expected.toSorted());
  assert.equal((await mailsOf(alerts)).length, 3);
  await waitFor(async () => (await running.get('/readyz')).status === 200, { deadlineMs: 30_000 });
});

test('A stranger among the held transactions is set aside and told about, and its partition goes on', async (context) => {
  await inbox(context);
  await worker(context);
  const held = newHeld(0, 1);
  const { firstOffset } = await stack.appendRaw('held', 0, Buffer.from('{"iban":"a stranger"}'));
  await stack.appendHeld(0, held);

  await alertsAbout(transactionIdsOf(held));
  const refusedAlerts = (topic: string) =>
    waitFor(
      async () => {
        const found = (await stack.alerts()).filter(
          (alert) => alert.kind === 'refused_record' && alert.topic === topic,
        );
        return found.length > 0 && found;
      },
      { deadlineMs: 60_000, what: 'an alert about a refused record' },
    );
  const [alert] = await refusedAlerts(streams.held.topic);
  assert.ok(alert?.kind === 'refused_record');
  assert.deepEqual([alert.code, alert.partition, alert.offset], ['not_sealed', 0, firstOffset]);
  const [mail] = await mailsOf([alert]);
  assert.match(
    mail?.subject ?? '',
    /^Critical: a record on transactions\.held\.v1 was refused, it is not sealed$/,
  );
  assert.doesNotMatch(JSON.stringify(mail), /a stranger/);

  // A dead letter nobody can read is told about once, and writes no further one.
  const stray = await stack.appendRaw('rejected', 1, Buffer.from('not sealed either'));
  const alerts = await refusedAlerts(streams.rejected.topic);
  assert.deepEqual(
    alerts.map((one) => one.kind === 'refused_record' && [one.partition, one.offset]),
    [[1, stray.firstOffset]],
  );
  const letters = await stack.raw('rejected');
  assert.equal(letters.length, 2);
  // The notary is asked about each by whoever refused it, once.
  assert.deepEqual((await stack.refusalsToAudit()).toSorted(), [
    `${streams.held.topic}-0-${firstOffset}`,
    `${streams.rejected.topic}-1-${stray.firstOffset}`,
  ]);
});

test('While the KMS is away nobody is told and nothing is lost', async (context) => {
  await inbox(context);
  const held = newHeld(1, 1);
  await stack.appendHeld(1, held);
  stack.setKmsUnavailable(true);
  context.after(() => stack.setKmsUnavailable(false));
  const running = await worker(context);
  await waitFor(async () => (await running.get('/readyz')).body.includes('"reason":"kms_unavailable"'), {
    deadlineMs: 60_000,
    what: '/readyz to say kms_unavailable',
  });
  stack.setKmsUnavailable(false);
  const alerts = await alertsAbout(transactionIdsOf(held));
  assert.deepEqual(
    (await mailsOf(alerts)).map(({ deliveries }) => deliveries),
    [1],
  );
});

test('A webhook that is away delays its alerts, repeats no mail, and gets each of them once it is back', async (context) => {
  await inbox(context);
  const { env, answer, posts } = await receiver(context);
  answer(status(503, { 'retry-after': '1' }));
  const running = await worker(context, env);
  const held = newHeld(0, 3);
  await stack.appendHeld(0, held);
  const expected = transactionIdsOf(held);
  await waitFor(
    async () =>
      (await running.get('/readyz')).body.includes('{"part":"webhook","reason":"webhook_unavailable"}'),
    { deadlineMs: 30_000, what: '/readyz to say webhook_unavailable' },
  );
  // Tried more than once, so that a mail would have been repeated by now.
  await waitFor(() => posts.length > 6, { deadlineMs: 30_000, what: 'more attempts' });
  assert.deepEqual(
    idsOf(await stack.alerts()).filter((id) => expected.includes(id)),
    [],
  );
  const refused = posts.length;
  answer(status(204));
  const alerts = await alertsAbout(expected);
  const taken = postsAbout(posts.slice(refused), expected);
  assert.deepEqual(
    taken.map(({ alert }) => alert.deliveryKey).toSorted(),
    alerts.map(({ alertId }) => `${alertId}-1-webhook`).toSorted(),
  );
  assert.deepEqual(
    (await mailsOf(alerts)).map(({ deliveries }) => deliveries),
    [1, 1, 1],
  );
  assert.deepEqual(
    alerts.map(({ deliveries }) => deliveries.map(({ channel }) => channel)),
    [1, 2, 3].map(() => ['mail', 'webhook']),
  );
  assert.deepEqual(findCanaries(Buffer.from(JSON.stringify(posts))), []);
  assert.doesNotMatch(running.log(), /hunter2|whsec_/);
  await waitFor(async () => (await running.get('/readyz')).status === 200, { deadlineMs: 30_000 });
});

test('A worker killed between the webhook and its alert records posts the same bytes under the same id again', async (context) => {
  await inbox(context);
  const { env, answer, posts } = await receiver(context);
  const held = newHeld(1, 4);
  const expected = transactionIdsOf(held);
  await stack.appendHeld(1, held);
  const killed = await worker(context, env);
  // The receiver has the fourth and has not said so yet: all of them are there, and no alert.
  answer((response) => {
    if (postsAbout(posts, expected).length === 4) killed.kill();
    else response.writeHead(204).end();
  });
  assert.equal(await killed.exited, null);
  const before = postsAbout(posts, expected);
  answer(status(204));
  await worker(context, env);
  const alerts = await alertsAbout(expected);
  assert.deepEqual(idsOf(alerts).toSorted(), expected.toSorted());
  const bodies = (from: ReturnType<typeof postsAbout>) =>
    from.map(({ key, body }) => `${String(key)} ${body}`).toSorted();
  const after = postsAbout(posts, expected).slice(before.length);
  assert.equal(before.length, 4);
  assert.deepEqual(bodies(after), bodies(before));
});

test('A webhook that refuses for good is told about and left, and no mail waits for it', async (context) => {
  await inbox(context);
  const { env, answer, posts } = await receiver(context);
  answer(status(401));
  const running = await worker(context, env);
  const held = newHeld(0, 2);
  await stack.appendHeld(0, held);
  const alerts = await alertsAbout(transactionIdsOf(held));
  assert.equal((await mailsOf(alerts)).length, 2);
  assert.equal(postsAbout(posts, transactionIdsOf(held)).length, 6, 'three attempts each');
  const { body } = await running.get('/readyz');
  assert.match(body, /{"part":"webhook","reason":"webhook_refused"}/);
  assert.match(running.log(), /"level":"error"[^\n]*a notification was refused too often and is left/);
  const series = 'weir_deliveries_total{channel="webhook",outcome="left",service="alerting"} 2';
  assert.ok((await running.get('/metrics')).body.includes(series));

  answer(status(204));
  const more = newHeld(0, 1);
  await stack.appendHeld(0, more);
  await alertsAbout(transactionIdsOf(more));
  assert.equal((await running.get('/readyz')).status, 200);
});

test('On SIGHUP other secrets sign; a file that holds none changes nothing and is not repeated', async (context) => {
  await inbox(context);
  const { env, posts } = await receiver(context);
  const file = env.WEBHOOK_SECRETS_FILE;
  const another = `whsec_${randomBytes(32).toString('base64')}`;
  const running = await worker(context, env);
  /** The headers and the body of the post about a new transaction. */
  const nextPost = async () => {
    const held = newHeld(0, 1);
    await stack.appendHeld(0, held);
    await alertsAbout(transactionIdsOf(held));
    const post = posts.at(-1);
    assert.ok(post !== undefined);
    return [post.body, post.headers as Record<string, string>] as const;
  };
  const says = (text: string) => waitFor(() => running.log().includes(text), { what: text });
  assert.ok(new Webhook(secrets[0] ?? '').verify(...(await nextPost())));

  writeFileSync(file, another);
  running.reload();
  await says('the worker has reloaded');
  const rotated = await nextPost();
  assert.ok(new Webhook(another).verify(...rotated));
  assert.throws(() => new Webhook(secrets[0] ?? '').verify(...rotated));

  writeFileSync(file, 'hunter2');
  running.reload();
  await says('the reload was refused');
  assert.match(running.log(), /WEBHOOK_SECRETS_FILE: expected/);
  assert.ok(new Webhook(another).verify(...(await nextPost())));
  assert.doesNotMatch(running.log(), /hunter2|whsec_[A-Za-z0-9]/);
});
