import { canaries } from '@weir/testkit';

const dayMs = 86_400_000;
const startMs = Date.UTC(2024, 0, 1, 12);

/** The account whose history the big payment stands out from. Its IBAN and the names must show up nowhere. */
const account = { iban: canaries.iban };

const payment = (id: string, atMs: number, amount: string, payee: string) => ({
  transactionId: id,
  account,
  creditDebitIndicator: 'DBIT',
  amount,
  currency: 'GBP',
  eventTime: new Date(atMs).toISOString(),
  counterparty: { name: payee, account: { other: { id: `payee-${payee.length}` } } },
  remittanceInformation: canaries.description,
});

const usual = Array.from({ length: 30 }, (_, index) =>
  payment(`usual-${index}`, startMs + index * dayMs, `${20 + (index % 7)}.50`, canaries.accountName),
);
const big = payment('big-1', startMs + 30 * dayMs, '7350.00', canaries.counterpartyName);

/** Every kind of bad input that reaches ingest as a line, with the code and the field it is refused by. */
const refused: readonly (readonly [line: string | Buffer, code: string, path: string])[] = [
  ['{"transactionId": "cut', 'not_json', ''],
  [JSON.stringify({ ...big, note: 1 }), 'field_unknown', ''],
  [JSON.stringify({ ...big, amount: 12.5 }), 'field_type', 'amount'],
  [JSON.stringify({ ...big, amount: '-1.00' }), 'amount_not_positive', 'amount'],
  [JSON.stringify({ ...big, amount: '0.00' }), 'amount_not_positive', 'amount'],
  [JSON.stringify({ ...big, amount: '1.00001' }), 'amount_precision', 'amount'],
  [JSON.stringify({ ...big, amount: '99999999999999.00' }), 'amount_too_large', 'amount'],
  [JSON.stringify({ ...big, currency: 'ZZZ' }), 'currency_unknown', 'currency'],
  [JSON.stringify({ ...big, eventTime: '2024-02-30T00:00:00Z' }), 'date_impossible', 'eventTime'],
  [JSON.stringify({ ...big, eventTime: '2099-01-01T00:00:00Z' }), 'date_in_future', 'eventTime'],
  [JSON.stringify({ ...big, remittanceInformation: 'x'.repeat(2_000_000) }), 'record_too_large', ''],
  [Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), 'not_utf8', ''],
  [JSON.stringify({ ...big, counterparty: { name: 'A\u0000B' } }), 'control_character', 'counterparty.name'],
  [
    JSON.stringify({ ...big, remittanceInformation: '4111 1111 1111 1111' }),
    'card_number',
    'remittanceInformation',
  ],
  [JSON.stringify({ ...big, account: { iban: 'GB83WEST12345698765432' } }), 'iban_invalid', 'account.iban'],
];

const lines: readonly (string | Buffer)[] = [
  ...usual.slice(0, 15).map((one) => JSON.stringify(one)),
  ...refused.map(([line]) => line),
  ...usual.slice(15).map((one) => JSON.stringify(one)),
  JSON.stringify(big),
  // The same again: a duplicate. The same identity with another amount: a conflicting one.
  JSON.stringify(big),
  JSON.stringify({ ...big, amount: '7351.00' }),
];

/** A file of one account's payments, one of them held, with every kind of bad line between them. */
export const offeredFile = {
  bytes: Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from('\n')])),
  accepted: usual.length + 3,
  cleared: usual.length,
  refused: refused.map(([, code, path]) => ({ code, path })),
  heldTransactionId: big.transactionId,
};
