import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readRoleEnvironment, resolveHome } from '@weir/local';
import { subscribe } from '@weir/subscriber';
import { makeTempFolder, waitFor } from '@weir/testkit';
import { readBlocks } from './page-commands.ts';
import { runShell } from './run-shell.ts';
import { weirIn } from './weir-command.ts';

type Ledgers = { balanced: boolean; total: Record<'records' | 'duplicate' | 'held' | 'waiting', number> };
type Decision = { offset: number; outcome: string };
type Journal = { partition: number; decisions: Decision[] };
/** A revision of an alert; without a kind it is the same in the words of OCSF. */
type Revision = { alertId: string; revision: number; kind?: string; transactionIds: string[] };

const page = 'docs/operations/backup-and-restore.md';
const partitions = 4;
const dayMs = 86_400_000;
const startMs = Date.UTC(2024, 0, 1, 12);
const ibans = ['NL91ABNA0417164300', 'GB29NWBK60161331926819', 'DE89370400440532013000'];

const payment = (iban: string, id: string, day: number, amount: string, payee: string) => ({
  transactionId: id,
  account: { iban },
  creditDebitIndicator: 'DBIT',
  amount,
  currency: 'EUR',
  eventTime: new Date(startMs + day * dayMs).toISOString(),
  counterparty: { account: { other: { id: payee } } },
});

/** A month of each account, and what comes after it: its verdicts depend on that month. */
const month = Array.from({ length: 30 }, (_, day) =>
  ibans.map((iban) => payment(iban, `usual-${day}`, day, `${20 + (day % 7)}.50`, 'grocer')),
).flat();
const early = ibans.map((iban) => payment(iban, 'early-big', 30, '7350.00', 'stranger'));
const later = [
  ...month.slice(-6),
  ...ibans.flatMap((iban) => [
    payment(iban, 'usual-31', 31, '24.50', 'grocer'),
    payment(iban, 'big-31', 31, '8350.00', 'another-stranger'),
  ]),
];

const folder = makeTempFolder('restore');
const restoredHome = join(folder, 'restored');
const original = weirIn();
const restored = weirIn({ WEIR_HOME: restoredHome });
const linesOf = (transactions: readonly object[]): string =>
  transactions.map((one) => `${JSON.stringify(one)}\n`).join('');
const historyFile = join(folder, 'history.ndjson');
const laterFile = join(folder, 'later.ndjson');

/** Runs what the page says under a heading, in folders of the test's own. */
async function follow(section: string, home: string, only?: number): Promise<void> {
  const blocks = readBlocks(page).filter((block) => block.section === section);
  assert.ok(blocks.length > 0, `${page} has commands under "${section}"`);
  const commands = (only === undefined ? blocks : blocks.slice(only, only + 1))
    .map((block) => block.commands)
    .join('\n')
    .replaceAll('$PWD/restored', restoredHome)
    .replaceAll(/(?<![\w/])restored\b/g, restoredHome)
    .replaceAll('weir-backup.tgz', join(folder, 'weir-backup.tgz'))
    .replaceAll(/(?<![\w/])\.weir\b/g, home);
  const { code, output } = await runShell(commands, {
    env: { WEIR_HOME: home, WEIR_PORT_BASE: '0' },
    timeoutMs: 120_000,
  });
  assert.equal(code, 0, output);
}

const readStream = async <Payload>(weir: typeof original, stream: string): Promise<Payload[]> => {
  const { stdout } = await weir.run('tail', stream, '--all', '--no-follow', '--json');
  const lines = stdout.trimEnd().split('\n');
  return lines.map((line) => (JSON.parse(line) as { payload: Payload }).payload);
};

/** What became of each offset, with the digest of its verdict: cuts of journal records don't matter. */
async function decisionsOf(weir: typeof original): Promise<string[]> {
  const journal = await readStream<Journal>(weir, 'decisions');
  return journal
    .flatMap(({ partition, decisions }) =>
      decisions.map((decision) => `${partition} ${JSON.stringify(decision)}`),
    )
    .toSorted();
}

async function feed(weir: typeof original, file: string, records: number): Promise<Ledgers> {
  const fed = await weir.run('ingest', file);
  assert.equal(fed.code, 0, fed.stderr);
  return waitFor(
    async () => {
      const now = (await weir.json('ledger', '--json')) as Ledgers;
      return now.total.waiting === 0 && now.total.records === records ? now : undefined;
    },
    { deadlineMs: 60_000, what: `a ledger of ${records} records` },
  );
}

