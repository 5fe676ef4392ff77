import assert from 'node:assert/strict';
import { test } from 'node:test';
import { betaSurprise, lnGamma } from './incomplete-beta.ts';

/** Of mpmath with 40 digits: x, a, b and −ln I_x(a, b). */
const known: readonly (readonly [number, number, number, number])[] = [
  [1 / 480, 1, 19, 3.2480514439507881],
  [0.5, 2, 3, 0.374693449441410694],
  [0.01, 40, 7, 168.212946464075986],
  [0.9, 120, 20 / 3, 3.89229933166809019],
  [0.001, 500, 2, 3447.66203189231325],
  [0.3, 0.25, 0.25, 0.866581305022864177],
];

test('the surprise of a tail is right in both directions from its middle, and far beyond what a double holds', () => {
  for (const [x, a, b, nats] of known) {
    const difference = Math.abs(betaSurprise(x, 1 - x, a, b) - nats);
    assert.ok(difference < 1e-10 * Math.max(1, nats), `${x} ${a} ${b}: off by ${difference}`);
  }
});

test('ln Γ is right for small, whole and large numbers', () => {
  const gammas: readonly (readonly [number, number])[] = [
    [0.1, 2.2527126517342059],
    [0.5, 0.572364942924700087],
    [1, 0],
    [2.5, 0.28468287047291916],
    [8, 8.5251613610654143],
    [100.25, 360.284559637764235],
    [1e6, 12815504.5691476117],
  ];
  for (const [x, expected] of gammas) {
    const difference = Math.abs(lnGamma(x) - expected);
    assert.ok(difference < 1e-11 * Math.max(1, expected), `${x}: off by ${difference}`);
  }
});

test('the bits are these on every machine', () => {
  assert.equal(betaSurprise(1 / 480, 479 / 480, 1, 19), 3.2480514439447257);
  assert.equal(betaSurprise(0.9, 0.1, 120, 20 / 3), 3.8922993316651358);
  assert.equal(betaSurprise(0.01, 0.99, 40, 7), 168.21294646406997);
});

test('an account of a million transactions is answered within the steps there are', () => {
  const near = betaSurprise(0.25, 0.75, 250_000, 750_000);
  assert.ok(Math.abs(near - Math.LN2) < 0.01, `${near}`);
  assert.ok(betaSurprise(0.25, 0.75, 260_000, 750_000) > 100);
});
