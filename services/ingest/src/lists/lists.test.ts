import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inForce, readArtefacts } from '@weir/artefacts';
import { mostLists, streams, WeirError, type ListOf } from '@weir/contracts';
import { createPseudonymizer } from '@weir/envelope';
import { createListBuilder, createPseudonymList, latestLists, readListAt, readListBytes } from '@weir/lists';
import {
  activationsIn,
  createProcess,
  logId,
  openedTopics,
  recordsOf,
  type ArtefactProcess,
} from '../fixtures/artefact-topics.ts';
import { cutInto } from '../fixtures/chunks.ts';
import { createAcceptor } from '../accept-transaction.ts';
import { activateList, publishList, type ListChange } from './list-acts.ts';
import { createListFile } from './read-list-file.ts';
import { noRefusals, openRefusals, type Refusals } from './refusals-file.ts';
import { testMembership } from './test-membership.ts';

const hourMs = 3_600_000;
const indexKey = createSecretKey(Buffer.alloc(32, 5));
const pseudonymize = createPseudonymizer({ indexKey, version: 1 });
const entryOf = (of: ListOf) => ({ of, tenant: 'bank', pseudonymize, expiresAtMs: Infinity });

const fileOf = (text: string | Buffer, more: { of?: ListOf; refusals?: Refusals; nowMs?: number } = {}) =>
  createListFile({
    chunks: cutInto(Buffer.from(text), [7, 20]),
    entry: entryOf(more.of ?? 'counterparty'),
    nowMs: more.nowMs ?? Date.UTC(2026, 0, 1),
    refusals: more.refusals ?? noRefusals,
    signal: new AbortController().signal,
  });

const codesOf = async (text: string | Buffer): Promise<readonly string[]> => {
  const file = fileOf(text);
  await file.read();
  return file.refused().map(({ code, count }) => `${code} ${count}`);
};

/** The prefix detection will ask with, of a transaction that ingest accepted. */
function prefixOf(
  of: ListOf,
  account: { iban: string } | { other: { id: string; scheme?: string } },
): string {
  const accept = createAcceptor({
    ...{ tenant: 'bank', source: 'feed', pseudonymize, pseudonymizeOnce: pseudonymize },
    partitionOf: () => 0,
  });
  const mine = { iban: 'DE89370400440532013000' };
  const { event } = accept(
    {
      transactionId: 't1',
      account: of === 'account' ? account : mine,
      counterparty: { account: of === 'account' ? mine : account },
      creditDebitIndicator: 'DBIT',
      currency: 'EUR',
      amountMinor: 100,
      eventTimeMs: 0,
    },
    0,
  );
  const content = JSON.parse(Buffer.from(event.plaintext).toString('utf8')) as {
    counterparty: { pseudonym: string };
  };
  const pseudonym = of === 'account' ? event.key : content.counterparty.pseudonym;
  return Buffer.from(pseudonym.slice(pseudonym.indexOf('_') + 1), 'base64url').toString('hex', 0, 6);
}

async function listOfText(text: string, of: ListOf = 'counterparty') {
  const file = fileOf(text, { of });
  const bytes = await file.read();
  assert.ok(bytes !== undefined);
  assert.equal(file.counts().bad, 0, JSON.stringify(file.refused()));
  return createPseudonymList('mules@1', bytes);
}

test('a list matches the accounts and counterparties of transactions, however the file names them', async () => {
  for (const kind of ['counterparty', 'account'] as const) {
    const texts = [
      'NL91 ABNA 0417 1643 00\nACC-77\n',
      'account\nnl91abna0417164300\nACC-77\n',
      'iban;id;note\nNL91ABNA0417164300;;x\n;ACC-77;"a ""quoted"" note"\n',
    ];
    for (const text of texts) {
      const list = await listOfText(text, kind);
      assert.equal(list.entries, 2);
      assert.ok(list.has(prefixOf(kind, { iban: 'NL91ABNA0417164300' }), 0));
      assert.ok(list.has(prefixOf(kind, { other: { id: 'ACC-77' } }), 0));
      assert.ok(!list.has(prefixOf(kind, { other: { id: 'ACC-77', scheme: 'BBAN' } }), 0));
    }
    const schemed = await listOfText('id,scheme\nACC-77,BBAN\n', kind);
    assert.ok(schemed.has(prefixOf(kind, { other: { id: 'ACC-77', scheme: 'BBAN' } }), 0));
  }
});

test('a pseudonym stands for itself, and one of another kind is refused', async () => {
  const own = `c1_${'A'.repeat(22)}`;
  const list = await listOfText(`${own}\n`);
  assert.ok(list.has('000000000000', 0));
  assert.deepEqual(await codesOf(`${own}\na1_${'A'.repeat(22)}\n`), ['field_format 1']);
});