/** What a downstream system receives that hadn't come further in this group, as the ids of transactions. */
async function receive(home: string, count: number): Promise<string[]> {
  const env = readRoleEnvironment(home, 'downstream');
  const keys = JSON.parse(readFileSync(env['KMS_KEYS_FILE'] ?? '', 'utf8')) as { cleared: string[] };
  const received: string[] = [];
  const subscription = await subscribe({
    stream: 'cleared',
    groupId: 'ledger',
    environment: 'local',
    kafka: { brokers: [env['KAFKA_BROKERS'] ?? ''] },
    kms: {
      region: env['AWS_REGION'] ?? '',
      endpoint: env['KMS_ENDPOINT'] ?? '',
      credentials: {
        accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
        secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
      },
      keyIds: keys.cleared,
    },
    onTransaction: ({ transaction }) => void received.push(transaction.transactionId),
  });
  await waitFor(() => received.length >= count, {
    deadlineMs: 30_000,
    what: `${count} cleared transactions`,
  });
  await subscription.stop();
  return received.toSorted();
}

/** The transactions that are in an alert, by its latest revision. */
function alertedIn(revisions: readonly Revision[]): string[] {
  const latest = new Map<string, Revision>();
  for (const one of revisions.toSorted((a, b) => a.revision - b.revision))
    if (one.kind !== undefined) latest.set(one.alertId, one);
  return [...latest.values()].flatMap(({ transactionIds }) => transactionIds).toSorted();
}
const atBackUp = { records: month.length + early.length + partitions, alerts: [] as string[] };

before(async () => {
  writeFileSync(historyFile, linesOf([...month, ...early]));
  writeFileSync(laterFile, linesOf(later));
  const up = await original.run('up');
  assert.equal(up.code, 0, up.stderr);
  // Models that come into force would be records of the log, which are counted here.
  assert.equal((await original.run('models', 'freeze')).code, 0);
  const { total } = await feed(original, historyFile, atBackUp.records);
  assert.equal(total.held, early.length);
  atBackUp.alerts = await waitFor(
    async () => {
      const alerted = alertedIn(await readStream<Revision>(original, 'alerts'));
      return alerted.length === early.length ? alerted : undefined;
    },
    { what: 'each held transaction in an alert' },
  );
  assert.equal((await receive(original.home, month.length)).length, month.length);
  await follow('Back up a laptop', original.home);
  await follow('Restore', original.home, 0);
});
after(async () => {
  for (const weir of [original, restored]) assert.equal((await weir.run('down')).code, 0);
});

test('a stack that finds a log without its keys refuses to start, and makes no new ones', async () => {
  const incomplete = weirIn();
  await unpackInto(incomplete.home);
  for (const name of ['routing.key', 'index.key', 'kms-keys.json']) {
    const lost = join(incomplete.home, 'keys', name);
    renameSync(lost, `${lost}.lost`);
    const { code, stderr } = await incomplete.run('up');
    assert.notEqual(code, 0);
    assert.match(stderr, new RegExp(`keys/${name.replace('.', '\\.')} is missing`));
    assert.ok(!existsSync(lost), 'no other key was made in its place');
    renameSync(`${lost}.lost`, lost);
  }
});

async function unpackInto(home: string): Promise<void> {
  const { code, output } = await runShell(
    `tar --extract --gzip --file ${join(folder, 'weir-backup.tgz')} --directory ${home}`,
    { env: {}, timeoutMs: 60_000 },
  );
  assert.equal(code, 0, output);
}

test('what was restored without its Redis goes on with the verdicts of the undisturbed run', async () => {
  assert.ok(!existsSync(join(restoredHome, 'redis')), 'the back-up holds no Redis');
  symlinkSync(join(resolveHome(process.env), 'lib'), join(restoredHome, 'lib'));
  await follow('Restore', original.home, 1);
  await waitFor(async () => (await restored.run('windows', 'verify')).code === 0, {
    deadlineMs: 60_000,
    what: 'windows that are what the log says',
  });
  await follow('Restore', restoredHome, 2);
  const old = await readStream(restored, 'received');
  assert.equal(old.length, atBackUp.records, 'every old record opens');
  const kept = await restored.run('ingest', historyFile);
  assert.match(kept.stderr, /has been fed to its end/);

  const records = atBackUp.records + later.length;
  const { balanced, total } = await feed(restored, laterFile, records);
  assert.deepEqual([balanced, total.duplicate, total.held], [true, 6, 2 * ibans.length]);
  const alerts = await waitFor(
    async () => {
      const all = alertedIn(await readStream<Revision>(restored, 'alerts'));
      return all.length >= 2 * ibans.length ? all : undefined;
    },
    { what: 'each new held transaction in an alert' },
  );
  assert.equal(alerts.length, 2 * ibans.length, 'nothing that was alerted before is alerted again');
  assert.ok(atBackUp.alerts.every((id) => alerts.includes(id)));
  const usual = ibans.map(() => 'usual-31');
  assert.deepEqual(await receive(restoredHome, usual.length), usual, 'a reader goes on where it was');
  const audited = await restored.run('audit', 'verify');
  assert.equal(audited.code, 0, audited.stdout + audited.stderr);
  const afterRestore = await decisionsOf(restored);
  assert.equal((await restored.run('down')).code, 0);

  assert.equal((await original.run('up')).code, 0);
  await feed(original, laterFile, records);
  assert.deepEqual(afterRestore, await decisionsOf(original));
});
