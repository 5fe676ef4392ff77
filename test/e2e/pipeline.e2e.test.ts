import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { streams } from '@weir/contracts';
import { createKafka } from '@weir/kafka';
import { canaries, findCanaries, waitFor } from '@weir/testkit';
import { offeredFile } from './offered-file.ts';
import { weirIn } from './weir-command.ts';

type Status = {
  running: boolean;
  parts: { name: string; up: boolean; pid: number }[];
  addresses: Record<string, string>;
};
type Ledgers = {
  balanced: boolean;
  faults: string[];
  total: Record<'records' | 'cleared' | 'held' | 'rejected' | 'duplicate' | 'control' | 'waiting', number>;
};
type Summary = {
  offered: number;
  acknowledged: number;
  rejected: number;
  rejections: { code: string; path: string; count: number }[];
};
type Mail = { id: string; deliveries: number; subject: string };
type MailParts = { text: string; html: string };
type ListedAlert = { alertId: string; code: string | null; transactions: number };

const weir = weirIn();
const partitions = 4;
let addresses: Record<string, string> = {};

before(async () => {
  const up = await weir.run('up');
  assert.equal(up.code, 0, up.stderr);
  const status = (await weir.json('status', '--json')) as Status;
  addresses = status.addresses;
  assert.deepEqual(
    status.parts.map(({ name, up: isUp }) => [name, isUp]).toSorted(),
    ['alerting', 'detection', 'inbox', 'ingest', 'kafka', 'kms', 'learner', 'notary', 'redis', 'replay'].map(
      (name) => [name, true],
    ),
  );
});
after(async () => {
  const down = await weir.run('down');
  assert.equal(down.code, 0, down.stderr);
});

const ledgers = async (): Promise<Ledgers> => (await weir.json('ledger', '--json')) as Ledgers;
/** Without control records: models that were learned come into force meanwhile, whenever they are ready. */
const settled = async (records: number): Promise<Ledgers> =>
  waitFor(
    async () => {
      const now = await ledgers();
      const { waiting, records: all, control } = now.total;
      return waiting === 0 && all - control === records ? now : undefined;
    },
    { deadlineMs: 60_000, what: `a ledger of ${records} records` },
  );
const mails = async (): Promise<Mail[]> =>
  (await (await fetch(`${addresses['INBOX_URL']}/api/mails`)).json()) as Mail[];
const texts = async (): Promise<string[]> =>
  (await Promise.all((await mails()).map(readMail))).map(({ text }) => text);
/** Alerts are told by the first twelve digits of their ids. */
const untilMailed = (alerts: readonly ListedAlert[]): Promise<unknown> =>
  waitFor(
    async () => {
      const told = await texts();
      return alerts.every(({ alertId }) => told.some((text) => text.includes(alertId.slice(0, 12))));
    },
    { deadlineMs: 30_000, what: 'a mail about each alert' },
  );
const readMail = async ({ id }: Mail): Promise<MailParts> =>
  (await (await fetch(`${addresses['INBOX_URL']}/api/mails/${id}`)).json()) as MailParts;

test('a file is fed, every bad line is refused with its reason, and both ledgers balance', async () => {
  const file = join(weir.home, 'offered.ndjson');
  writeFileSync(file, offeredFile.bytes);
  const summary = (await weir.json('ingest', file, '--json')) as Summary;
  assert.equal(summary.acknowledged, offeredFile.accepted);
  assert.equal(summary.rejected, offeredFile.refused.length);
  const found = summary.rejections.flatMap(({ code, path, count }) =>
    Array.from({ length: count }, () => `${code} ${path}`),
  );
  assert.deepEqual(
    found.toSorted(),
    offeredFile.refused.map(({ code, path }) => `${code} ${path}`).toSorted(),
  );

  const { balanced, faults, total } = await settled(offeredFile.accepted);
  assert.deepEqual(faults, []);
  assert.ok(balanced);
  const { records: _records, control, ...counted } = total;
  assert.ok(control >= partitions);
  assert.deepEqual(counted, {
    cleared: offeredFile.cleared,
    held: 1,
    rejected: 1,
    duplicate: 1,
    waiting: 0,
  });
});

