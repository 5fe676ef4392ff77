import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { TestContext } from 'node:test';
import { openAlertStore } from '@weir/alert-store';
import type { AlertStore } from '@weir/alert-store';
import { streams } from '@weir/contracts';
import type { Alert as AlertRevision } from '@weir/contracts';
import { canaries, findCanaries, waitFor } from '@weir/testkit';
import { startAlertingStack } from './fixtures/alerting-stack.ts';
import type { AlertingStack, AlertingWorker } from './fixtures/alerting-stack.ts';
import { heldTransaction } from './fixtures/sample-transactions.ts';
import { startWebhookReceiver, status } from '../../../packages/outbound/src/fixtures/webhook-receiver.ts';
import type { WebhookReceiver } from '../../../packages/outbound/src/fixtures/webhook-receiver.ts';

let stack: AlertingStack;
let receiver: WebhookReceiver;
let inbox: Awaited<ReturnType<AlertingStack['openInbox']>>;
before(async () => {
  stack = await startAlertingStack();
  receiver = await startWebhookReceiver();
  writeFileSync(fileOf('secrets'), `whsec_${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  writeFileSync(fileOf('routes.json'), JSON.stringify(routes()));
  inbox = await stack.openInbox();
});
after(async () => {
  await inbox.stop();
  await receiver.stop();
  await stack.stop();
});

const fileOf = (name: string): string => join(stack.folder, name);

/** Every alert for itself, after a second, by mail and webhook. */
const routes = () => ({
  receivers: [
    { id: 'mail', channel: 'mail', to: ['analyst@localhost'], rateLimit: { most: 1_000, perMinutes: 1 } },
    {
      ...{ id: 'hook', channel: 'webhook', url: `http://127.0.0.1:${receiver.port}/hunter2` },
      ...{ secretsFile: fileOf('secrets'), timeoutSeconds: 1, allowPrivate: ['127.0.0.1'] },
    },
  ],
  routes: [{ id: 'all', to: ['mail', 'hook'], groupBy: 'alert', waitSeconds: 1 }],
});

let made = 0;
/** The pseudonym of an account that no other test has. */
const newAccount = (): string => `a1_${String((made += 1)).padStart(22, 'A')}`;

/** Held transactions of an account that nobody has seen before, full of what must not leak. */
const newHeld = (partition: number, count: number, account: string) =>
  Array.from({ length: count }, () => {
    made += 1;
    const held = heldTransaction({
      sourcePartition: partition,
      transaction: {
        transactionId: `tx-${made}`,
        account: { other: { id: canaries.iban } },
        counterparty: { name: canaries.counterpartyName },
        remittanceInformation: canaries.description,
      },
    });
    return { held, identity: `t1_${String(made).padStart(22, '0')}`, account };
  });

const hold = async (partition: number, count: number, account: string): Promise<readonly string[]> => {
  const held = newHeld(partition, count, account);
  await stack.appendHeld(partition, held);
  return held.map((one) => one.held.transaction.transactionId);
};

async function worker(
  context: TestContext,
  different: Readonly<Record<string, string>> = {},
): Promise<AlertingWorker> {
  const started = await stack.startWorker({ ROUTES_FILE: fileOf('routes.json'), MAIL_TO: '', ...different });
  context.after(async () => {
    // One that leaves its group keeps no other waiting for its partitions.
    await started.stop();
  });
  return started;
}

/** The revisions of the alerts of an account, in their order. */
const revisionsOf = async (account: string): Promise<readonly AlertRevision[]> =>
  (await stack.revisions())
    .filter((one) => one.kind === 'unusual_transactions' && one.accountPseudonym === account)
    .toSorted((one, other) => one.revision - other.revision);

const idsIn = (revision: AlertRevision | undefined): readonly string[] =>
  revision?.kind === 'unusual_transactions' ? revision.transactionIds : [];

/** The last revision of the alert of an account, once it has all of these transactions. */
const alertOf = (account: string, transactionIds: readonly string[]): Promise<AlertRevision> =>
  waitFor(
    async () => {
      const last = (await revisionsOf(account)).at(-1);
      return transactionIds.every((id) => idsIn(last).includes(id)) && last;
    },
    { deadlineMs: 30_000, what: `an alert with all of ${transactionIds.length} transactions` },
  );

