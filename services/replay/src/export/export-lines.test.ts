import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodePayload, encodeRejected, events } from '@weir/contracts';
import type { Transaction } from '@weir/contracts';
import {
  receivedEvent,
  sampleTransaction,
} from '../../../../packages/verdicts/src/fixtures/sample-transactions.ts';
import { csvHeader, csvRow } from './csv-row.ts';
import { ndjsonLine } from './ndjson-line.ts';
import type { OpenedCopy } from './opened-copy.ts';

const timestampMs = Date.parse('2026-03-01T00:00:00.000Z');

function copyOf({ plaintext, key, ...attributes }: ReturnType<typeof receivedEvent>): OpenedCopy {
  const place = { topic: 'transactions.received.v1', partition: 3, offset: 9, timestampMs };
  const record = { ...place, key: Buffer.from(key), value: Buffer.of(1), headers: {}, repeatedHeaders: [] };
  return { record, opened: { attributes, plaintext } };
}

const received = (changed: Partial<Transaction> = {}): OpenedCopy =>
  copyOf(receivedEvent(sampleTransaction(1, changed)));

/** A row by its columns. Cells in quotes are left as they stand. */
const cells = (row: string): Record<string, string> => {
  const values = row.trimEnd().split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/);
  const names = csvHeader.trimEnd().split(',');
  assert.equal(values.length, names.length);
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
};

test('a line says where a record stands, what it is called, and what is in it', () => {
  const content = sampleTransaction(1);
  const { id, key } = receivedEvent(content);
  const line = ndjsonLine(received());
  assert.ok(line.endsWith('}\n') && line.indexOf('\n') === line.length - 1);
  assert.deepEqual(JSON.parse(line), {
    ...{ topic: 'transactions.received.v1', partition: 3, offset: 9, at: '2026-03-01T00:00:00.000Z' },
    ...{ id, type: 'weir.transaction.received.v1', tenant: 'demo', time: content.eventTime },
    ...{ key, data: content },
  });
});

test('what was refused may be any bytes, and is handed over all the same', () => {
  const { type, dataSchema } = events.recordRejected;
  const plaintext = encodeRejected({
    rejections: [{ code: 'not_sealed', path: '' }],
    origin: { kind: 'source', source: 'file', line: 7 },
    key: null,
    headers: [['x', Buffer.of(255)]],
    original: Buffer.of(0, 255),
    originalBytes: 2,
    originalSha256: 'ab'.repeat(32),
  });
  const event = { ...receivedEvent(sampleTransaction(1)), type, dataSchema, plaintext };
  const { data } = JSON.parse(ndjsonLine(copyOf(event))) as { data: Record<string, unknown> };
  assert.deepEqual([data['original'], data['key'], data['headers']], ['AP8=', null, [['x', '/w==']]]);
  const foreign = { ...event, type: 'of.another', plaintext: Buffer.of(0, 255) };
  assert.deepEqual((JSON.parse(ndjsonLine(copyOf(foreign))) as { data: unknown }).data, { base64: 'AP8=' });
});

test('a table has a column for each thing, and its rows are told from each other by any reader', () => {
  const text = 'Rent, "March"';
  const row = csvRow(received({ remittanceInformation: text, account: { iban: 'NL91ABNA0417164300' } }));
  const { remittanceInformation, account, accountKind, amountMinor, offset } = cells(row);
  assert.equal(remittanceInformation, '"Rent, ""March"""');
  assert.deepEqual([accountKind, account, offset], ['iban', 'NL91ABNA0417164300', '9']);
  assert.equal(amountMinor, String(sampleTransaction(1).amountMinor));
  assert.ok(row.endsWith('\r\n') && csvHeader.endsWith('\r\n'));
});

test('a text that a payer chose is no formula in a table', () => {
  for (const text of ['=1+1', '+1', '-1', '@SUM(A1)', '＝1'])
    assert.equal(
      cells(csvRow(received({ remittanceInformation: text })))['remittanceInformation'],
      `'${text}`,
    );
  assert.equal(cells(csvRow(received({ remittanceInformation: '1-1' })))['remittanceInformation'], '1-1');
});

test('nor is it one where a reader takes something else than a comma for the end of a cell', () => {
  for (const [text, cell] of [
    ['Miete;=1+1;x', `"Miete;'=1+1;x"`],
    ['a\t=1+1', `"a\t'=1+1"`],
    ['a|  @SUM(A1)', `"a|  '@SUM(A1)"`],
    ['\n=1+1', `"\n'=1+1"`],
    ['\u00a0=1+1', `\u00a0'=1+1`],
    ['Miete; 100', '"Miete; 100"'],
  ] as const)
    assert.equal(cells(csvRow(copyOf({ ...receivedEvent(sampleTransaction(1)), key: text })))['key'], cell);
});

test('a verdict stands beside its transaction, with where that is in the log', () => {
  const { type, dataSchema } = events.transactionCleared;
  const plaintext = encodePayload(events.transactionCleared, {
    transaction: sampleTransaction(1),
    verdict: {
      outcome: 'cleared',
      score: 0.25,
      reasons: [
        { rule: 'late', severity: 'low', contribution: 0.2, features: [] },
        { rule: 'new_payee', severity: 'low', contribution: 0.05, features: [] },
      ],
      versions: { ruleset: 'starter@1', windowPlan: 'starter-windows@1' },
    },
    sourcePartition: 3,
    sourceOffset: 77,
  });
  const row = cells(csvRow(copyOf({ ...receivedEvent(sampleTransaction(1)), type, dataSchema, plaintext })));
  assert.deepEqual(
    [row['outcome'], row['score'], row['reasons'], row['ruleset'], row['sourceOffset']],
    ['cleared', '0.25', 'late new_payee', 'starter@1', '77'],
  );
});

test('what is no transaction has a row with its place and type', () => {
  const { type, dataSchema } = events.control;
  const row = cells(
    csvRow(
      copyOf({ ...receivedEvent(sampleTransaction(1)), type, dataSchema, plaintext: Buffer.from('{}') }),
    ),
  );
  assert.deepEqual([row['type'], row['amountMinor'], row['offset']], [type, '', '9']);
});
