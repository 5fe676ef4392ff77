import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { exp, ln, logMilli } from './logarithm.ts';

type Vectors = {
  readonly ln: readonly { readonly xBits: string; readonly lnBits: string }[];
  readonly exp: readonly { readonly xBits: string; readonly expBits: string }[];
  readonly logMilli: readonly { readonly amountMinor: number; readonly logMilli: number }[];
};

const vectors = JSON.parse(
  readFileSync(new URL('../vectors/numbers-v1.json', import.meta.url), 'utf8'),
) as Vectors;

const numberOf = (bits: string): number => Buffer.from(bits, 'hex').readDoubleBE(0);

function bitsOf(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString('hex');
}

test('ln answers the same bits as everywhere', () => {
  for (const { xBits, lnBits } of vectors.ln) assert.equal(bitsOf(ln(numberOf(xBits))), lnBits, xBits);
});

test('exp answers the same bits as everywhere', () => {
  for (const { xBits, expBits } of vectors.exp) assert.equal(bitsOf(exp(numberOf(xBits))), expBits, xBits);
});

test('logMilli answers the same integers as everywhere', () => {
  for (const vector of vectors.logMilli) assert.equal(logMilli(vector.amountMinor), vector.logMilli);
});

test('ln of 1 is exactly 0 and exp of 0 exactly 1', () => {
  assert.equal(ln(1), 0);
  assert.equal(exp(0), 1);
});

test('ln at the edges of its domain answers as Math.log does', () => {
  for (const x of [0, -0, -1, -Infinity, Infinity, NaN]) assert.equal(ln(x), Math.log(x), String(x));
});

test('exp at the edges of its domain answers as Math.exp does', () => {
  for (const x of [Infinity, -Infinity, NaN, 710, -746]) assert.equal(exp(x), Math.exp(x), String(x));
});
