import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { streams } from '@weir/contracts';
import { createKafka } from '@weir/kafka';
import { canaries, findCanaries, waitFor } from '@weir/testkit';
import { weirIn } from './weir-command.ts';

type Told = {
  readonly asked: number;
  readonly toRedrive: number;
  readonly codes: readonly { readonly code: string; readonly records: number }[];
  readonly leftOut: readonly { readonly why: string; readonly records: number }[];
  readonly result: null | {
    readonly accepted: number;
    readonly refused: number;
    readonly refusedFor: Readonly<Record<string, number>>;
  };
};
type Totals = {
  readonly cleared: number;
  readonly held: number;
  readonly duplicate: number;
  readonly waiting: number;
};
type Letter = {
  readonly place: string;
  readonly redriven: number;
  readonly rejections: readonly { readonly code: string }[];
};

const weir = weirIn();
const rows = 1_000;

let kafka: ReturnType<typeof createKafka>;
before(async () => {
  const up = await weir.run('up');
  assert.equal(up.code, 0, up.stderr);
  const { addresses } = (await weir.json('status', '--json')) as { addresses: Record<string, string> };
  const brokers = [addresses['KAFKA_BROKERS'] ?? ''];
  kafka = createKafka({ brokers, clientId: 'onlooker', logger: () => undefined });
});
after(async () => {
  await kafka.close();
  const down = await weir.run('down');
  assert.equal(down.code, 0, down.stderr);
});

const redrive = async (...options: readonly string[]): Promise<Told> =>
  (await weir.json('deadletters', 'redrive', '--json', ...options)) as Told;
const totals = async (): Promise<Totals> =>
  ((await weir.json('ledger', '--json')) as { readonly total: Totals }).total;
const judged = async (verdicts: number): Promise<Totals> =>
  waitFor(
    async () => {
      const now = await totals();
      return now.waiting === 0 && now.cleared + now.held >= verdicts ? now : undefined;
    },
    { deadlineMs: 60_000, what: `${verdicts} verdicts` },
  );
const logEnd = async (): Promise<number> =>
  (await kafka.offsets(streams.received.topic)).reduce((sum, { end }) => sum + end, 0);
const auditedTimes = async (): Promise<number> =>
  (await weir.run('audit', 'list', '--action', 'dead_letters_redriven')).stdout.split('dead_letters_redriven')
    .length - 1;

/** Its columns are mapped, but for the currency, to one that there is and one that there isn't. */
function mapping(name: string, currency: string): string {
  const file = join(weir.home, name);
  const column = (one: string) => ({ column: one });
  writeFileSync(
    file,
    JSON.stringify({
      fields: {
        transactionId: column('id'),
        'account.other.id': column('customer'),
        'counterparty.name': column('payee'),
        amount: column('amount'),
        eventTime: column('time'),
        currency: { constant: currency },
        creditDebitIndicator: { constant: 'DBIT' },
      },
    }),
  );
  return file;
}

/** Some rows that stay bad, whatever the mapping, stand between them. */
const badRows = 3;
const csv = [
  'id,time,customer,amount,payee',
  ...Array.from({ length: rows }, (_, index) => {
    const time = new Date(Date.UTC(2026, 0, 5) + index * 1_000).toISOString();
    return `r${index},${time},customer-${index % 50},1${index % 10}.00,${canaries.counterpartyName}`;
  }),
  ...Array.from({ length: badRows }, (_, index) => `b${index},2026-02-30T00:00:00Z,customer-1,1.00,x`),
].join('\n');

const wrong = (): string => mapping('wrong.json', 'ZZZ');
const mended = (): string => mapping('mended.json', 'EUR');

test('a file is refused by a mapping that is wrong, and a dry run says what could be redriven', async () => {
  const file = join(weir.home, 'rows.csv');
  writeFileSync(file, csv);
  const fed = (await weir.json('ingest', file, '--mapping', wrong(), '--json')) as { rejected: number };
  assert.equal(fed.rejected, rows + badRows);

  const unmapped = await redrive('--source', 'rows', '--limit', '10000');
  assert.deepEqual(
    [unmapped.toRedrive, unmapped.leftOut],
    [0, [{ why: 'mapping_needed', records: rows + badRows }]],
  );
  const told = await weir.run(
    'deadletters',
    'redrive',
    '--source',
    'rows',
    '--mapping',
    mended(),
    '--limit',
    '10000',
  );
  assert.equal(told.code, 0, told.stderr);
  assert.match(told.stdout, /1,003 to redrive/);
  assert.match(told.stderr, /Nothing was done/);
  assert.deepEqual(findCanaries(Buffer.from(told.stdout + told.stderr)), []);
  assert.equal(await auditedTimes(), 0);
});

