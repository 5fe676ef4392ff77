import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalAccount, maskAccount } from './account.ts';

test('an account is one text however its IBAN is spaced, and different kinds never meet', () => {
  const spaced = canonicalAccount({ iban: 'NL91 ABNA 0417 1643 00' });
  assert.equal(spaced, canonicalAccount({ iban: 'NL91ABNA0417164300' }));
  assert.notEqual(
    canonicalAccount({ other: { id: 'x' } }),
    canonicalAccount({ card: { token: 'x', lastFour: '1234' } }),
  );
  assert.notEqual(
    canonicalAccount({ other: { id: 'b:c', scheme: 'a' } }),
    canonicalAccount({ other: { id: 'c', scheme: 'a-b' } }),
  );
});

test('a masked account shows at most its country and last four characters', () => {
  assert.equal(maskAccount({ iban: 'NL91ABNA0417164300' }), 'NL•• •••• 4300');
  assert.equal(maskAccount({ card: { token: 'tok-1', lastFour: '1234' } }), 'card •••• 1234');
  assert.equal(maskAccount({ other: { id: 'customer-596' } }), '•••• -596');
  assert.equal(maskAccount({ other: { id: '1234567' } }), '••••');
});