/** What the receivers have of an alert: keys and bodies as posted, and how often each mail came. */
async function toldOf(alertId: string) {
  const posts = receiver.posts
    .map(({ headers, body }) => ({ key: String(headers['webhook-id']), body }))
    .filter(({ key }) => key.startsWith(alertId));
  const mails = (await stack.mails()).filter(({ messageId }) => messageId.startsWith(`<${alertId}`));
  return { posts, mails };
}

const untilTold = (alertId: string) =>
  waitFor(
    async () => {
      const told = await toldOf(alertId);
      return told.posts.length > 0 && told.mails.length > 0 && told;
    },
    { deadlineMs: 30_000, what: 'a mail and a post about the alert' },
  );

/** No alert is said twice in one revision, and none is left out. */
async function assertEachRevisionOnce(): Promise<void> {
  const byAlert = Map.groupBy(await stack.revisions(), ({ alertId }) => alertId);
  for (const revisions of byAlert.values())
    assert.deepEqual(
      revisions.map(({ revision }) => revision),
      revisions.map((_, index) => index + 1),
    );
}

test('Held transactions of one account become one alert that grows, told once by every receiver', async (context) => {
  const running = await worker(context);
  const [one, other] = [newAccount(), newAccount()];
  const first = await hold(0, 3, one);
  const others = await hold(1, 2, other);
  const { alertId } = await alertOf(one, first);
  const told = await untilTold(alertId);
  assert.equal(told.mails.length, 1);
  assert.equal(told.posts.length, 1);
  const [mail] = told.mails;
  const header = (name: string) => mail?.headers.find((each) => each.name.toLowerCase() === name)?.value;
  assert.equal(header('auto-submitted'), 'auto-generated');
  assert.match(mail?.subject ?? '', /3/);

  const later = await hold(0, 2, one);
  const grown = await alertOf(one, [...first, ...later]);
  assert.equal(grown.alertId, alertId, 'it is the same alert');
  assert.ok(grown.revision > 1);
  assert.equal(grown.entryCount, 5);
  const { alertId: otherId } = await alertOf(other, others);
  const toldOther = await untilTold(otherId);
  assert.notEqual(otherId, alertId);
  await assertEachRevisionOnce();

  assert.deepEqual(findCanaries(Buffer.from(JSON.stringify([told, toldOther]))), []);
  assert.deepEqual(findCanaries(Buffer.from(running.log())), []);
  for (const stream of ['alerts', 'intake'] as const)
    for (const { key, value, headers } of await stack.raw(stream))
      assert.deepEqual(
        findCanaries(Buffer.concat([key, value, ...Object.values(headers)].flatMap((each) => each ?? []))),
        [],
      );
  assert.equal((await running.get('/readyz')).status, 200);
  for (const series of [
    'weir_records_total{stream="held",outcome="alerted",service="alerting"} 7',
    'weir_deliveries_total{receiver="mail",channel="mail",outcome="accepted",service="alerting"} 2',
    'weir_lag_records{stream="held",partition="0",service="alerting"} 0',
  ])
    await waitFor(async () => (await running.get('/metrics')).body.includes(series), { what: series });
  assert.equal(await running.stop(), 0);
});