test('what is wrong with a line is told by a closed code, and the reading goes on', async () => {
  const lines: readonly (readonly [line: string | Buffer, code: string])[] = [
    ['4111111111111111', 'card_number'],
    ['NL00ABNA0417164300', 'iban_invalid'],
    ['two words 7', 'field_format'],
    [`7${'x'.repeat(80)}`, 'field_too_long'],
    ['7'.repeat(5_000), 'record_too_large'],
    [Buffer.of(0x37, 0xff), 'not_utf8'],
  ];
  for (const [line, code] of lines) {
    const text = Buffer.concat([Buffer.from('ACC-1\n'), Buffer.from(line), Buffer.from('\nACC-2\n')]);
    assert.deepEqual(await codesOf(text), [`${code} 1`]);
  }
  const rows: readonly (readonly [row: string, code: string])[] = [
    ['ACC-1,2026-02-30', 'date_impossible'],
    ['ACC-1,tomorrow', 'field_format'],
    ['ACC-1,1999-01-01', 'date_out_of_range'],
    [',2027-01-01', 'field_missing'],
    ['ACC-1', 'not_csv'],
    ['"ACC-1', 'not_csv'],
  ];
  for (const [row, code] of rows)
    assert.deepEqual(await codesOf(`account,expiresAt\nACC-9,\n${row}\n`), [`${code} 1`]);
});

test('a file without a header that names an account, or without an entry, changes nothing', async () => {
  for (const text of ['name,amount\nx,1\n', 'kontonummer\nACC-1\n', 'account,account\nA1,A2\n'])
    await assert.rejects(fileOf(text).read(), { exitCode: 65, message: /header/ });
  for (const text of ['', '\n\n', 'account\n'])
    await assert.rejects(fileOf(text).read(), { exitCode: 65, message: /holds no entry/ });
});

test('a day counts to its end, an instant to its hour, and what has expired already is left out', async () => {
  const text =
    'account,expiresAt\nACC-1,2026-03-01\nACC-2,2026-03-01T10:30:00+01:00\nACC-3,2025-12-31\nACC-4,\n';
  const file = fileOf(text);
  const bytes = await file.read();
  assert.deepEqual(file.counts(), { lines: 4, bad: 0, expired: 1 });
  const list = createPseudonymList('mules@1', bytes ?? Buffer.alloc(0));
  const expiryOf = (id: string) => list.expiresAtMs(prefixOf('counterparty', { other: { id } }));
  assert.equal(expiryOf('ACC-1'), Date.UTC(2026, 2, 2));
  assert.equal(expiryOf('ACC-2'), Date.UTC(2026, 2, 1, 10));
  assert.equal(expiryOf('ACC-3'), undefined);
  assert.equal(expiryOf('ACC-4'), Infinity);
});

