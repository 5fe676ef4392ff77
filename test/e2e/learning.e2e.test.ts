import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { OfferedTransaction } from '@weir/contracts';
import { simulateDay } from '@weir/simulator';
import { waitFor } from '@weir/testkit';
import { weirIn } from './weir-command.ts';

type Ledgers = {
  balanced: boolean;
  faults: string[];
  total: Record<'records' | 'cleared' | 'held' | 'rejected' | 'duplicate' | 'control' | 'waiting', number>;
};
type Model = {
  ref: string;
  cutAt: string;
  learned: { transactions: number; frauds: number };
  inForce: boolean;
  policy: 'follow' | 'frozen';
};
type Decided = {
  payload: {
    transaction: { transactionId: string };
    verdict: { versions: { ruleset: string; model?: string }; reasons: { rule: string }[] };
  };
};

const dayMs = 86_400_000;
/** Midnight before day 0 of the simulated bank. */
const dayZeroMs = Date.UTC(2020, 0, 1);
const bank = {
  ...{ seed: 6, accounts: 30, establishedAccounts: 30, transactionsPerDay: 60, fraudsPerDay: 0 },
} as const;
const historyDays = 9;

/** Everybody's payments of some days, in the order of event time. */
const daysOf = (day: number, past = 0): readonly OfferedTransaction[] =>
  [...simulateDay({ ...bank, day, historyDays: past })].flatMap(({ offered, fault }) =>
    fault === null ? [offered] : [],
  );
const past = daysOf(0, historyDays).filter(({ eventTime }) => Date.parse(eventTime) < dayZeroMs);
const dayZero = daysOf(0);
const dayOne = daysOf(1);
const accounts = [
  ...new Map(past.map(({ account, currency }) => [JSON.stringify(account), { account, currency }])).values(),
];

/** What the bad counterparty gets: of another account each time, at noon of a day. */
const badPayment = (id: string, day: number, by: number): OfferedTransaction => {
  const payer = accounts[by % accounts.length];
  assert.ok(payer !== undefined);
  return {
    transactionId: id,
    ...payer,
    creditDebitIndicator: 'DBIT',
    amount: `${310 + by}.00`,
    eventTime: new Date(dayZeroMs + day * dayMs + dayMs / 2 + by * 60_000).toISOString(),
    channel: 'online_banking',
    counterparty: { name: 'Bad Parcels', account: { other: { id: 'bad-parcels' } } },
  };
};
/** Half of them are learned as genuine before anybody reports them, and half together with their reports. */
const frauds = Array.from({ length: 12 }, (_, turn) => badPayment(`bad-${turn}`, turn < 6 ? -9 : -8, turn));
/** Reported a day after the transactions, each named as a case tool would: by its account and id. */
const reports = frauds.map(({ transactionId, account, eventTime }) => ({
  ...{ transactionId, account, outcome: 'fraud', reportedBy: 'case-tool' },
  reportedAt: new Date(Date.parse(eventTime) + dayMs).toISOString(),
}));
/** By an account that hadn't paid it before. */
const judged = badPayment('bad-after', 1, frauds.length + 1);

const weir = weirIn();
let fed = 0;

const ledgers = async (): Promise<Ledgers> => (await weir.json('ledger', '--json')) as Ledgers;
const models = async (): Promise<readonly Model[]> =>
  (await weir.json('models', 'list', '--json')) as readonly Model[];
const inForce = async (): Promise<Model | undefined> => (await models()).find((model) => model.inForce);
const decidedOn = async (stream: 'cleared' | 'held'): Promise<readonly Decided['payload'][]> =>
  (await weir.run('tail', stream, '--all', '--no-follow', '--json')).stdout
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as Decided).payload);

const fileOf = (name: string, lines: readonly unknown[]): string => {
  const file = join(weir.home, `${name}.ndjson`);
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return file;
};