test('A worker killed at every step, one after the other, tells each alert under one key, and says each revision once', async (context) => {
  const accounts = [newAccount(), newAccount()];
  const held = new Map<string, readonly string[]>();
  for (const [partition, account] of accounts.entries()) held.set(account, await hold(partition, 3, account));
  const store = stack.postgres === undefined ? undefined : await stack.openStore();
  context.after(() => store?.close());
  const outboxAt = await store?.outboxStart();
  const idOf = async (): Promise<string | undefined> =>
    (await store?.listAlerts({ account: accounts[0] ?? '', limit: 1 }))?.[0]?.alertId;
  const isWritten = async (): Promise<boolean> => {
    const alertId = await idOf();
    return alertId !== undefined && ((await store?.deliveriesOfAlert(alertId, 10))?.length ?? 0) > 0;
  };
  const moments: readonly (readonly [string, () => Promise<boolean>])[] =
    store === undefined
      ? []
      : [
          ['its alert is in the store', async () => (await idOf()) !== undefined],
          ['its alert is on its topic', async () => (await store.outboxStart()) > (outboxAt ?? 0)],
          ['its notification is written', isWritten],
        ];
  for (const [what, hasCome] of moments) {
    const killed = await worker(context);
    await waitFor(hasCome, { deadlineMs: 30_000, what });
    killed.kill();
    await killed.exited;
  }
  // The receiver has it, and has not said so yet.
  const ending = await worker(context);
  stack.onMail(() => ending.kill());
  receiver.answer(() => ending.kill());
  await ending.exited;
  stack.onMail(() => undefined);
  receiver.answer(status(204));

  await worker(context);
  for (const account of accounts) {
    const { alertId } = await alertOf(account, held.get(account) ?? []);
    const { posts, mails } = await untilTold(alertId);
    assert.equal(new Set(posts.map(({ key }) => key)).size, 1, 'one key');
    assert.equal(new Set(posts.map(({ body }) => body)).size, 1, 'the very same each time');
    assert.equal(mails.length, 1, 'the receiver knows a repeated mail by its Message-ID');
  }
  await assertEachRevisionOnce();
});

test('A stranger among the held transactions is set aside and told about, and its partition goes on', async (context) => {
  await worker(context);
  const account = newAccount();
  const { firstOffset } = await stack.appendRaw('held', 0, Buffer.from('{"iban":"a stranger"}'));
  const ids = await hold(0, 1, account);
  await alertOf(account, ids);
  const refused = await waitFor(
    async () =>
      (await stack.revisions()).find(
        (one) => one.kind === 'refused_record' && one.topic === streams.held.topic,
      ),
    { deadlineMs: 30_000, what: 'an alert about a refused record' },
  );
  assert.ok(refused.kind === 'refused_record');
  assert.deepEqual([refused.code, refused.partition, refused.offset], ['not_sealed', 0, firstOffset]);
  const { mails } = await untilTold(refused.alertId);
  assert.doesNotMatch(JSON.stringify(mails), /a stranger/);

  // A dead letter nobody can read is told about once, and writes no further one.
  const stray = await stack.appendRaw('rejected', 1, Buffer.from('not sealed either'));
  await waitFor(
    async () =>
      (await stack.revisions()).find(
        (one) => one.kind === 'refused_record' && one.topic === streams.rejected.topic,
      ),
    { deadlineMs: 30_000, what: 'an alert about the dead letter itself' },
  );
  assert.equal((await stack.raw('rejected')).length, 2);
  assert.deepEqual((await stack.refusalsToAudit()).toSorted(), [
    `${streams.held.topic}-0-${firstOffset}`,
    `${streams.rejected.topic}-1-${stray.firstOffset}`,
  ]);
});

test('While the KMS is away nobody is told and nothing is lost', async (context) => {
  const account = newAccount();
  const ids = await hold(1, 1, account);
  stack.setKmsUnavailable(true);
  context.after(() => stack.setKmsUnavailable(false));
  const running = await worker(context);
  await waitFor(async () => (await running.get('/readyz')).body.includes('"reason":"kms_unavailable"'), {
    deadlineMs: 30_000,
    what: '/readyz to say kms_unavailable',
  });
  stack.setKmsUnavailable(false);
  const { alertId } = await alertOf(account, ids);
  assert.equal((await untilTold(alertId)).mails[0]?.deliveries, 1);
});

test('Two workers side by side on one server tell each alert once', async (context) => {
  if (stack.postgres === undefined) return context.diagnostic('no PostgreSQL server here: not tested');
  await worker(context);
  await worker(context);
  const accounts = Array.from({ length: 12 }, newAccount);
  const held = new Map<string, readonly string[]>();
  for (const [index, account] of accounts.entries()) held.set(account, await hold(index % 2, 2, account));
  for (const account of accounts) {
    const { alertId } = await alertOf(account, held.get(account) ?? []);
    const { posts, mails } = await untilTold(alertId);
    // A receiver on a busy machine may be asked twice, under one key.
    assert.deepEqual([...new Set(posts.map(({ key }) => key))], [posts[0]?.key]);
    assert.equal(mails.length, 1);
  }
  await assertEachRevisionOnce();
});

