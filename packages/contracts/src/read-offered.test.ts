import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOfferedTransaction } from './read-offered.ts';

const nowMs = Date.UTC(2026, 0, 15);
const dayMs = 86_400_000;
const honest = {
  transactionId: 'tx-1',
  account: { iban: 'NL91 ABNA 0417 1643 00' },
  creditDebitIndicator: 'DBIT',
  amount: '12.34',
  currency: 'EUR',
  eventTime: '2026-01-14T10:00:00+01:00',
  counterparty: { name: 'Café Zoë', account: { other: { id: 'terminal-7' } } },
};
const read = (value: unknown) => readOfferedTransaction(Buffer.from(JSON.stringify(value)), nowMs, dayMs);
const bytes = (value: Uint8Array) => readOfferedTransaction(value, nowMs, dayMs);

test('an honest transaction is read with its money in minor units and its account in electronic format', () => {
  const outcome = read(honest);
  assert.ok(outcome.ok);
  assert.equal(outcome.value.amountMinor, 1234);
  assert.equal(outcome.value.eventTimeMs, Date.UTC(2026, 0, 14, 9));
  assert.deepEqual(outcome.value.account, { iban: 'NL91ABNA0417164300' });
});

const refusals: [string, unknown, string, string][] = [
  ['an unknown field', { ...honest, note: 'x' }, 'field_unknown', ''],
  ['a wrong type', { ...honest, amount: 12.34 }, 'field_type', 'amount'],
  ['a missing field', { ...honest, currency: undefined }, 'field_missing', 'currency'],
  ['a negative amount', { ...honest, amount: '-1.00' }, 'amount_not_positive', 'amount'],
  ['a zero amount', { ...honest, amount: '0.00' }, 'amount_not_positive', 'amount'],
  ['five decimals', { ...honest, amount: '1.00001' }, 'amount_precision', 'amount'],
  [
    'cents of a currency without cents',
    { ...honest, currency: 'JPY', amount: '1.5' },
    'amount_precision',
    'amount',
  ],
  ['an amount above the limit', { ...honest, amount: '10000000000000.01' }, 'amount_too_large', 'amount'],
  ['an unknown currency', { ...honest, currency: 'EUX' }, 'currency_unknown', 'currency'],
  ['an impossible date', { ...honest, eventTime: '2025-02-29T00:00:00Z' }, 'date_impossible', 'eventTime'],
  ['a time without an offset', { ...honest, eventTime: '2025-02-28T00:00:00' }, 'field_format', 'eventTime'],
  [
    'a date in the far future',
    { ...honest, eventTime: '2063-04-05T00:00:00Z' },
    'date_in_future',
    'eventTime',
  ],
  [
    'a date before the years Weir knows',
    { ...honest, eventTime: '1999-12-31T23:59:59Z' },
    'date_out_of_range',
    'eventTime',
  ],
  ['an impossible booking date', { ...honest, bookingDate: '2025-04-31' }, 'date_impossible', 'bookingDate'],
  [
    'a NUL in a name',
    { ...honest, counterparty: { name: 'A\u0000B' } },
    'control_character',
    'counterparty.name',
  ],
  [
    'a full card number',
    { ...honest, remittanceInformation: 'card 4111 1111 1111 1111' },
    'card_number',
    'remittanceInformation',
  ],
  [
    'a full card number as an account',
    { ...honest, account: { other: { id: '4111111111111111' } } },
    'card_number',
    'account.other.id',
  ],
  [
    'an IBAN with a wrong check digit',
    { ...honest, account: { iban: 'NL92ABNA0417164300' } },
    'iban_invalid',
    'account.iban',
  ],
  [
    'two ways to name the account',
    { ...honest, account: { iban: 'NL91ABNA0417164300', other: { id: 'x' } } },
    'field_unknown',
    'account',
  ],
  [
    'a name of 141 characters',
    { ...honest, counterparty: { name: 'x'.repeat(141) } },
    'field_too_long',
    'counterparty.name',
  ],
  ['a JSON array', [honest], 'field_type', ''],
];

for (const [what, value, code, path] of refusals) {
  test(`${what} is refused as ${code} at "${path}"`, () => {
    const outcome = read(value);
    assert.ok(!outcome.ok);
    assert.deepEqual(outcome.rejections, [{ code, path }]);
  });
}

test('malformed JSON, invalid UTF-8 and an oversized record are refused as a whole', () => {
  assert.deepEqual(bytes(Buffer.from('{"a":')), { ok: false, rejections: [{ code: 'not_json', path: '' }] });
  assert.deepEqual(bytes(Buffer.from([0x22, 0xff, 0x22])), {
    ok: false,
    rejections: [{ code: 'not_utf8', path: '' }],
  });
  assert.deepEqual(bytes(Buffer.alloc(2_000_000, 0x20)), {
    ok: false,
    rejections: [{ code: 'record_too_large', path: '' }],
  });
});

test('several faults are told together, so that a sender mends them in one go', () => {
  const outcome = read({ ...honest, amount: 5, currency: 'EUX' });
  assert.ok(!outcome.ok);
  assert.deepEqual(outcome.rejections.map((one) => one.path).toSorted(), ['amount', 'currency']);
});

test('a refusal never repeats a value of the payload', () => {
  const outcome = read({ ...honest, 'Jane Doe NL91ABNA0417164300': 1, amount: 'Jane Doe' });
  assert.ok(!outcome.ok);
  assert.doesNotMatch(JSON.stringify(outcome), /Jane|NL91/);
});
