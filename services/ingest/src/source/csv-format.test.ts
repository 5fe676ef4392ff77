import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { readMapping } from '../feed-settings.ts';
import { collect, cutInto } from '../fixtures/chunks.ts';
import { createCsvFormat } from './csv-format.ts';
import { frameLines } from './frame-lines.ts';
import { SourceError } from './source-error.ts';

const nowMs = Date.UTC(2026, 0, 1);
const handbook = readMapping(
  readFileSync(new URL('../../../../packages/cli/mappings/handbook.json', import.meta.url), 'utf8'),
);
const header = 'tx_id,ts,datetime,customer_id,terminal_id,amount,fraud,scenario';

async function read(text: string | Buffer) {
  const format = createCsvFormat(handbook, 0);
  const records = await collect(format.records(frameLines(cutInto(Buffer.from(text), []), 65_536)));
  return records.map((record) => ({ line: record.line, outcome: format.read(record.bytes, nowMs) }));
}

test('a row of the handbook file becomes a card payment of a customer at a terminal', async () => {
  const [row] = await read(`${header}\n7,31,2018-04-01T00:00:31Z,596,3156,85.64999999999999,1,3\n`);
  assert.ok(row?.outcome.ok);
  assert.equal(row.line, 2);
  assert.deepEqual(row.outcome.value, {
    transactionId: '7',
    account: { other: { id: 'customer-596', scheme: 'handbook' } },
    creditDebitIndicator: 'DBIT',
    currency: 'EUR',
    channel: 'card_present',
    counterparty: { account: { other: { id: 'terminal-3156', scheme: 'handbook' } } },
    amountMinor: 8565,
    eventTimeMs: Date.UTC(2018, 3, 1, 0, 0, 31),
  });
});

test('what the handbook file says about fraud changes nothing', async () => {
  const row = '7,31,2018-04-01T00:00:31Z,596,3156,57.16';
  const outcomes = await read(`${header}\n${row},0,0\n${row},1,2\n${row},MARK,MARK`);
  assert.equal(new Set(outcomes.map(({ outcome }) => JSON.stringify(outcome))).size, 1);
});

test('columns are found by name, in any order, under a byte order mark and CRLF', async () => {
  const [row] = await read(
    '\ufeffamount,extra,terminal_id,customer_id,datetime,tx_id\r\n1.00,"a\r\nb",2,3,2018-04-01T00:00:00Z,9\r\n',
  );
  assert.ok(row?.outcome.ok);
  assert.equal(row.outcome.value.transactionId, '9');
});

test('a missing column is one error for the whole file, naming the column', async () => {
  await assert.rejects(
    read('tx_id,datetime,customer_id,amount\n1,2018-04-01T00:00:00Z,1,1.00'),
    (error) =>
      error instanceof SourceError && error.exitCode === 65 && error.message.includes('"terminal_id"'),
  );
});

test('a column that stands twice in the header is refused, because either could be meant', async () => {
  await assert.rejects(read(`${header},amount\n`), /"amount" that MAPPING_FILE names stands more than once/);
});

test('an input that begins with something other than a header is refused as a whole', async () => {
  await assert.rejects(read('a"b,c\n'), /not a CSV header/);
  await assert.rejects(read(Buffer.from([0xff, 0xfe, 0x0a])), /not a CSV header/);
});

test('an empty input and one with a header only have no records', async () => {
  assert.deepEqual(await read(''), []);
  assert.deepEqual(await read(`${header}\n`), []);
});

const honest = '7,31,2018-04-01T00:00:31Z,596,3156,57.16,0,0';
const refusals: [string, string | Buffer, string, string][] = [
  ['a row with a cell too few', '7,31,2018-04-01T00:00:31Z,596,3156,57.16,0', 'not_csv', ''],
  ['a row with a cell too many', `${honest},1`, 'not_csv', ''],
  ['a quote that is never closed', '"7,31,2018-04-01T00:00:31Z,596,3156,57.16,0,0', 'not_csv', ''],
  ['text after a closing quote', '"7"x,31,2018-04-01T00:00:31Z,596,3156,57.16,0,0', 'not_csv', ''],
  [
    'an empty cell of a field that is needed',
    ',31,2018-04-01T00:00:31Z,596,3156,57.16,0,0',
    'field_missing',
    'transactionId',
  ],
  [
    'an empty cell in a template',
    '7,31,2018-04-01T00:00:31Z,,3156,57.16,0,0',
    'field_missing',
    'account.other.id',
  ],
  ['invalid UTF-8', Buffer.concat([Buffer.from(honest), Buffer.from([0xc3, 0x28])]), 'not_utf8', ''],
  ['an amount of zero', '7,31,2018-04-01T00:00:31Z,596,3156,0.0,0,0', 'amount_not_positive', 'amount'],
];

for (const [what, row, code, path] of refusals) {
  test(`${what} is refused as ${code} at "${path}", and the row after it is read`, async () => {
    const bytes = Buffer.concat([Buffer.from(`${header}\n`), Buffer.from(row), Buffer.from(`\n${honest}\n`)]);
    const [bad, good] = await read(bytes);
    assert.ok(bad !== undefined && !bad.outcome.ok);
    assert.deepEqual(bad.outcome.rejections, [{ code, path }]);
    assert.ok(good?.outcome.ok);
  });
}

test('no bytes make the decoder throw', async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.string({ unit: 'binary', maxLength: 200 }).map((text) => Buffer.from(text)),
    fc
      .array(fc.constantFrom('"', ',', '\n', '\r', '\u0000', '7', honest))
      .map((parts) => Buffer.from(parts.join(''))),
  );
  await fc.assert(
    fc.asyncProperty(bytes, async (input) => {
      await read(Buffer.concat([Buffer.from(`${header}\n`), input]));
    }),
  );
});

test('a mapping with an unknown field, without an account or without the amount is refused by name', () => {
  const fields = { ...handbook.fields };
  assert.throws(
    () => readMapping(JSON.stringify({ fields: { ...fields, amout: { column: 'x' } } })),
    /amout/,
  );
  const { amount: _amount, ...withoutAmount } = fields;
  assert.throws(() => readMapping(JSON.stringify({ fields: withoutAmount })), /expected fields for .*amount/);
  const { 'account.other.id': _id, 'account.other.scheme': _scheme, ...withoutAccount } = fields;
  assert.throws(
    () => readMapping(JSON.stringify({ fields: withoutAccount })),
    /expected a field for the account/,
  );
  assert.throws(() => readMapping('{'), /not well-formed JSON/);
});
