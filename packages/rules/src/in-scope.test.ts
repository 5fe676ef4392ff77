import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inScheduleOf, inScopeOf } from './in-scope.ts';
import type { Schedule, Scope } from './ruleset.ts';
import { someFacts } from './ruleset-fixture.ts';

const fits = (schedule: Schedule, at: string): boolean => inScheduleOf(schedule)(Date.parse(at));

// 15 January 2025 is a Wednesday.
for (const [what, schedule, at, expected] of [
  ['a weekday that is named', { days: ['wed'] }, '2025-01-15T12:00:00Z', true],
  ['another weekday', { days: ['mon', 'tue'] }, '2025-01-15T12:00:00Z', false],
  ['the hour it opens', { hours: { from: '12:00', to: '13:00' } }, '2025-01-15T12:00:00Z', true],
  ['the hour it closes', { hours: { from: '11:00', to: '12:00' } }, '2025-01-15T12:00:00Z', false],
  ['the evening of a night', { hours: { from: '22:00', to: '06:00' } }, '2025-01-15T23:00:00Z', true],
  ['the morning of a night', { hours: { from: '22:00', to: '06:00' } }, '2025-01-15T05:59:59Z', true],
  ['the day between nights', { hours: { from: '22:00', to: '06:00' } }, '2025-01-15T12:00:00Z', false],
  [
    'the morning that belongs to the night of the day before',
    { days: ['tue'], hours: { from: '22:00', to: '06:00' } },
    '2025-01-15T05:00:00Z',
    true,
  ],
  [
    'the morning before the night of its day',
    { days: ['wed'], hours: { from: '22:00', to: '06:00' } },
    '2025-01-15T05:00:00Z',
    false,
  ],
  ['a weekday further east', { days: ['thu'], utcOffset: '+02:00' }, '2025-01-15T22:30:00Z', true],
  ['a weekday further west', { days: ['tue'], utcOffset: '-05:30' }, '2025-01-15T05:00:00Z', true],
  ['its first moment', { from: '2025-01-15T12:00:00Z' }, '2025-01-15T12:00:00Z', true],
  ['its end', { until: '2025-01-15T12:00:00Z' }, '2025-01-15T12:00:00Z', false],
  ['a day before 1970', { days: ['wed'] }, '1969-12-31T12:00:00Z', true],
] as const satisfies readonly (readonly [string, Schedule, string, boolean])[])
  test(`a schedule ${expected ? 'takes in' : 'leaves out'} ${what}`, () => {
    assert.equal(fits(schedule as Schedule, at), expected);
  });

const onLists = (known: Readonly<Record<string, boolean>>) => ({
  ...someFacts,
  isOnList: (id: string) => known[id],
});
const looks = (scope: Scope, known: Readonly<Record<string, boolean>> = {}): boolean | undefined =>
  inScopeOf({ scope })?.(onLists(known));

test('a rule looks where everything its scope gives fits', () => {
  assert.equal(
    looks({ currencies: ['USD', 'EUR'], channels: ['card_not_present'], countries: ['DE'] }),
    true,
  );
  assert.equal(looks({ currencies: ['EUR'], countries: ['FR'] }), false);
  assert.equal(looks({ currencies: ['USD'] }), false);
  assert.equal(looks({ channels: ['atm'] }), false);
  assert.equal(looks({ creditDebitIndicator: 'CRDT' }), false);
  assert.equal(inScopeOf({}), undefined);
});

test('an account has to be in one of the groups and in none of the excepted ones', () => {
  const scope: Scope = { accountGroups: ['one', 'two'], exceptAccountGroups: ['three'] };
  assert.equal(looks(scope, { one: false, two: true, three: false }), true);
  assert.equal(looks(scope, { one: false, two: false, three: false }), false);
  assert.equal(looks(scope, { one: true, two: true, three: true }), false);
});

test('a group that nobody can tell about leaves it open, unless the others settle it', () => {
  const scope: Scope = { accountGroups: ['one', 'two'], exceptAccountGroups: ['three'] };
  assert.equal(looks(scope, { one: false, three: false }), undefined);
  assert.equal(looks(scope, { one: true, three: false }), true);
  assert.equal(looks(scope, { one: true, two: true }), undefined);
  assert.equal(looks(scope, { three: true }), false);
});
