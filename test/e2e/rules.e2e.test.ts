import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { OfferedTransaction } from '@weir/contracts';
import { waitFor } from '@weir/testkit';
import { weirIn } from './weir-command.ts';

type Ledgers = { balanced: boolean; total: Record<'cleared' | 'held' | 'waiting', number> };
type Decided = {
  transaction: { transactionId: string };
  verdict: { versions: { ruleset: string; lists?: string[] }; reasons: { rule: string }[] };
};
type Activated = { ruleset: string; positions: Record<string, number> };
type Explained = { outcome: string; ruleset: string; reasons: { reason: string }[] };
type Section = { stage: string; candidate: string | null; transactions: number; groups: object | null };

const ours = 'payments@1';
const customers = 60;
const noonMs = Date.UTC(2024, 0, 1, 12);
const accountOf = (customer: number) => ({ other: { id: `customer-${customer}` } });

/** A small payment to somebody who stands on a list. */
const payment = (name: string, customer: number, atMs: number): OfferedTransaction => ({
  transactionId: `${name}-${customer}`,
  account: accountOf(customer),
  ...{ creditDebitIndicator: 'DBIT', amount: '20.00', currency: 'EUR' },
  eventTime: new Date(atMs).toISOString(),
  counterparty: { name: 'Odd Jobs', account: { other: { id: 'mule-1' } } },
});

const weir = weirIn();
let fed = 0;

const fileOf = (name: string, content: string): string => {
  const file = join(weir.home, name);
  writeFileSync(file, content, { mode: 0o600 });
  return file;
};
const ledgers = async (): Promise<Ledgers> => (await weir.json('ledger', '--json')) as Ledgers;

/** Feeds transactions and waits until each is decided. */
async function feed(name: string, transactions: readonly OfferedTransaction[]): Promise<Ledgers['total']> {
  const file = fileOf(`${name}.ndjson`, transactions.map((one) => `${JSON.stringify(one)}\n`).join(''));
  const done = await weir.run('ingest', file);
  assert.equal(done.code, 0, done.stderr);
  fed += transactions.length;
  return waitFor(
    async () => {
      const { total } = await ledgers();
      return total.waiting === 0 && total.cleared + total.held === fed ? total : undefined;
    },
    { deadlineMs: 60_000, what: `${fed} decided transactions` },
  );
}

async function decidedOn(stream: 'cleared' | 'held'): Promise<readonly Decided[]> {
  const { stdout } = await weir.run('tail', stream, '--all', '--no-follow', '--json');
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => (JSON.parse(line) as { payload: Decided }).payload);
}

/** Somebody's token, in a file of theirs. */
async function tokenOf(name: string, ...scopes: readonly string[]): Promise<readonly [string, string]> {
  const { code, stdout, stderr } = await weir.run('tokens', 'add', name, '--scope', ...scopes);
  assert.equal(code, 0, stderr);
  const [text] = /weir_[\w-]+/.exec(stdout) ?? [];
  assert.ok(text !== undefined, stdout);
  return ['--token-file', fileOf(`${name}.token`, text)];
}

before(async () => {
  const up = await weir.run('up');
  assert.equal(up.code, 0, up.stderr);
  // Models that come into force meanwhile would change what is decided.
  assert.equal((await weir.run('models', 'freeze')).code, 0);
});
after(async () => {
  const down = await weir.run('down');
  assert.equal(down.code, 0, down.stderr);
});

test('rules are written, tested, published by one, approved by another, tried on a few accounts, and taken back', async () => {
  const ana = await tokenOf('ana', 'rules:publish', 'rules:approve');
  const ben = await tokenOf('ben', 'rules:approve', 'rules:activate');
  const act = async (...args: readonly string[]): Promise<Activated> =>
    (await weir.json('rules', ...args, ...ben, '--json')) as Activated;

  const imported = await weir.run(
    ...[
      'lists',
      'import',
      fileOf('mules.txt', 'mule-1\nmule-2\n'),
      '--name',
      'mules',
      '--of',
      'counterparty',
    ],
  );
  assert.equal(imported.code, 0, imported.stderr);

  const file = join(weir.home, 'payments.yaml');
  assert.equal((await weir.run('rules', 'init', file, '--ref', ours)).code, 0);
  writeFileSync(
    file,
    `${readFileSync(file, 'utf8')}
lists:
  - id: known_mule
    list: mules
    of: counterparty
    title: A known mule
    severity: high
    then: hold
    explanation: The counterparty is known to pass on stolen money.
`,
  );
  const checked = await Promise.all(['check', 'test'].map((check) => weir.run('rules', check, file)));
  assert.deepEqual(
    checked.map(({ code }) => code),
    [0, 0],
    checked.map(({ stdout, stderr }) => stdout + stderr).join(''),
  );

  const published = await weir.run('rules', 'publish', file, ...ana);
  assert.equal(published.code, 0, published.stderr);
  const unapproved = await weir.run('rules', 'activate', ours, ...ben);
  assert.deepEqual([unapproved.code, /approved/.test(unapproved.stderr)], [1, true], unapproved.stderr);
  const own = await weir.run('rules', 'approve', ours, ...ana);
  assert.deepEqual([own.code, /ana can't approve/.test(own.stderr)], [77, true], own.stderr);
  const approved = await weir.run('rules', 'approve', ours, ...ben);
  assert.equal(approved.code, 0, approved.stderr);

  const tried = await act('activate', ours, '--canary', '20');
  assert.equal(Object.keys(tried.positions).length, 4, 'every partition was told');
  const everybody = Array.from({ length: customers }, (_, customer) =>
    payment('tried', customer, noonMs + customer * 60_000),
  );
  await feed('tried', everybody);
  const [held, cleared] = await Promise.all([decidedOn('held'), decidedOn('cleared')]);
  assert.ok(held.length > 0 && held.length < customers / 2, `${held.length} of ${customers} were held`);
  for (const { verdict } of held) {
    assert.deepEqual([verdict.versions.ruleset, verdict.versions.lists], [ours, ['mules@1']]);
    assert.ok(verdict.reasons.some(({ rule }) => rule === 'known_mule'));
  }
  const before = new Set(cleared.map(({ verdict }) => verdict.versions.ruleset));
  assert.deepEqual([before.size, before.has(ours)], [1, false]);
  const { sections } = (await weir.json('rules', 'report', '--json')) as { sections: readonly Section[] };
  const canary = sections.find(({ stage }) => stage === 'canary');
  assert.deepEqual([canary?.candidate, canary?.transactions], [ours, customers]);

  assert.equal((await act('activate', ours)).ruleset, ours);
  const spared = Number(cleared[0]?.transaction.transactionId.split('-')[1]);
  const hourMs = 3_600_000;
  await feed('live', [payment('live', spared, noonMs + 2 * hourMs)]);
  const account = JSON.stringify(accountOf(spared));
  const explained = (await weir.json(
    ...['explain', `live-${spared}`, '--account', account, '--json'],
  )) as Explained;
  assert.deepEqual([explained.outcome, explained.ruleset], ['held', ours]);
  assert.ok(explained.reasons.some(({ reason }) => reason === 'known_mule'));

  const [opened] = before;
  assert.equal((await act('rollback', ours)).ruleset, opened);
  const last = await feed('after', [payment('after', spared, noonMs + 3 * hourMs)]);
  assert.deepEqual(last, { ...last, cleared: cleared.length + 1, held: held.length + 1 });
});
