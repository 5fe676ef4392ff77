import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RejectedRecord, RejectionCode } from '@weir/contracts';
import { fitnessOf, type Fitness, type LeftOut } from './fitness.ts';
import { redrivenSinceMs } from './find-letters.ts';
import { planRedrive, type Candidate } from './plan-redrive.ts';
import { markText, type LastRedriven } from './redrive-history.ts';

const original = Buffer.from('{"a":1}');
const line: RejectedRecord = {
  rejections: [{ code: 'currency_unknown', path: 'currency' }],
  origin: { kind: 'source', source: 'core', line: 7 },
  ...{ key: null, headers: [], original, originalBytes: original.length, originalSha256: 'ab'.repeat(32) },
  offered: { kind: 'transaction', tenant: 'bank', columns: null, observedAt: null },
};
/** An envelope as far as it says its key; that it opens to nothing doesn't matter here. */
const envelope = Buffer.concat([Buffer.from('WEIR'), Buffer.alloc(200)]);
const onLog = (code: RejectionCode, topic = 'transactions.received.v1'): RejectedRecord => ({
  ...line,
  rejections: [{ code, path: '' }],
  origin: { kind: 'topic', topic, partition: 1, offset: 5 },
  ...{ original: envelope, originalBytes: envelope.length, offered: undefined },
});
const judge = (rejected: RejectedRecord, options: { tenant?: string; hasMapping?: boolean } = {}): Fitness =>
  fitnessOf({ ok: true, rejected }, { tenant: undefined, hasMapping: false, ...options });

const offered = line.offered;
for (const [what, rejected, why] of [
  ['a line of which only the beginning is kept', { ...line, originalBytes: 100_000 }, 'cut_short'],
  ['a line of an earlier release', { ...line, offered: undefined }, 'tenant_unknown'],
  ['a row without a mapping', { ...line, offered: { ...offered, columns: ['a'] } }, 'mapping_needed'],
  ['a reported outcome', { ...line, offered: { ...offered, kind: 'outcome' } }, 'not_a_transaction'],
  [
    'an id that is taken, at the door',
    { ...line, rejections: onLog('conflicting_duplicate').rejections },
    'other_id_needed',
  ],
  ['an id that is taken, on the log', onLog('conflicting_duplicate'), 'other_id_needed'],
  ['a transaction no verdict could be made of', onLog('processing_failed'), 'place_taken'],
  ['a record of a stream of verdicts', onLog('contract_violation', 'transactions.held.v1'), 'not_of_the_log'],
  ['a record of a topic of nobody', onLog('key_not_allowed', 'payments'), 'not_of_the_log'],
  ...(
    [
      'null_value',
      'headers_invalid',
      'not_sealed',
      'malformed_envelope',
      'wrapped_key_invalid',
      'commitment_mismatch',
      'authentication_failed',
    ] as const
  ).map((code) => [`a record that is ${code}`, onLog(code), 'not_ours'] as const),
  ['a record without an envelope', { ...onLog('key_not_allowed'), original }, 'not_ours'],
] as readonly (readonly [string, RejectedRecord, LeftOut])[]) {
  test(`${what} is not redriven, and it is said why`, () => {
    assert.deepEqual(judge(rejected), { ok: false, why });
  });
}

test('a dead letter that can not be read is not redriven', () => {
  const fitness = fitnessOf({ ok: false, code: 'kms_key_disabled' }, { tenant: 'bank', hasMapping: true });
  assert.deepEqual(fitness, { ok: false, why: 'unreadable' });
});

test('a line is offered under its source and its tenant, which a person says only where nobody else did', () => {
  assert.deepEqual(judge(line, { tenant: 'other' }), {
    ...{ ok: true, from: 'source', source: 'core', line: 7 },
    offered,
  });
  const old = judge({ ...line, offered: undefined }, { tenant: 'other' });
  assert.equal(old.ok && old.from === 'earlier_release' && old.offered.tenant, 'other');
  assert.ok(
    judge({ ...line, offered: { ...(offered ?? assert.fail()), columns: ['a'] } }, { hasMapping: true }).ok,
  );
});

const letter = (offset: number, more: Partial<Candidate> = {}): Candidate => ({
  ...{
    partition: 0,
    offset,
    id: `letter-${offset}`,
    codes: ['currency_unknown'],
    timeMs: 1_000,
    line: offset,
  },
  ...{ keptBytes: 7, timesBefore: 0, fitness: judge(line) },
  ...more,
});
const nothingSaid = { redriven: new Map<string, LastRedriven>(), refusedAgain: new Map() };
const anyTime = { limit: 10, sinceMs: -Infinity };
const planned = (plan: ReturnType<typeof planRedrive>) =>
  plan.planned.map(({ offset, times }) => [offset, times]);

