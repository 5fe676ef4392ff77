import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatOffset, parseOffset } from './offsets.ts';

test('An offset comes back as it went out, up to the largest safe integer', () => {
  for (const offset of [0, 1, 4_294_967_296, Number.MAX_SAFE_INTEGER]) {
    assert.equal(parseOffset(formatOffset(offset)), offset);
  }
});

test('An offset that a number would round is refused, not rounded', () => {
  for (const text of ['9007199254740992', '9223372036854775807', '-1', '', '1.5', '1e3', ' 1']) {
    assert.throws(() => parseOffset(text), RangeError, text);
  }
  for (const offset of [-1, 0.5, Number.NaN, 2 ** 53]) {
    assert.throws(() => formatOffset(offset), RangeError);
  }
});