test('the rejected stream keeps each bad line with its code, field and origin', async () => {
  const tail = await weir.run('tail', 'rejected', '--all', '--no-follow', '--json');
  const records = tail.stdout
    .trimEnd()
    .split('\n')
    .map(
      (line) =>
        (
          JSON.parse(line) as {
            payload: { rejections: { code: string; path: string }[]; origin: { kind: string } };
          }
        ).payload,
    );
  const ofSource = records.filter(({ origin }) => origin.kind === 'source');
  assert.deepEqual(
    ofSource.map(({ rejections }) => `${rejections[0]?.code} ${rejections[0]?.path}`).toSorted(),
    offeredFile.refused.map(({ code, path }) => `${code} ${path}`).toSorted(),
  );
  assert.deepEqual(
    records.filter(({ origin }) => origin.kind === 'topic').map(({ rejections }) => rejections[0]?.code),
    ['conflicting_duplicate'],
  );
});

test('what was refused is listed without what it holds, and opened once the audit trail has it', async () => {
  const listed = await weir.run('deadletters', 'list', '--source', 'offered', '--json');
  const letters = JSON.parse(listed.stdout) as {
    place: string;
    rejections: { code: string; path: string }[];
    originalBytes: number;
  }[];
  assert.deepEqual(
    letters.map(({ rejections }) => `${rejections[0]?.code} ${rejections[0]?.path}`).toSorted(),
    offeredFile.refused.map(({ code, path }) => `${code} ${path}`).toSorted(),
  );
  assert.deepEqual(findCanaries(Buffer.from(listed.stdout)), []);

  const place = letters.find(({ rejections }) => rejections[0]?.code === 'iban_invalid')?.place ?? 'none';
  const opened = await weir.run('deadletters', 'show', place, '--open');
  assert.equal(opened.code, 0, opened.stderr);
  const lines = opened.stdout.split('\n');
  assert.ok(
    offeredFile.bytes
      .toString('latin1')
      .split('\n')
      .includes(lines[lines.indexOf('original') + 1] ?? ''),
    'the line as it was offered',
  );

  // One that was sealed by itself: the second of two transactions with one id.
  const [conflicting] = (await weir.json(
    'deadletters',
    'list',
    '--stream',
    'received',
    '--json',
  )) as typeof letters;
  const second = (await weir.json(
    'deadletters',
    'show',
    conflicting?.place ?? 'none',
    '--open',
    '--json',
  )) as {
    opened: { original: { text: string } };
  };
  assert.equal((JSON.parse(second.opened.original.text) as { amountMinor: number }).amountMinor, 735_100);

  const trail = await weir.run('audit', 'list', '--action', 'dead_letters_opened');
  const named = [place, conflicting?.place ?? 'none'].map((one) =>
    one.replace('rejected/', '').replace('/', '-'),
  );
  for (const one of named) assert.ok(trail.stdout.includes(`record:${streams.rejected.topic}-${one}`), one);
});

test('records that no one of ours wrote are refused and told to the security team, and the log goes on', async () => {
  const before = (await ledgers()).total;
  const kafka = createKafka({
    brokers: [addresses['KAFKA_BROKERS'] ?? ''],
    clientId: 'stranger',
    logger: () => undefined,
  });
  const producer = await kafka.createProducer();
  for (let partition = 0; partition < partitions; partition += 1) {
    await producer.append(streams.received.topic, partition, [
      { key: 'stranger', value: Buffer.from('{"verdict":"cleared"}'), headers: {} },
      { key: null, value: null, headers: {} },
    ]);
  }
  await producer.close();
  await kafka.close();
  const { balanced, faults, total } = await settled(before.records - before.control + 2 * partitions);
  assert.deepEqual(faults, []);
  assert.ok(balanced);
  assert.equal(total.rejected, before.rejected + 2 * partitions);
  assert.equal(total.cleared, before.cleared);
  // What was refused for one reason on one topic is one alert, however many records it was.
  const alerts = await waitFor(
    async () => {
      const listed = (await weir.json('alerts', 'list', '--json')) as ListedAlert[];
      const found = listed.filter(({ code }) => code === 'not_sealed' || code === 'null_value');
      return found.reduce((sum, { transactions }) => sum + transactions, 0) === 2 * partitions
        ? found
        : undefined;
    },
    { deadlineMs: 30_000, what: 'each refused record in an alert' },
  );
  assert.deepEqual(alerts.map(({ code, transactions }) => `${transactions} ${code}`).toSorted(), [
    `${partitions} not_sealed`,
    `${partitions} null_value`,
  ]);
  await untilMailed(alerts);
});

test('the held transaction is mailed once, in plain words and with its account masked', async () => {
  const listed = (await weir.json('alerts', 'list', '--json')) as ListedAlert[];
  await untilMailed(listed.filter(({ code }) => code === null));
  const bodies = await Promise.all((await mails()).map(readMail));
  const about = bodies.filter(({ text }) => text.includes(offeredFile.heldTransactionId));
  const [mail] = about.filter(({ text }) => text.includes('GB•• •••• 5432'));
  assert.ok(mail !== undefined, 'a mail that shows the masked account');
  assert.match(mail.text, /7,?350\.00/);
  for (const { text, html } of bodies) assert.deepEqual(findCanaries(Buffer.from(text + html)), []);
});