/** Feeds transactions in their order, and waits until each is decided. */
async function feed(name: string, transactions: readonly OfferedTransaction[]): Promise<void> {
  const ordered = transactions.toSorted((a, b) => Date.parse(a.eventTime) - Date.parse(b.eventTime));
  const done = (await weir.json('ingest', fileOf(name, ordered), '--json')) as { acknowledged: number };
  assert.equal(done.acknowledged, ordered.length);
  fed += ordered.length;
  await waitFor(
    async () => {
      const { cleared, held, waiting } = (await ledgers()).total;
      return waiting === 0 && cleared + held === fed;
    },
    { deadlineMs: 60_000, what: `${fed} decided transactions` },
  );
}

const cutInForce = (cutAtMs: number): Promise<Model> =>
  waitFor(
    async () => {
      const model = await inForce();
      return model !== undefined && Date.parse(model.cutAt) >= cutAtMs ? model : undefined;
    },
    { deadlineMs: 60_000, what: `a model with a cut at ${new Date(cutAtMs).toISOString()} in force` },
  );

before(async () => {
  const up = await weir.run('up');
  assert.equal(up.code, 0, up.stderr);
});
after(async () => {
  const down = await weir.run('down');
  assert.equal(down.code, 0, down.stderr);
});

test('what is learned without any report comes into force by itself', async () => {
  await feed('past', [...past, ...frauds]);
  const first = await cutInForce(dayZeroMs - dayMs);
  assert.equal(first.learned.frauds, 0);
  assert.ok(first.learned.transactions > 0);
  assert.equal(first.policy, 'follow');
});

test('reports that are imported are learned from with the next day, also those that came late', async () => {
  const file = fileOf('reports', reports);
  const imported = (await weir.json('outcomes', 'import', file, '--json')) as { acknowledged: number };
  assert.equal(imported.acknowledged, reports.length);
  const listed = (await weir.json('outcomes', 'list', '--json')) as { transaction: string }[];
  assert.equal(listed.length, reports.length);

  await feed('day-0', dayZero);
  const second = await cutInForce(dayZeroMs);
  assert.equal(second.learned.frauds, frauds.length);
});

test('a payment to the counterparty that was reported is held for it, by the model in force', async () => {
  await feed('day-1', [...dayOne, judged]);
  const held = await decidedOn('held');
  const found = held.find(({ transaction }) => transaction.transactionId === judged.transactionId);
  assert.ok(found !== undefined, 'it is held');
  const { versions, reasons } = found.verdict;
  assert.equal(versions.ruleset, 'starter@3');
  assert.match(versions.model ?? '', /^learned@\d+$/);
  assert.ok(
    reasons.some(({ rule }) => rule === 'counterparty_risk'),
    reasons.map(({ rule }) => rule).join(', '),
  );
  const dayOneIds = new Set(dayOne.map(({ transactionId }) => transactionId));
  const cleared = (await decidedOn('cleared')).filter(({ transaction }) =>
    dayOneIds.has(transaction.transactionId),
  );
  assert.ok(cleared.length > 0);
  for (const { verdict } of cleared) assert.match(verdict.versions.model ?? '', /^learned@\d+$/);
});

test('its verdict is explained by what its sender calls it, and recomputed to the same', async () => {
  const account = JSON.stringify(judged.account);
  const told = await weir.run('explain', judged.transactionId, '--account', account);
  assert.equal(told.code, 0, told.stderr);
  assert.match(told.stdout, /^Held by starter@\d, score 0\.\d{6} \(held from 0\.5 on\)\.$/m);
  assert.match(told.stdout, /Counterparty of frauds \(counterparty_risk\)/);
  assert.match(told.stdout, /^Recomputed from the journalled features: the same, held\.$/m);
  const [, place = '', event = ''] = /in the log +(\S+)\nevent id +(\S+)/.exec(told.stdout) ?? [];
  const [byPlace, byEvent] = (await Promise.all([
    weir.json('explain', place, '--json'),
    weir.json('explain', event, '--json'),
  ])) as { transaction: string; base: number; score: number; features: { contribution: number | null }[] }[];
  assert.deepEqual(byPlace, byEvent);
  assert.equal(byPlace?.transaction, event);
  const millionths = (part: number | null): number => Math.round((part ?? 0) * 1e6);
  assert.equal(
    byPlace.features.reduce(
      (sum, { contribution }) => sum + millionths(contribution),
      millionths(byPlace.base),
    ),
    millionths(byPlace.score),
  );
  for (const file of readdirSync(join(weir.home, 'logs'))) {
    const log = readFileSync(join(weir.home, 'logs', file), 'utf8');
    assert.ok(!log.includes(judged.transactionId) && !log.includes(event), file);
  }
});

