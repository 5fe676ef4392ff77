import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { currencyOf } from './currency.ts';
import { formatAmount, maxAmountMinor, parseAmount } from './money.ts';

const currencies = fc.constantFrom('EUR', 'JPY', 'BHD', 'CLF', 'USD', 'XOF');

test('an amount that is written is read back as the same minor units, in every currency', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: maxAmountMinor }), currencies, (amountMinor, currency) => {
      assert.deepEqual(parseAmount(formatAmount(amountMinor, currency), currency), { ok: true, amountMinor });
    }),
  );
});

test('reading agrees with exact integer arithmetic on whole and fraction digits', () => {
  const digits = fc.integer({ min: 0, max: 9_999_999_999 });
  fc.assert(
    fc.property(digits, fc.integer({ min: 0, max: 99 }), (whole, cents) => {
      const outcome = parseAmount(`${whole}.${String(cents).padStart(2, '0')}`, 'EUR');
      const exact = BigInt(whole) * 100n + BigInt(cents);
      if (exact === 0n) assert.deepEqual(outcome, { ok: false, code: 'amount_not_positive' });
      else assert.deepEqual(outcome, { ok: true, amountMinor: Number(exact) });
    }),
  );
});

test('any text is either read or refused with a code, and never throws', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (amount, currency) => {
      const outcome = parseAmount(amount, currency);
      assert.ok(outcome.ok ? Number.isSafeInteger(outcome.amountMinor) : outcome.code.length > 0);
    }),
  );
});

test('zeros beyond the currency are no loss of precision, other digits are', () => {
  assert.deepEqual(parseAmount('1.500', 'EUR'), { ok: true, amountMinor: 150 });
  assert.deepEqual(parseAmount('1.505', 'EUR'), { ok: false, code: 'amount_precision' });
});

test('metals, test codes and codes without money are no currencies', () => {
  for (const code of ['XAU', 'XTS', 'XXX', 'EURO', '']) assert.equal(currencyOf(code), undefined);
  assert.deepEqual(currencyOf('EUR'), { code: 'EUR', numericCode: 978, exponent: 2 });
});