test('where the audit trail is away nothing is opened and nothing is sent', async () => {
  const status = (await weir.json('status', '--json')) as { parts: { name: string; pid: number }[] };
  const notary = status.parts.find(({ name }) => name === 'notary')?.pid ?? assert.fail('there is a notary');
  process.kill(notary, 'SIGSTOP');
  try {
    const ended = await weir.run(
      'deadletters',
      'redrive',
      '--source',
      'rows',
      '--mapping',
      mended(),
      '--yes',
    );
    assert.equal(ended.code, 75, ended.stderr);
  } finally {
    process.kill(notary, 'SIGCONT');
  }
  const again = await redrive('--source', 'rows', '--mapping', mended(), '--limit', '10000');
  assert.equal(again.toRedrive, rows + badRows);
});

test('killed in the middle and given again, each letter gets one verdict, and nothing is sent twice', async () => {
  const options = ['--source', 'rows', '--mapping', mended(), '--limit', '10000'];
  const began = await logEnd();
  const first = weir.start('deadletters', 'redrive', ...options, '--yes');
  await waitFor(async () => (await logEnd()) > began, { deadlineMs: 60_000, what: 'the first of them' });
  const ofCommand = childrenOf(first.pid);
  for (const pid of [first.pid, ...ofCommand]) process.kill(pid, 'SIGKILL');
  await first.ended;

  const second = await redrive(...options, '--yes');
  const refused = second.result?.refused ?? assert.fail('it was redriven');
  assert.ok(second.toRedrive > 0 && second.toRedrive < rows + badRows, `${second.toRedrive} were left`);
  assert.equal(refused, badRows);
  const { cleared, held, duplicate } = await judged(rows);
  assert.deepEqual([cleared + held, duplicate], [rows, 0]);

  const third = await redrive(...options, '--yes');
  assert.deepEqual([third.toRedrive, third.result], [0, null]);
});

test('what stays bad comes back three times and no more, and each time is on the audit trail', async () => {
  const before = await auditedTimes();
  const options = ['--code', 'date_impossible', '--source', 'rows', '--mapping', mended()];
  const letters = async (): Promise<readonly number[]> =>
    (
      (await weir.json('deadletters', 'list', '--code', 'date_impossible', '--json')) as readonly Letter[]
    ).map(({ redriven }) => redriven);
  assert.deepEqual(await letters(), [1, 1, 1]);
  assert.equal((await redrive(...options, '--yes')).toRedrive, 0, 'only when that is said');
  for (const times of [2, 3]) {
    const told = await redrive(...options, '--again', '--yes');
    assert.deepEqual(told.result?.refusedFor, { date_impossible: badRows }, `time ${times}`);
  }
  const last = await redrive(...options, '--again', '--yes');
  assert.deepEqual([last.toRedrive, last.result], [0, null]);
  assert.ok(last.leftOut.some(({ why, records }) => why === 'too_often' && records === badRows));
  // A beginning and an end each.
  assert.equal((await auditedTimes()) - before, 4);
});

test('one that was accepted is never redriven again, whatever is said', async () => {
  const found = (await weir.json(
    ...['deadletters', 'list', '--code', 'currency_unknown', '-n', '10000', '--json'],
  )) as readonly Letter[];
  const place = found.at(-1)?.place ?? assert.fail('there is a letter');
  const told = await redrive(place, '--mapping', mended(), '--again', '--yes');
  assert.deepEqual([told.toRedrive, told.leftOut], [0, [{ why: 'accepted_already', records: 1 }]]);
});

test('a place without a letter ends with 1, and what is no place, or a mapping for any source, with 64', async () => {
  assert.equal((await weir.run('deadletters', 'redrive', 'rejected/0/999999')).code, 1);
  assert.equal((await weir.run('deadletters', 'redrive', 'rejected/0')).code, 64);
  const mapped = await weir.run('deadletters', 'redrive', '--mapping', mended());
  assert.deepEqual([mapped.code, /--source/.test(mapped.stderr)], [64, true]);
});

function childrenOf(pid: number): readonly number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=']).toString().trim().split('\n');
  return lines.flatMap((line) => {
    const [child = 0, parent] = line.trim().split(/\s+/).map(Number);
    return parent === pid ? [child] : [];
  });
}
