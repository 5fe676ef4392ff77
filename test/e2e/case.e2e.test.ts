import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { canaries, waitFor } from '@weir/testkit';
import { newReceiver } from '../../packages/cli/src/case/open-sealed.fixture.ts';
import { unzipFiles } from '../../packages/cli/src/case/zip-files.ts';
import { weirIn } from './weir-command.ts';

type Planned = { replayId: string; hash: string; state: string; plan: { filter: { accounts: string[] } } };
type Listed = { alertId: string; account: string | null; state: string };
type Entry = { action: string; result: string; subject: { id: string }; details: Record<string, unknown> };

const weir = weirIn();
const dayMs = 86_400_000;
const startMs = Date.UTC(2024, 0, 1, 12);
const payee = '<b onclick="alert(1)">Bobby & Sons</b>';
/** The other account's own names must be in no case of the first. */
const other = { iban: 'NL91ABNA0417164300', payee: 'Nobody Elses Bakery' };

const payment = (iban: string, id: string, at: number, amount: string, name: string) => ({
  transactionId: id,
  account: { iban },
  ...{ creditDebitIndicator: 'DBIT', amount, currency: 'GBP' },
  eventTime: new Date(startMs + at * dayMs).toISOString(),
  counterparty: { name, account: { other: { id: `payee-${name.length}` } } },
});
const big = payment(canaries.iban, 'big-1', 30, '7350.00', payee);
/** Thirty usual payments, one that is held, the same again, and its id with another amount; and somebody else's. */
const fed = [
  ...Array.from({ length: 30 }, (_, at) =>
    payment(canaries.iban, `usual-${at}`, at, `2${at % 7}.50`, 'Rent'),
  ),
  ...Array.from({ length: 30 }, (_, at) =>
    payment(other.iban, `other-${at}`, at, `1${at % 7}.25`, other.payee),
  ),
  payment(other.iban, 'other-big', 30, '8250.00', `${other.payee} of another place`),
  ...[big, big, { ...big, amount: '7351.00' }],
];

