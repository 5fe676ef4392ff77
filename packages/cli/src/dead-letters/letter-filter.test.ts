import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeadLetter } from './dead-letter.ts';
import { isAskedFor, readFilter } from './letter-filter.ts';

const nowMs = Date.UTC(2026, 0, 10);

const offered: DeadLetter = {
  place: 'rejected/0/1',
  at: '2026-01-05T08:00:00.000Z',
  rejections: [
    { code: 'field_missing', path: 'amount' },
    { code: 'iban_invalid', path: 'account.iban' },
  ],
  origin: { kind: 'source', source: 'core', line: 7 },
  originalBytes: 3,
  keptBytes: 3,
  redriven: 0,
  unreadable: null,
};
const found: DeadLetter = {
  ...offered,
  rejections: [{ code: 'not_sealed', path: '' }],
  origin: { kind: 'topic', topic: 'transactions.received.v1', partition: 2, offset: 41 },
};
const unreadable: DeadLetter = { ...offered, rejections: [], origin: null, unreadable: 'kms_key_disabled' };

for (const [what, options, expected] of [
  ['nothing in particular', {}, [offered, found, unreadable]],
  ['the second of its codes', { code: ['iban_invalid'] as const }, [offered]],
  ['any of several codes', { code: ['not_sealed', 'field_missing'] as const }, [offered, found]],
  ['its source', { source: 'core' }, [offered]],
  ['another source', { source: 'cor' }, []],
  ['its stream', { stream: 'received' }, [found]],
  ['its topic', { stream: 'transactions.received.v1' }, [found]],
  ['another stream', { stream: 'held' }, []],
  ['its day', { from: '2026-01-05', to: '2026-01-05' }, [offered, found, unreadable]],
  ['its instant, which is within', { from: '2026-01-05T08:00:00Z' }, [offered, found, unreadable]],
  ['the time before its instant', { to: '2026-01-05T08:00:00Z' }, []],
  ['so long ago', { from: '5d' }, [offered, found, unreadable]],
  ['less long ago', { from: '24h' }, []],
  ['its code at another time', { code: ['iban_invalid'] as const, to: '2026-01-04' }, []],
] as const) {
  test(`dead letters are asked for by ${what}`, () => {
    const filter = readFilter(options, nowMs);
    const kept = [offered, found, unreadable].filter((letter) => isAskedFor(letter, filter));
    assert.deepEqual(kept, expected);
  });
}

for (const [what, options, message] of [
  ['a day that there is not', { from: '2026-02-30' }, /--from: expected/],
  ['a time without its offset', { to: '2026-01-05T08:00:00' }, /--to: expected/],
  ['an end before its beginning', { from: '2026-01-05', to: '2026-01-04' }, /--from: not before/],
  ['a stream that there is not', { stream: 'recieved' }, /--stream: expected/],
] as const) {
  test(`${what} is wrong usage`, () => {
    assert.throws(() => readFilter(options, nowMs), { exitCode: 64, message });
  });
}