test('two hundred thousand lines with bad ones among them: each bad one stands in the file by its number, and by no value', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-lists-'));
  try {
    const path = join(folder, 'list.refused.csv');
    const lines = Array.from({ length: 200_000 }, (_, n) =>
      n % 1_000 === 999 ? `bad one ${n}` : `ACC-${n}`,
    );
    const file = createListFile({
      chunks: cutInto(Buffer.from(lines.join('\n')), [65_536, 1_000_000]),
      entry: entryOf('counterparty'),
      nowMs: 0,
      refusals: await openRefusals(path),
      signal: new AbortController().signal,
    });
    const bytes = await file.read();
    assert.deepEqual(file.counts(), { lines: 200_000, bad: 200, expired: 0 });
    assert.equal(bytes?.length, 12 + 10 * 199_800);
    const [header, ...refused] = readFileSync(path, 'utf8').trimEnd().split('\n');
    assert.equal(header, 'line,code');
    assert.deepEqual(
      refused,
      Array.from({ length: 200 }, (_, n) => `${(n + 1) * 1_000},field_format`),
    );
    assert.deepEqual(file.refused(), [
      { code: 'field_format', count: 200, firstLines: [1_000, 2_000, 3_000, 4_000, 5_000] },
    ]);
    await openRefusals(path);
    assert.ok(!existsSync(path), 'the next import begins without what an earlier one wrote');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function change(name: string, prefixes: readonly number[], more: Partial<ListChange> = {}): ListChange {
  const builder = createListBuilder(more.of ?? 'counterparty');
  for (const number of prefixes) builder.add(Buffer.of(0, 0, 0, 0, 0, number), Infinity);
  return { name, of: 'counterparty', act: 'replace', bytes: builder.build(), logId, ...more };
}

async function importList(process: ArtefactProcess, wanted: ListChange) {
  const published = await publishList(wanted, process.ports);
  const activated = await activateList({ reference: published.reference, logId }, process.ports);
  return { ...published, activated };
}

const listsNow = async ({ ports }: ArtefactProcess) => inForce(await readArtefacts(ports), logId).lists;

/** What the version in force holds. */
async function prefixesInForce(process: ArtefactProcess, name: string): Promise<readonly number[]> {
  const now = (await listsNow(process)).get(name);
  assert.ok(now?.location !== undefined);
  const { artefact: ref, digest, location } = now;
  const list = await readListAt(process.ports.lists, { ref, digest, location });
  return Array.from({ length: 256 }, (_, n) => n).filter((n) =>
    list.has(n.toString(16).padStart(12, '0'), 0),
  );
}

test('each import is the next version and comes into force; adding and removing begin from the one before', async () => {
  const process = await openedTopics();
  assert.equal((await importList(process, change('mules', [1, 2]))).reference.ref, 'mules@1');
  const added = await importList(process, change('mules', [2, 3], { act: 'add' }));
  assert.deepEqual(added.changed, { entries: 3, added: 1, extended: 0, removed: 0, dropped: 0 });
  assert.deepEqual(await prefixesInForce(process, 'mules'), [1, 2, 3]);
  await importList(process, change('mules', [1, 9], { act: 'remove' }));
  assert.deepEqual(await prefixesInForce(process, 'mules'), [2, 3]);
  await importList(process, change('mules', [7]));
  assert.deepEqual(await prefixesInForce(process, 'mules'), [7]);
  const names = (await latestLists(process.ports.lists, () => false)).map(({ ref }) => ref);
  assert.deepEqual(names, ['mules@4', 'mules@3', 'mules@2', 'mules@1']);
});

test('the same content again publishes nothing, whether it replaces, adds or removes', async () => {
  const process = await openedTopics();
  await importList(process, change('mules', [1, 2]));
  for (const again of [
    change('mules', [2, 1]),
    change('mules', [1], { act: 'add' }),
    change('mules', [9], { act: 'remove' }),
  ]) {
    const { isKnown, reference, activated } = await importList(process, again);
    assert.deepEqual([isKnown, reference.ref, activated?.sequence], [true, 'mules@1', 1]);
  }
  assert.equal((await recordsOf(process, streams.artefacts.topic)).length, 1);
});

test('an import that was killed anywhere is finished by the next, under one version and one number', async () => {
  for (const isLost of [false, true]) {
    for (let changesLeft = 0; changesLeft < 9; changesLeft += 1) {
      const process = await openedTopics();
      Object.assign(process.kill, { changesLeft, isLost });
      await assert.rejects(importList(process, change('mules', [1, 2])));
      const next = await createProcess(process.broker);
      assert.equal((await importList(next, change('mules', [1, 2]))).reference.ref, 'mules@1');
      for (const partition of [0, 1, 2])
        assert.deepEqual([...new Set(await activationsIn(next, partition))], ['1 mules@1']);
      assert.equal((await recordsOf(next, streams.lists.topic)).length, 1);
    }
  }
});

test('of two that add at the same time none loses what the other one added, however far apart they begin', async () => {
  for (let round = 0; round < 30; round += 1) {
    const { broker, ...first } = await openedTopics();
    await importList(first, change('mules', [1]));
    const [one, other] = [
      await createProcess(broker, 2 * round + 1),
      await createProcess(broker, 2 * round + 2),
    ];
    await Promise.all([
      importList(one, change('mules', [10], { act: 'add' })),
      turns(round).then(() => importList(other, change('mules', [11], { act: 'add' }))),
    ]);
    assert.deepEqual(await prefixesInForce(first, 'mules'), [1, 10, 11]);
    assert.equal((await listsNow(first)).get('mules')?.artefact, 'mules@3');
  }
});

/** Lets so many turns of the event loop pass: each request to the broker takes one. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

test('a transaction whose answer was lost is published once, and told as what it did', async () => {
  const { broker } = await openedTopics();
  const { ports, kafka } = await createProcess(broker, 1);
  let answersLost = 1;
  const losing: typeof kafka = {
    ...kafka,
    createPartitionTransactions: (options) => {
      const transactions = kafka.createPartitionTransactions(options);
      return {
        ...transactions,
        publish: async (step) => {
          await transactions.publish(step);
          answersLost -= 1;
          if (answersLost >= 0) throw new WeirError('publish_outcome_unknown', 'no answer');
        },
      };
    },
  };
  const published = await publishList(change('mules', [1, 2]), { ...ports, kafka: losing });
  assert.deepEqual(
    [published.isKnown, published.reference.ref, published.changed.added],
    [false, 'mules@1', 2],
  );
  assert.equal((await latestLists(ports.lists, () => false)).length, 1);
});

test('an older version never comes into force behind a later one', async () => {
  const process = await openedTopics();
  const older = await publishList(change('mules', [1]), process.ports);
  await importList(process, change('mules', [2]));
  assert.equal(await activateList({ reference: older.reference, logId }, process.ports), undefined);
  assert.deepEqual(await prefixesInForce(process, 'mules'), [2]);
});

test('lists of several parts are found among others, and read back as they were', async () => {
  const process = await openedTopics();
  const builder = createListBuilder('account');
  for (let n = 0; n < 60_000; n += 1) builder.add(Buffer.of(0, 0, 0, n >> 16, n >> 8, n), n * hourMs);
  const bytes = builder.build();
  const large = await importList(process, { ...change('staff', [], { of: 'account' }), bytes });
  await importList(process, change('mules', [1]));
  assert.equal(large.reference.location.parts, 4);
  const again = (await latestLists(process.ports.lists, ({ ref }) => ref === 'staff@1')).at(-1);
  assert.deepEqual(again, { ...large.reference, bytes: bytes.length });
  assert.ok(Buffer.from(await readListBytes(process.ports.lists, large.reference)).equals(bytes));
  await assert.rejects(readListBytes(process.ports.lists, { ...large.reference, digest: 'a'.repeat(64) }), {
    code: 'artefact_unknown',
  });
});

test('a seventeenth list, other pseudonyms under a name, and removing from nothing are refused before anything is published', async () => {
  const process = await openedTopics();
  for (let n = 0; n < mostLists; n += 1) await importList(process, change(`list-${n}`, [n]));
  const before = (await recordsOf(process, streams.lists.topic)).length;
  await assert.rejects(importList(process, change('one-more', [1])), {
    code: 'config_invalid',
    message: /16 lists/,
  });
  await assert.rejects(importList(process, change('list-1', [1], { of: 'account' })), {
    message: /list-1 holds counterparties.*another name/,
  });
  await assert.rejects(importList(process, change('none', [1], { act: 'remove' })), {
    code: 'config_invalid',
  });
  assert.equal((await importList(process, change('list-3', [200]))).reference.ref, 'list-3@2');
  assert.equal((await recordsOf(process, streams.lists.topic)).length, before + 1);
});

test('whoever asks a list learns whether an account is on it, was, or is not', async () => {
  const process = await openedTopics();
  const file = fileOf('account,expiresAt\nACC-1,\nACC-2,2026-02-01\n');
  const bytes = await file.read();
  assert.ok(bytes !== undefined);
  await importList(process, { ...change('mules', []), bytes });
  const ask = (account: string, name = 'mules') =>
    testMembership({
      ...{ name, logId, entryOf, reader: process.ports.lists },
      chunks: cutInto(Buffer.from(`${account}\n`), []),
      nowMs: Date.UTC(2026, 5, 1),
    });
  assert.deepEqual(await ask('ACC-1'), { artefact: 'mules@1', state: 'on_list', expiresAt: null });
  const expired = { artefact: 'mules@1', state: 'expired', expiresAt: '2026-02-02T00:00:00.000Z' };
  assert.deepEqual(await ask('ACC-2'), expired);
  assert.equal((await ask('ACC-3')).state, 'not_on_list');
  await assert.rejects(ask('ACC-1', 'others'), { code: 'config_invalid' });
  await assert.rejects(ask('4111111111111111'), (error: Error) => !error.message.includes('4111'));
});

test('a file of refusals takes the place of an earlier one, and of no other file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-refusals-'));
  try {
    const path = join(folder, 'mules.csv');
    writeFileSync(path, 'account\nACC-1\n');
    await assert.rejects(openRefusals(path), { code: 'config_invalid', message: /REFUSALS_FILE/ });
    assert.equal(readFileSync(path, 'utf8'), 'account\nACC-1\n');
    await assert.rejects(openRefusals(folder), { code: 'config_invalid' });
    const own = join(folder, 'mules.csv.refused.csv');
    writeFileSync(own, 'line,c');
    for (const line of [7, 9]) {
      const refusals = await openRefusals(own);
      await refusals.write(line, 'iban_invalid');
      await refusals.close();
      assert.equal(readFileSync(own, 'utf8'), `line,code\n${line},iban_invalid\n`);
    }
    await (await openRefusals(own)).close();
    assert.equal(existsSync(own), false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
