import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { readNdjson } from './read-ndjson.ts';
import type { RowOutcome } from './row.ts';

async function rowsOf(text: string, chunkBytes = 7): Promise<readonly RowOutcome[]> {
  const bytes = Buffer.from(text);
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) chunks.push(bytes.subarray(at, at + chunkBytes));
  const rows: RowOutcome[] = [];
  for await (const row of readNdjson(Readable.from(chunks))) rows.push(row);
  return rows;
}

const offered = {
  transactionId: 't1',
  account: { other: { id: 'konto-ä' } },
  creditDebitIndicator: 'DBIT',
  amount: '12.34',
  currency: 'EUR',
  eventTime: '2018-04-01T00:00:31Z',
};

test('offered transactions are read with their labels, wherever the bytes are cut', async () => {
  const accepted = { ...offered, account: { other: { id: 'konto' } } };
  const rows = await rowsOf(
    [{ ...accepted, label: true }, { ...accepted, label: 'genuine' }, accepted]
      .map((one) => JSON.stringify(one))
      .join('\n'),
  );
  assert.deepEqual(
    rows.map((row) => (row.ok ? row.row.label : row.bad)),
    ['fraud', 'genuine', 'unknown'],
  );
  const [first] = rows;
  assert.ok(first?.ok);
  assert.equal(first.row.account, 'other::konto');
  assert.equal(first.row.amountMinor, 1234);
});

test('full card numbers are taken, told apart, and leave the id as it was', async () => {
  const ofCard = (number: string) => ({
    ...offered,
    transactionId: number,
    account: { other: { id: number } },
  });
  const rows = await rowsOf(
    ['4111111111111111', '5555555555554444']
      .map((number) => JSON.stringify({ ...ofCard(number), remittanceInformation: `card ${number}` }))
      .join('\n'),
  );
  const read = rows.flatMap((row) => (row.ok ? [row.row] : []));
  assert.deepEqual(
    read.map(({ transactionId }) => transactionId),
    ['4111111111111111', '5555555555554444'],
  );
  assert.equal(new Set(read.map(({ account }) => account)).size, 2);
});

test('lines that can not be read are told with line and field', async () => {
  const text = [
    '{',
    '[]',
    JSON.stringify(offered),
    JSON.stringify({ ...offered, label: 'perhaps' }),
    '"' + 'x'.repeat(70_000),
  ].join('\n');
  const rows = await rowsOf(text, 10_000);
  assert.deepEqual(
    rows.map((row) => (row.ok ? 'read' : `${String(row.bad.line)} ${row.bad.field} ${row.bad.code}`)),
    [
      '1  not_json',
      '2 transactionId field_missing',
      '3 account.other.id field_format',
      '4 label field_format',
      '5  record_too_large',
    ],
  );
});