test('the report on rules counts every verdict of its days, and the frauds that were reported', async () => {
  const html = join(weir.home, 'report.html');
  const said = (await weir.json('rules', 'report', '--since', '60d', '--json', '--html', html)) as {
    sections: {
      stage: string;
      transactions: number;
      base: { held: number };
      alerts: Record<string, { fraud: number }>;
    }[];
  };
  const { cleared, held } = (await ledgers()).total;
  const sum = (of: (section: (typeof said.sections)[number]) => number): number =>
    said.sections.reduce((total, section) => total + of(section), 0);
  assert.equal(
    sum(({ transactions }) => transactions),
    cleared + held,
  );
  assert.equal(
    sum(({ base }) => base.held),
    held,
  );
  assert.equal(
    sum(({ alerts }) => Object.values(alerts).reduce((total, { fraud }) => total + fraud, 0)),
    frauds.length,
  );
  assert.match(readFileSync(html, 'utf8'), /<svg /);
});

test('people freeze, take back, choose and follow models, and see what differs between two', async () => {
  // The last boundary that was reached: nothing comes any more while nothing is fed.
  const newest = await cutInForce(dayZeroMs + dayMs);
  assert.equal((await weir.run('models', 'freeze')).code, 0);
  assert.equal((await inForce())?.policy, 'frozen');

  const back = (await weir.json('models', 'rollback', '--json')) as { artefact: string; policy: string };
  assert.equal(back.policy, 'frozen');
  assert.notEqual(back.artefact, newest.ref);

  assert.equal((await weir.run('models', 'activate', 'learned@1')).code, 0);
  const [unknown, compared] = await Promise.all([
    weir.run('models', 'activate', 'learned@99'),
    weir.json('models', 'diff', 'learned@1', newest.ref, '--json'),
  ]);
  assert.equal(unknown.code, 76, unknown.stderr);
  const { from, to, added } = compared as { from: Model; to: Model; added: number };
  assert.deepEqual([from.ref, to.ref, added > 0], ['learned@1', newest.ref, true]);
  assert.equal((await inForce())?.ref, 'learned@1');

  assert.equal((await weir.run('models', 'follow')).code, 0);
  const again = await cutInForce(dayZeroMs + dayMs);
  assert.deepEqual([again.ref, again.policy], [newest.ref, 'follow']);
});

test('the ledger balances, and the trail says who decided about models', async () => {
  const { balanced, faults, total } = await waitFor(
    async () => {
      const now = await ledgers();
      return now.total.waiting === 0 ? now : undefined;
    },
    { deadlineMs: 30_000, what: 'every control record to be decided' },
  );
  assert.deepEqual([balanced, faults], [true, []]);
  const { cleared, held, rejected, duplicate } = total;
  assert.deepEqual(
    { decided: cleared + held, rejected, duplicate },
    { decided: fed, rejected: 0, duplicate: 0 },
  );

  const { stdout } = await weir.run('tail', 'audit', '--all', '--no-follow', '--json');
  const acts = stdout
    .split('\n')
    .filter((line) => line.includes('model_policy_changed') || line.includes('artefact_activated'));
  assert.ok(
    acts.some((line) => line.includes('learned@1')),
    stdout.slice(0, 2_000),
  );
});
