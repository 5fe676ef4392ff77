import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { readMapping } from './mapping.ts';
import { readCsv } from './read-csv.ts';
import type { RowOutcome } from './row.ts';

async function rowsOf(text: string, mapping?: unknown): Promise<readonly RowOutcome[]> {
  const bytes = Readable.from([Buffer.from(text)]);
  const rows: RowOutcome[] = [];
  for await (const row of readCsv(bytes, mapping === undefined ? undefined : readMapping(mapping)))
    rows.push(row);
  return rows;
}

const badOf = (rows: readonly RowOutcome[]): unknown[] =>
  rows.flatMap((row) => (row.ok ? [] : [row.bad])).sort((one, other) => one.line - other.line);

const ownNames = 'transactionId,account,amount,eventTime,label';

test('a file with our own names needs no mapping', async () => {
  const [first, second] = await rowsOf(
    'transactionId,account,counterparty,amount,currency,eventTime,creditDebitIndicator,channel,country,label\n' +
      't1,acc,shop,12.34,SEK,2018-04-01T00:00:31Z,CRDT,atm,SE,1\n' +
      't2,acc,,5,,2018-04-01T00:00:32+01:00,,,,\n',
  );
  assert.deepEqual(first, {
    ok: true,
    row: {
      line: 2,
      transactionId: 't1',
      account: 'acc',
      counterparty: 'shop',
      amountMinor: 1234,
      currency: 'SEK',
      currencyNumber: 752,
      eventTimeMs: Date.UTC(2018, 3, 1, 0, 0, 31),
      creditDebitIndicator: 'CRDT',
      channel: 3,
      country: 'SE',
      label: 'fraud',
    },
  });
  // What is not there is euro, a debit, and not known in hindsight.
  assert.ok(second?.ok);
  const { currency, amountMinor, creditDebitIndicator, counterparty, label } = second.row;
  assert.deepEqual(
    { currency, amountMinor, creditDebitIndicator, counterparty, label },
    { currency: 'EUR', amountMinor: 500, creditDebitIndicator: 'DBIT', counterparty: '', label: 'unknown' },
  );
});

test('a mapping takes columns, templates, constants, numbers of seconds and rounded amounts', async () => {
  const [row] = await rowsOf('id;who;shop;paid;when;bad\n7;12;9;85.64999999999999;61.5;yes\n', {
    delimiter: ';',
    fields: {
      transactionId: 'id',
      account: { template: 'customer-{who}' },
      'counterparty.account.other.id': { column: 'shop' },
      'counterparty.account.other.scheme': { constant: 'pos' },
      amount: { column: 'paid', roundToDecimals: 2 },
      eventTime: { column: 'when', unit: 'seconds', origin: '2018-04-01T00:00:00Z' },
      currency: { constant: 'EUR' },
    },
    label: { column: 'bad', fraud: ['yes'] },
  });
  assert.ok(row?.ok);
  assert.equal(row.row.account, 'customer-12');
  assert.equal(row.row.counterparty, 'pos\u001f9');
  assert.equal(row.row.amountMinor, 8565);
  assert.equal(row.row.eventTimeMs, Date.UTC(2018, 3, 1, 0, 1, 1, 500));
  assert.equal(row.row.label, 'fraud');
});

test('a time without an offset is read with the one that the mapping gives', async () => {
  const fields = { transactionId: 'id', account: 'who', amount: 'paid' };
  const text = 'id,who,paid,when\n1,a,1,2018-04-01 02:00:00\n';
  const [row] = await rowsOf(text, {
    fields: { ...fields, eventTime: { column: 'when', offset: '+02:00' } },
  });
  assert.ok(row?.ok);
  assert.equal(row.row.eventTimeMs, Date.UTC(2018, 3, 1));
  assert.deepEqual(badOf(await rowsOf(text, { fields: { ...fields, eventTime: 'when' } })), [
    { line: 2, transactionId: '1', field: 'eventTime', code: 'field_format' },
  ]);
});

