import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outcomeOfResponse } from './post-outcome.ts';

const nowMs = Date.UTC(2025, 5, 15, 12);
const askedBy = (header: string | undefined): number | undefined => {
  const outcome = outcomeOfResponse(429, header, nowMs);
  return outcome.kind === 'unavailable' ? outcome.retryAfterMs : undefined;
};

test('Retry-After is read as seconds or as a date, and anything else asks for nothing', () => {
  assert.equal(askedBy('120'), 120_000);
  assert.equal(askedBy('Sun, 15 Jun 2025 12:00:30 GMT'), 30_000);
  assert.equal(askedBy('Sun, 15 Jun 2025 11:00:00 GMT'), 0);
  for (const useless of [undefined, '', '-1', '1.5', '1e3', 'soon', 'Sun, never', '2025-06-15T13:00:00Z'])
    assert.equal(askedBy(useless), 0);
});
