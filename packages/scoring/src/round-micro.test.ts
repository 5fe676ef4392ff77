import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roundMicro } from './round-micro.ts';

test('values are rounded to six decimals, and large ones stay what they are', () => {
  assert.equal(roundMicro(1 / 3), 0.333333);
  assert.equal(roundMicro(-2 / 3), -0.666667);
  assert.equal(roundMicro(9.4629685), 9.462969);
  assert.equal(roundMicro(992_183_685_302_732), 992_183_685_302_732);
});

test('a small negative value becomes zero and not negative zero, which JSON would not keep', () => {
  assert.ok(Object.is(roundMicro(-1e-9), 0));
});