test('While the store is away the worker says so, and goes on where it was', async (context) => {
  const { postgres } = stack;
  if (postgres === undefined) return context.diagnostic('no PostgreSQL server here: not tested');
  const running = await worker(context);
  await waitFor(async () => (await running.get('/readyz')).status === 200, { deadlineMs: 30_000 });
  await postgres.kill();
  const account = newAccount();
  const ids = await hold(0, 2, account);
  await waitFor(async () => (await running.get('/readyz')).body.includes('"reason":"store_unavailable"'), {
    deadlineMs: 30_000,
    what: '/readyz to say store_unavailable',
  });
  assert.equal((await running.get('/healthz')).status, 200);
  await postgres.restart();
  const { alertId } = await alertOf(account, ids);
  await untilTold(alertId);
  await waitFor(async () => (await running.get('/readyz')).status === 200, { deadlineMs: 30_000 });
  await assertEachRevisionOnce();
});

test('A document that can not be taken on SIGHUP changes nothing, and is said line by line', async (context) => {
  const running = await worker(context);
  const says = (text: string) =>
    waitFor(() => running.log().includes(text), { deadlineMs: 30_000, what: text });
  await says('took a partition over');
  const good = readFileSync(fileOf('routes.json'), 'utf8');
  context.after(() => writeFileSync(fileOf('routes.json'), good));
  writeFileSync(fileOf('routes.json'), good.replace('"mail","hook"', '"mail","nobody"'));
  running.reload();
  await says('the reload was refused');
  assert.match(running.log(), /ROUTES_FILE, line \d+, column \d+/);
  const account = newAccount();
  const { alertId } = await alertOf(account, await hold(1, 1, account));
  await untilTold(alertId);
  writeFileSync(fileOf('routes.json'), good);
  running.reload();
  await says('the worker has reloaded');
  assert.doesNotMatch(running.log(), /hunter2|whsec_/);
});

test('A store that was lost is refused until it is rebuilt, and then nobody is told again', async (context) => {
  const folder = fileOf('rebuilt');
  const inFolder = { DATABASE_URL: '', STORE_DIR: folder };
  const refused = await worker(context, inFolder);
  assert.equal(await refused.exited, 76, 'a person has to act');
  assert.match(
    refused.log(),
    /"code":"store_other"[^\n]*MODE=rebuild|MODE=rebuild[^\n]*"code":"store_other"/,
  );

  const rebuilding = await worker(context, { ...inFolder, MODE: 'rebuild' });
  assert.equal(await rebuilding.exited, 0);
  assert.match(rebuilding.log(), /the store is rebuilt/);
  assert.deepEqual(canariesIn(folder), []);
  const expected = new Map((await stack.revisions()).map(({ alertId, revision }) => [alertId, revision]));
  const rebuilt = await openAlertStore({ folder }, { environment: 'test' });
  try {
    assert.deepEqual(await lastRevisions(rebuilt), new Map([...expected].toSorted()));
  } finally {
    await rebuilt.close();
  }

  const told = async () => [
    new Set(receiver.posts.map(({ headers }) => headers['webhook-id'])).size,
    (await stack.mails()).length,
  ];
  const [posts = 0, mails = 0] = await told();
  await worker(context, inFolder);
  const account = newAccount();
  const { alertId } = await alertOf(account, await hold(0, 1, account));
  await untilTold(alertId);
  assert.deepEqual(await told(), [posts + 1, mails + 1]);
  await assertEachRevisionOnce();
});

/** The last revision of each alert in a store. */
async function lastRevisions(store: AlertStore): Promise<ReadonlyMap<string, number>> {
  const alerts = await store.listAlerts({ limit: 1_000 });
  return new Map(alerts.map(({ alertId, revision }) => [alertId, revision] as const).toSorted());
}

/** The canaries in any file of a folder. */
const canariesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => findCanaries(readFileSync(join(entry.parentPath, entry.name))));
