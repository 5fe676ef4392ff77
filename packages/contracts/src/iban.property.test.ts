import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { composeIBAN, isValidIBAN } from 'ibantools';
import { isIban } from './iban.ts';

const digits = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
    .map((all) => all.join(''));
/** Countries with digits alone, with letters, and with check digits of their own inside the account part. */
const composed = fc
  .oneof(
    digits(18).map((bban) => ['DE', bban] as const),
    digits(10).map((account) => ['NL', `ABNA${account}`] as const),
    digits(14).map((account) => ['GB', `WEST${account}`] as const),
    digits(18).map((account) => ['MT', `MALT${account.slice(0, 5)}0012345MTLCAST001S`] as const),
    digits(12).map((account) => ['BE', account] as const),
  )
  .map(([countryCode, bban]) => composeIBAN({ countryCode, bban }) ?? `${countryCode}00${bban}`);
const wellKnown = fc.constantFrom(
  'NO9386011117947',
  'MT84MALT011000012345MTLCAST001S',
  'FR1420041010050500013M02606',
  'SA0380000000608010167519',
  'GB33BUKB20201555555555',
);
const iban = fc.oneof(composed, wellKnown);

test('an IBAN is one exactly where ibantools says so, and so is none that differs in a character', () => {
  let valid = 0;
  const character = fc.constantFrom(...'0123456789ABZaz -é\n');
  const changed = fc
    .record({ text: iban, at: fc.nat(34), character })
    .map(({ text, at, character: other }) => {
      return text.slice(0, at) + other + text.slice(at + 1);
    });
  fc.assert(
    fc.property(fc.oneof(iban, changed, fc.string()), (text) => {
      assert.equal(isIban(text), isValidIBAN(text));
      if (isIban(text)) valid += 1;
    }),
    { numRuns: 1_000 },
  );
  assert.ok(valid > 100, 'the comparison saw too few valid IBANs to mean anything');
});
