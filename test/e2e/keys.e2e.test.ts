import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, test } from 'node:test';
import { readRoleEnvironment, tryLock } from '@weir/local';
import { subscribe } from '@weir/subscriber';
import type { Subscription } from '@weir/subscriber';
import { waitFor } from '@weir/testkit';
import { weirIn } from './weir-command.ts';

type Listed = { keyClass: string; use: 'seals' | 'opens'; arn: string; state: string; rotations: number };
type Usage = { stream: string; keyArn: string; records: number };
type Ledgers = { balanced: boolean; faults: string[]; total: Record<string, number> };

const weir = weirIn();
const controlRecords = 4;
const everyMs = 25;

let offer: (id: string) => Promise<number>;
let subscription: Subscription | undefined;
/** How often the subscriber was given a transaction, by its id. */
const given = new Map<string, number>();
/** Ids that were answered 202, and answers that were not. */
const accepted: string[] = [];
const refused: number[] = [];
const feeding = new AbortController();
let fed: Promise<void>;

before(async () => {
  const up = await weir.run('up');
  assert.equal(up.code, 0, up.stderr);
  const [status, added, subscribed] = await Promise.all([
    weir.json('status', '--json'),
    must('tokens', 'add', 'feed'),
    subscribeWith(readRoleEnvironment(weir.home, 'downstream')),
  ]);
  subscription = subscribed;
  const { addresses } = status as { addresses: Record<string, string> };
  const token = added.trim().split('\n').at(-1) ?? '';
  offer = offeringTo(addresses['DOOR_URL'] ?? '', token);
  fed = feed();
});
after(async () => {
  feeding.abort();
  await fed;
  await subscription?.stop();
  const down = await weir.run('down');
  assert.equal(down.code, 0, down.stderr);
});

/** It may open what was cleared and nothing else, and is told of its keys once. */
function subscribeWith(env: Readonly<Record<string, string>>): Promise<Subscription> {
  const { cleared = [] } = JSON.parse(readFileSync(env['KMS_KEYS_FILE'] ?? '', 'utf8')) as {
    cleared?: string[];
  };
  return subscribe({
    stream: 'cleared',
    groupId: 'ledger',
    environment: 'local',
    kafka: { brokers: [env['KAFKA_BROKERS'] ?? ''] },
    kms: {
      endpoint: env['KMS_ENDPOINT'] ?? '',
      region: env['AWS_REGION'] ?? '',
      credentials: {
        accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
        secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
      },
      keyIds: cleared,
    },
    onTransaction: ({ transaction: { transactionId } }) => {
      given.set(transactionId, (given.get(transactionId) ?? 0) + 1);
    },
  });
}

async function must(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await weir.run(...args);
  assert.equal(code, 0, `weir ${args.join(' ')}: ${stderr}`);
  return stdout;
}

function offeringTo(door: string, token: string): (id: string) => Promise<number> {
  const ca = readFileSync(join(weir.home, 'tls', 'ca.pem'));
  return (id) =>
    new Promise((resolve, reject) => {
      const sent = request(
        `${door}/v1/transactions`,
        {
          ca,
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        },
        (response) => {
          response.resume();
          response.on('end', () => resolve(response.statusCode ?? 0));
        },
      );
      sent.on('error', reject);
      sent.end(
        JSON.stringify({
          transactionId: id,
          account: { other: { id: `account-${id}` } },
          creditDebitIndicator: 'DBIT',
          amount: '12.34',
          currency: 'EUR',
          eventTime: new Date().toISOString(),
        }),
      );
    });
}

async function feed(): Promise<void> {
  while (!feeding.signal.aborted) {
    // No long digits: at random some would pass for a card number, and be refused.
    const id = `tx-${accepted.length + refused.length}`;
    const status = await offer(id);
    if (status === 202) accepted.push(id);
    else refused.push(status);
    await sleep(everyMs);
  }
}

const listed = async (): Promise<Listed[]> => (await weir.json('keys', 'list', '--json')) as Listed[];
const ofClass = (keys: readonly Listed[], keyClass: string): Listed[] =>
  keys.filter((key) => key.keyClass === keyClass);
const usageOf = async (keyClass: string): Promise<Usage[]> =>
  (await weir.json('keys', 'usage', keyClass, '--json')) as Usage[];
/** Resolves when what was accepted from now on has reached who may only open what was cleared. */
const moreTraffic = async (count = 20): Promise<void> => {
  const from = accepted.length;
  await waitFor(
    () => {
      const since = accepted.slice(from, from + count);
      return since.length === count && since.every((id) => given.get(id) === 1);
    },
    { deadlineMs: 30_000, what: `${count} more cleared transactions` },
  );
};