const ok = async (...args: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await weir.run(...args);
  assert.equal(code, 0, `weir ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
};
const trail = async (action: string): Promise<readonly Entry[]> =>
  (await ok('audit', 'list', '--action', action, '--json'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Entry);
const exporting = (replayId: string, file: string) => [
  ...['case', 'export', '--replay', replayId, '--out', file],
  ...['--reason', 'Asked for by the prosecutor'],
];
const pathIn = (name: string): string => join(weir.home, name);
let range: readonly string[] = [];

const plan = async (...how: readonly string[]): Promise<Planned> =>
  (await weir.json('case', 'export', canaries.iban, ...range, ...how, '--json')) as Planned;
const approve = ({ replayId, hash }: Planned) => ok('replay', 'approve', replayId, '--hash', hash);

before(async () => {
  await ok('up');
  // Models that come into force meanwhile would change what is decided.
  await ok('models', 'freeze');
  const from = new Date(Date.now() - dayMs).toISOString();
  const file = pathIn('offered.ndjson');
  writeFileSync(file, fed.map((one) => `${JSON.stringify(one)}\n`).join(''), { mode: 0o600 });
  await ok('ingest', file);
  await waitFor(
    async () => {
      const { total } = (await weir.json('ledger', '--json')) as { total: Record<string, number> };
      const { cleared = 0, held = 0, rejected = 0, duplicate = 0 } = total;
      return cleared + held + rejected + duplicate === fed.length;
    },
    { deadlineMs: 120_000, what: 'a decision about each transaction' },
  );
  range = ['--from', from, '--to', new Date(Date.now() + 1_000).toISOString()];
});
after(async () => {
  await ok('down');
});

test('what was held, and what people did about it, is handed over opened once somebody else approved it', async () => {
  const opened = await plan('--opened');
  const [account = ''] = opened.plan.filter.accounts;
  assert.match(account, /^a1_/);
  const alert = await waitFor(
    async () => ((await weir.json('alerts', 'list', '--account', account, '--json')) as Listed[])[0],
    { deadlineMs: 30_000, what: 'an alert of the account' },
  );
  await ok('alerts', 'investigate', alert.alertId, '--reason', 'the <i>customer</i> was called');
  await ok('alerts', 'release', alert.alertId, '--reason', 'he bought a car');
  const approver = readFileSync(pathIn('keys/local-approver.token'), 'utf8').trim();
  await ok('alerts', 'approve', alert.alertId, '--token-file', fileOf('approver', approver));
  await waitFor(async () => (await trail('transaction_released')).length === 1, {
    deadlineMs: 30_000,
    what: 'a release on the trail',
  });

  const file = pathIn('case.zip');
  const early = await weir.run(...exporting(opened.replayId, file));
  assert.deepEqual([early.code, /replay approve/.test(early.stderr)], [1, true], early.stderr);
  assert.deepEqual([existsSync(file), await trail('case_exported')], [false, []]);
  const own = await weir.run(
    ...['replay', 'approve', opened.replayId, '--hash', opened.hash],
    ...['--token-file', pathIn('keys/local-analyst.token')],
  );
  assert.equal(own.code, 77, own.stderr);
  await approve(opened);
  const told = await ok(...exporting(opened.replayId, file));
  assert.match(told, /33 records, 1 alerts[^]*OPENED/);
  assert.equal(statSync(file).mode & 0o777, 0o600);

  const { files } = unzipFiles(readFileSync(file));
  const text = (path: string): string => Buffer.from(files.get(path) ?? '').toString('utf8');
  const verdicts = text('verdicts.ndjson').trimEnd().split('\n').map(readVerdict);
  const count = (outcome: string): number => verdicts.filter((one) => one.outcome === outcome).length;
  assert.deepEqual(
    ['cleared', 'held', 'duplicate', 'rejected'].map(count),
    [30, 1, 1, 1],
    text('verdicts.ndjson').slice(0, 2_000),
  );
  const held = verdicts.find(({ outcome }) => outcome === 'held');
  assert.deepEqual(held?.explanation?.recomputed, { isWhole: true, differences: [] });
  assert.ok((held?.explanation?.reasons ?? []).length > 0);
  assert.deepEqual(held?.events.map(({ type }) => type).toSorted(), [
    'weir.transaction.held.v1',
    'weir.transaction.released.v1',
  ]);
  const rejected = verdicts.find(({ outcome }) => outcome === 'rejected');
  assert.deepEqual(
    rejected?.events.map(({ stream }) => stream),
    ['rejected'],
  );
  assert.ok(text('transactions.ndjson').includes('7350') || text('transactions.ndjson').includes('735000'));
  assert.ok(text('transactions.ndjson').includes(canaries.iban));
  const page = text('index.html');
  assert.ok(page.includes('&lt;b onclick=&quot;alert(1)&quot;&gt;Bobby &amp; Sons&lt;/b&gt;'));
  assert.doesNotMatch(page, /<b onclick|<i>customer/);
  assert.match(page, /the &lt;i&gt;customer&lt;\/i&gt; was called/);
  assert.match(page, /Released by local-approver, asked for by local-analyst/);
  const actions = text('audit.ndjson').trimEnd().split('\n').map(readEntry);
  for (const action of [
    ...['replay_planned', 'replay_approved', 'replay_run', 'case_exported', 'alert_changed'],
    ...['release_requested', 'release_approved', 'transaction_released', 'evidence_opened', 'record_refused'],
  ])
    if (action !== 'record_refused')
      assert.ok(actions.includes(action), `${action} in ${actions.join(', ')}`);

  // Nothing of anybody else, under any name.
  const theirs = (await weir.json('alerts', 'list', '--all', '--json')) as Listed[];
  const strangers = theirs
    .flatMap((one) => (one.account === account ? [] : [one.alertId, one.account ?? []]))
    .flat();
  assert.ok(strangers.length >= 2);
  for (const [path, bytes] of files)
    for (const name of [other.iban, other.payee, 'other-', ...strangers])
      assert.ok(!Buffer.from(bytes).includes(name), `${name} in ${path}`);

  const exported = (await trail('case_exported')).map(({ result }) => result);
  assert.deepEqual(exported, ['begun', 'begun', 'done', 'done']);
  const again = await weir.run(...exporting(opened.replayId, file));
  assert.deepEqual([again.code, (await trail('case_exported')).length], [73, 4], again.stderr);
});

test('a sealed case is opened by its receiver alone, and verified without anything running', async () => {
  const receiver = await newReceiver();
  const sealed = await plan('--sealed-to', receiver.recipient);
  await approve(sealed);
  const file = pathIn('case.zip.age');
  const said = JSON.parse(await ok(...exporting(sealed.replayId, file), '--json')) as { records: number };
  assert.equal(said.records, 33);
  const bytes = readFileSync(file);
  for (const clear of [canaries.iban, 'Bobby', 'PK\u0003\u0004', 'index.html'])
    assert.ok(!bytes.includes(clear), clear);
  assert.deepEqual(filesOf('case.zip'), ['case.zip', 'case.zip.age']);

  const zip = await receiver.open(bytes);
  const clear = pathIn('received.zip');
  writeFileSync(clear, zip, { mode: 0o600 });
  const [replayKey, auditKey] = [
    fileOf('replay.pem', await ok('replay', 'public-key')),
    fileOf('audit.pem', await ok('audit', 'public-key')),
  ];
  const elsewhere = weirIn();
  const verified = await elsewhere.run('case', 'verify', clear, '--key', replayKey, '--audit-key', auditKey);
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
  assert.match(
    verified.stdout,
    /as it was signed: 33 records[^]*approved by local-approver[^]*came out the same/,
  );
  const wrong = await elsewhere.run('case', 'verify', clear, '--key', auditKey);
  assert.equal(wrong.code, 1, wrong.stdout);

  // As somebody checks it who has no Weir at all.
  const { files } = unzipFiles(zip);
  const claim = files.get('index.claim') ?? new Uint8Array();
  const key = createPublicKey(readFileSync(replayKey, 'utf8'));
  assert.ok(verify('sha256', claim, key, files.get('index.sig') ?? new Uint8Array()));
});

test('without a notary there is no file; with it the same command goes on, and runs nothing again', async () => {
  const planned = await plan('--opened');
  await approve(planned);
  const ran = await weir.run('replay', 'run', planned.replayId);
  assert.equal(ran.code, 0, ran.stderr);
  const { parts } = (await weir.json('status', '--json')) as { parts: { name: string; pid: number }[] };
  const pid = parts.find(({ name }) => name === 'notary')?.pid ?? 0;
  const [before, file] = [await trail('case_exported'), pathIn('away.zip')];
  process.kill(pid, 'SIGSTOP');
  try {
    const away = await weir.run(...exporting(planned.replayId, file));
    assert.deepEqual([away.code, /could not be recorded/.test(away.stderr)], [75, true], away.stderr);
    assert.deepEqual(filesOf('away.zip'), []);
    assert.deepEqual(await trail('case_exported'), before);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await ok(...exporting(planned.replayId, file));
  const runs = (await trail('replay_run')).filter(({ subject }) => subject.id === planned.replayId);
  assert.deepEqual(
    runs.map(({ result }) => result),
    ['begun', 'done'],
  );
});

test('who may not export is told before anything is opened, and what is no case is not exported', async () => {
  const before = await trail('case_exported');
  const made = await ok('tokens', 'add', 'rita', '--tenant', 'weir', '--scope', 'replay:read', 'alerts:read');
  const [token = ''] = /weir_[\w-]+/.exec(made) ?? [];
  const planned = await plan('--opened');
  await approve(planned);
  const file = pathIn('never.zip');
  const may = await waitFor(async () => {
    const run = await weir.run(...exporting(planned.replayId, file), '--token-file', fileOf('rita', token));
    // The API reads its tokens again within a second.
    return /token_unknown|token_invalid/.test(run.stderr) ? undefined : run;
  });
  assert.equal(may.code, 77, may.stderr);
  const compared = (await weir.json('replay', 'plan', ...range, '--json')) as Planned;
  const none = await weir.run(...exporting(compared.replayId, file));
  assert.notEqual(none.code, 0);
  assert.match(none.stderr, /target_unfit/);
  for (const wrong of [
    ['case', 'export', canaries.iban, ...range],
    ['case', 'export', canaries.iban, ...range, '--sealed-to', 'age1nobody'],
    ['case', 'export', '--replay', planned.replayId, '--out', file],
    ['case', 'export', canaries.iban, ...range, '--opened', '--out', file],
  ])
    assert.equal((await weir.run(...wrong)).code, 64, wrong.join(' '));
  assert.deepEqual(filesOf('never.zip'), []);
  assert.deepEqual(await trail('case_exported'), before);
});

/** What is there of a file, by whatever draft's name. */
const filesOf = (name: string): readonly string[] =>
  readdirSync(weir.home)
    .filter((one) => one.startsWith(name))
    .toSorted();

type Verdict = {
  outcome: string;
  explanation: { recomputed?: object; reasons?: readonly object[] } | null;
  events: readonly { type: string; stream: string }[];
};
const readVerdict = (line: string): Verdict => JSON.parse(line) as Verdict;
const readEntry = (line: string): string => (JSON.parse(line) as Entry).action;

function fileOf(name: string, content: string): string {
  const file = pathIn(name);
  writeFileSync(file, content, { mode: 0o600 });
  return file;
}