test('feeding the same file again feeds nothing, and says so', async () => {
  const again = await weir.run('ingest', join(weir.home, 'offered.ndjson'));
  assert.notEqual(again.code, 0);
  assert.match(again.stderr, /has been fed to its end; --force feeds it again/);
});

test('the latest of a stream are shown in the order of time, as many as asked for', async () => {
  const times = async (...options: string[]): Promise<string[]> => {
    const { stdout } = await weir.run('tail', 'cleared', '--no-follow', '--json', ...options);
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { timestamp: string }).timestamp);
  };
  const all = (await times('--all')).toSorted();
  assert.deepEqual(await times('--lines', '7'), all.slice(-7));
  const none = await weir.run('tail', 'releases', '--no-follow');
  assert.deepEqual([none.code, none.stdout, none.stderr], [0, '', 'No events yet\n']);
});

test('a stack that runs says so and where, and its ledger speaks of sources', async () => {
  const again = await weir.run('up');
  assert.equal(again.code, 0);
  assert.ok(again.stdout.includes(addresses['INBOX_URL'] ?? 'nothing'));
  const { stdout } = await weir.run('ledger');
  assert.match(stdout, /^offered +offered\.ndjson +demo +finished /m);
});

test('what is fed wrongly ends with a clear error and its exit code', async () => {
  const empty = join(weir.home, 'empty.ndjson');
  writeFileSync(empty, '');
  const nothing = await weir.run('ingest', empty);
  assert.equal(nothing.code, 0);
  assert.match(nothing.stdout, /no record/);

  const csv = join(weir.home, 'cards.csv');
  const mapping = join(weir.home, 'mapping.json');
  writeFileSync(csv, 'id,when\n1,2024-01-01T00:00:00Z\n');
  const amount = { constant: '1.00' };
  const wrongMapping = {
    delimiter: ',',
    fields: {
      transactionId: { column: 'id' },
      'account.other.id': { template: 'customer-{id}' },
      creditDebitIndicator: { constant: 'DBIT' },
      amount: { column: 'amount' },
      currency: { constant: 'EUR' },
      eventTime: { column: 'when' },
    },
  };
  writeFileSync(mapping, JSON.stringify(wrongMapping));
  const missing = await weir.run('ingest', csv, '--mapping', mapping);
  assert.equal(missing.code, 65, missing.stderr);
  assert.match(missing.stderr, /amount/);
  writeFileSync(mapping, JSON.stringify({ ...wrongMapping, fields: { ...wrongMapping.fields, amount } }));
  const corrected = await weir.run('ingest', csv, '--mapping', mapping);
  assert.equal(corrected.code, 73, corrected.stderr);
  assert.match(corrected.stderr, /has changed: the mapping, the tenant or the source\. --force feeds/);

  const report = join(weir.home, 'absent', 'report.json');
  const unwritable = await weir.run('ingest', csv, '--mapping', mapping, '--force', '--report', report);
  assert.equal(unwritable.code, 78, unwritable.stderr);
  assert.match(unwritable.stderr, /--report: the file can't be written/);

  const absent = await weir.run('ingest', join(weir.home, 'absent.ndjson'));
  assert.equal(absent.code, 66);
});

test('nothing that rests holds an account number or a name in clear', async () => {
  // Only what has been written everywhere can be searched everywhere.
  assert.ok((await ledgers()).balanced);
  const resting = ['kafka', 'redis', 'logs', 'inbox', 'ledgers', 'run'].flatMap((folder) =>
    walk(join(weir.home, folder)),
  );
  assert.ok(
    resting.some((path) => path.includes(streams.received.topic)),
    'the log segments are searched',
  );
  assert.ok(
    resting.some((path) => path.includes('appendonly')),
    "Redis's file is searched",
  );
  const leaks = resting.flatMap((path) =>
    findCanaries(readFileSync(path)).map((name) => `${name} in ${path}`),
  );
  assert.deepEqual(leaks, []);
  // The search finds what is there: the sealed originals do hold the canaries.
  const opened = await weir.run('tail', 'received', '--all', '--no-follow', '--json');
  assert.deepEqual(findCanaries(Buffer.from(opened.stdout)).toSorted(), Object.keys(canaries).toSorted());
});

function walk(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? walk(path) : [path];
  });
}