test('the oldest are redriven first, in the order of their lines, and no more than were asked for', () => {
  const letters = [letter(3), letter(9, { timeMs: 500 }), letter(1), letter(2)];
  const plan = planRedrive(letters, nothingSaid, { ...anyTime, again: false, limit: 3 });
  assert.deepEqual(planned(plan), [
    [9, 1],
    [1, 1],
    [2, 1],
  ]);
  assert.deepEqual([plan.asked, plan.beyondLimit], [4, 1]);
});

test('one that was redriven, or came back, is redriven once more only when that is said, and three times in all', () => {
  const mark = { of: { partition: 0, offset: 4 }, times: 1 };
  const said = {
    redriven: new Map([
      ['rejected/0/1', { times: 1, became: 'refused' as const }],
      ['rejected/0/2', { times: 3, became: 'refused' as const }],
      ['rejected/0/4', { times: 1, became: 'refused' as const }],
    ]),
    refusedAgain: new Map([
      [markText(mark), { ...mark, became: 'refused' as const, at: { partition: 0, offset: 5 } }],
    ]),
  };
  const letters = [
    ...[letter(1), letter(2), letter(3, { timesBefore: 3 }), letter(4)],
    ...[letter(5, { timesBefore: 1 }), letter(6)],
  ];
  const once = planRedrive(letters, said, { ...anyTime, again: false });
  assert.deepEqual(planned(once), [[6, 1]]);
  assert.deepEqual(
    [...once.leftOut],
    [
      ['redriven_already', 2],
      ['too_often', 2],
      ['stands_again', 1],
    ],
  );
  const again = planRedrive(letters, said, { ...anyTime, again: true });
  assert.deepEqual(planned(again), [
    [1, 2],
    [5, 2],
    [6, 1],
  ]);
});

test('one that was accepted, or may have been, never goes again', () => {
  const said = {
    redriven: new Map<string, LastRedriven>([
      ['rejected/0/1', { times: 1, became: 'accepted' }],
      ['rejected/0/2', { times: 1, became: 'unknown' }],
    ]),
    refusedAgain: new Map(),
  };
  const plan = planRedrive([letter(1), letter(2), letter(3)], said, { ...anyTime, again: true });
  assert.deepEqual(planned(plan), [[3, 1]]);
  assert.deepEqual(
    [...plan.leftOut],
    [
      ['accepted_already', 1],
      ['perhaps_accepted', 1],
    ],
  );
});

test('of letters of the same refused line one is redriven, the first of them', () => {
  const twice = [letter(5, { id: 'same' }), letter(2), letter(1, { id: 'same' })];
  const plan = planRedrive(twice, nothingSaid, { ...anyTime, again: true });
  assert.deepEqual(
    [planned(plan), [...plan.leftOut], plan.beyondLimit],
    [
      [
        [1, 1],
        [2, 1],
      ],
      [['same_line', 1]],
      0,
    ],
  );
});

test('what is older than the windows reach is redriven by its place only', () => {
  const nowMs = Date.UTC(2026, 3, 1);
  const days = (count: number) => nowMs - count * 86_400_000;
  const letters = [letter(1, { timeMs: days(31) - 1 }), letter(2, { timeMs: days(31) })];
  const filtered = redrivenSinceMs({ kind: 'filter', filter: {} }, nowMs);
  const plan = planRedrive(letters, nothingSaid, { again: false, limit: 10, sinceMs: filtered });
  assert.deepEqual([planned(plan), [...plan.leftOut]], [[[2, 1]], [['older_than_windows', 1]]]);
  const named = redrivenSinceMs({ kind: 'places', places: [{ partition: 0, offset: 1 }] }, nowMs);
  assert.equal(
    planRedrive(letters, nothingSaid, { again: false, limit: 10, sinceMs: named }).planned.length,
    2,
  );
});

test('the digest of the places is that of those redriven, whatever order they are found in', () => {
  const digest = (letters: readonly Candidate[]): string =>
    planRedrive(letters, nothingSaid, { ...anyTime, again: false }).placesSha256;
  assert.equal(digest([letter(1), letter(2)]), digest([letter(2), letter(1)]));
  assert.notEqual(digest([letter(1)]), digest([letter(2)]));
});
