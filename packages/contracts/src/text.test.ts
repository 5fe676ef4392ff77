import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasControlCharacter, holdsCardNumber } from './text.ts';

test('card numbers of the brands are found however they are grouped', () => {
  for (const text of ['4111111111111111', 'paid by 5555-5555-5555-4444 today', '3782 822463 10005']) {
    assert.ok(holdsCardNumber(text), text);
  }
});

test('references, IBANs and broken card numbers are left alone', () => {
  for (const text of [
    '4111111111111112',
    '9999999999999995',
    'DE89370400440532013000',
    '20260101120000',
    '1234',
  ]) {
    assert.ok(!holdsCardNumber(text), text);
  }
});

test('control characters and lone surrogates are found, letters of any script are not', () => {
  for (const text of ['a\u0000b', 'a\u007f', 'a\u2028b', '\ud800']) assert.ok(hasControlCharacter(text));
  for (const text of ['Zoë', '山田太郎', '😀', "O'Brien & Sons"]) assert.ok(!hasControlCharacter(text));
});