test('each row that can not be read is told with its line, its field and why', async () => {
  const rows = await rowsOf(
    [
      ownNames,
      ',acc,1,2018-04-01T00:00:00Z,0',
      't,,1,2018-04-01T00:00:00Z,0',
      't,acc,0,2018-04-01T00:00:00Z,0',
      't,acc,-1.50,2018-04-01T00:00:00Z,0',
      't,acc,0.001,2018-04-01T00:00:00Z,0',
      't,acc,much,2018-04-01T00:00:00Z,0',
      't,acc,1,2018-02-30T00:00:00Z,0',
      't,acc,1,1970-01-01T00:00:00Z,0',
      't,acc,1,2018-04-01T00:00:00Z,perhaps',
      't,acc,1',
      't,"acc,1,2018-04-01T00:00:00Z,0',
    ].join('\n'),
  );
  assert.deepEqual(badOf(rows), [
    { line: 2, transactionId: '', field: 'transactionId', code: 'field_missing' },
    { line: 3, transactionId: 't', field: 'account', code: 'field_missing' },
    { line: 4, transactionId: 't', field: 'amount', code: 'amount_not_positive' },
    { line: 5, transactionId: 't', field: 'amount', code: 'amount_not_positive' },
    { line: 6, transactionId: 't', field: 'amount', code: 'amount_precision' },
    { line: 7, transactionId: 't', field: 'amount', code: 'field_format' },
    { line: 8, transactionId: 't', field: 'eventTime', code: 'date_impossible' },
    { line: 9, transactionId: 't', field: 'eventTime', code: 'date_out_of_range' },
    { line: 10, transactionId: 't', field: 'label', code: 'field_format' },
    { line: 11, transactionId: 't', field: '', code: 'not_csv' },
    { line: 12, transactionId: '', field: '', code: 'not_csv' },
  ]);
});

test('a file of card data without ids, with line ends of Windows, a mark, quotes and empty lines, is read by its mapping', async () => {
  const rows = await rowsOf(
    [
      '\ufeff,trans_date_trans_time,cc_num,merchant,category,amt,unix_time,is_fraud',
      '0,2019-01-01 00:00:18,4111111111111111,"fraud_Rippin, Kub and ""Mann""",misc_net,4.97,1325376018,N',
      '',
      '1,2019-01-01 00:00:18,4111111111111111,fraud_Heller,grocery_pos,"1,234.50",1325376044,Y',
      '2,2019-01-01 00:00:51,4111111111111111,fraud_Heller,grocery_pos,107.23,1325376051,Y',
      '',
    ].join('\r\n'),
    {
      fields: {
        account: 'cc_num',
        counterparty: 'merchant',
        amount: 'amt',
        eventTime: { column: 'trans_date_trans_time', offset: 'Z' },
      },
      label: { column: 'is_fraud', fraud: ['Y'], genuine: ['N'] },
    },
  );
  const read = rows.flatMap((row) => (row.ok ? [row.row] : []));
  // Full card numbers are taken: nothing but their hashes is kept.
  assert.deepEqual(
    read.map(({ transactionId, account, counterparty, amountMinor, label }) => [
      transactionId,
      account,
      counterparty,
      amountMinor,
      label,
    ]),
    [
      ['2', '4111111111111111', 'fraud_Rippin, Kub and "Mann"', 497, 'genuine'],
      ['5', '4111111111111111', 'fraud_Heller', 10_723, 'fraud'],
    ],
  );
  assert.equal(read[0]?.eventTimeMs, Date.UTC(2019, 0, 1, 0, 0, 18));
  assert.deepEqual(badOf(rows), [{ line: 4, transactionId: '4', field: 'amount', code: 'field_format' }]);
});

test('a broken quote costs its own row', async () => {
  const rows = await rowsOf(
    `${ownNames}\nt1,ac"c,1,2018-04-01T00:00:00Z,0\nt2,acc,1,2018-04-01T00:00:00Z,0\n`,
  );
  assert.equal(rows.filter((row) => row.ok && row.row.transactionId === 't2').length, 1);
});

test('a mapping that can not be used names the field', async () => {
  const refusals: readonly (readonly [unknown, RegExp])[] = [
    [{ fields: { transactionId: 'id', account: 'who', amount: 'paid' } }, /no column for eventTime/],
    [{ fields: { transactionId: 'id', amount: 'paid', eventTime: 'when' } }, /no column for account/],
    [{ fields: { amount: 7 } }, /fields\.amount: expected a column name/],
    [{ fields: { colour: 'c' } }, /fields/],
    [
      { fields: { transactionId: 'nr', account: 'who', amount: 'paid', eventTime: 'when' } },
      /transactionId: the file has no column "nr"/,
    ],
  ];
  for (const [mapping, message] of refusals) {
    await assert.rejects(rowsOf('id,who,paid,when\n1,2,3,4\n', mapping), (error: Error) =>
      message.test(error.message),
    );
  }
});

test('an empty file is no CSV', async () => {
  await assert.rejects(rowsOf(''), /no CSV header/);
});