/** The keys as they were listed last: nobody but this file changes them. */
let keys: readonly Listed[] = [];

test('new material under the same key needs nothing of a subscriber, and the workers seal with it at once', async () => {
  await moreTraffic();
  await must('keys', 'rotate', 'cleared');
  await must('keys', 'rotate', 'received');
  await moreTraffic();
  const [now, usage] = await Promise.all([listed(), usageOf('cleared')]);
  keys = now;
  const [key] = ofClass(keys, 'cleared');
  assert.equal(key?.rotations, 1);
  assert.deepEqual(
    usage.map(({ keyArn }) => keyArn),
    [key?.arn],
  );
});

test('another key seals once everybody may open with it, and what was sealed before still opens', async () => {
  const [former] = ofClass(keys, 'received');
  const arn = (await must('keys', 'rotate', 'received', '--new-key')).trim();
  await moreTraffic();
  const lock = tryLock(join(weir.home, 'run', 'keys.lock')) ?? assert.fail('a command has left its lock');
  const [now, meanwhile, usage, all] = await Promise.all([
    listed(),
    weir.run('keys', 'create', 'held'),
    usageOf('received'),
    // Reads the whole log in the role of ops, the records of both keys.
    must('tail', 'received', '--all', '--no-follow', '--json'),
  ]);
  lock.release();
  assert.equal(meanwhile.code, 75, 'one command at a time changes the keys');
  keys = now;
  assert.deepEqual(
    ofClass(keys, 'received').map(({ use, arn: one }) => [use, one]),
    [
      ['seals', arn],
      ['opens', former?.arn],
    ],
  );
  assert.deepEqual(
    usage.map(({ keyArn }) => keyArn),
    [former?.arn, arn],
  );
  assert.doesNotMatch(all, /"refused"/);
});

test('a key is disabled only by who has read what only it opens, and one that seals not at all', async () => {
  const [sealing, former] = ofClass(keys, 'received');
  const [needed, stillSealing] = await Promise.all([
    weir.run('keys', 'disable', 'received', former?.arn ?? ''),
    weir.run('keys', 'disable', 'received', sealing?.arn ?? '', '--yes'),
  ]);
  assert.equal(needed.code, 1, needed.stderr);
  assert.match(needed.stdout, /Only it opens [\d,]+ retained records of received/);
  assert.equal(stillSealing.code, 64);

  const [alerts] = ofClass(keys, 'alerts');
  await must('keys', 'rotate', 'alerts', '--new-key');
  assert.match(
    await must('keys', 'disable', 'alerts', alerts?.arn ?? '', '--yes'),
    /^No retained record needs it/,
  );
  const [now] = await Promise.all([listed(), moreTraffic()]);
  assert.deepEqual(
    ofClass(now, 'alerts').map(({ state }) => state),
    ['Enabled', 'Disabled'],
  );
});

test('no transaction was refused, lost or judged twice, and every act is on the trail', async () => {
  feeding.abort();
  await fed;
  const ledgers = await waitFor(
    async () => {
      const now = (await weir.json('ledger', '--json')) as Ledgers;
      return now.total['waiting'] === 0 ? now : undefined;
    },
    { deadlineMs: 30_000, what: 'a ledger with nothing waiting' },
  );
  assert.deepEqual([ledgers.balanced, ledgers.faults, refused], [true, [], []]);
  assert.equal(ledgers.total['records'], accepted.length + controlRecords);
  assert.equal(ledgers.total['cleared'], accepted.length);
  await waitFor(() => accepted.every((id) => given.has(id)), {
    deadlineMs: 30_000,
    what: 'a subscriber that was given all',
  });
  assert.deepEqual(
    accepted.filter((id) => given.get(id) !== 1),
    [],
  );

  const trail = (await must('tail', 'audit', '--all', '--no-follow', '--json'))
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { payload: { action?: string; result?: string } }).payload)
    .filter(({ action }) => action?.startsWith('key_'))
    .map(({ action, result }) => `${action} ${result}`);
  const twice = (action: string): string[] => [`${action} begun`, `${action} done`];
  assert.deepEqual(trail, [
    ...twice('key_rotated'),
    ...twice('key_rotated'),
    ...twice('key_created'),
    ...twice('key_rotated'),
    ...twice('key_created'),
    ...twice('key_rotated'),
    ...twice('key_disabled'),
  ]);
});
