import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Violation } from '../history-checks/history.ts';
import { addTotals, describeGoal, goalsOf } from './report.ts';
import type { Totals } from './report.ts';

test('the goals bear their names, count by damage, and say whether they are met', () => {
  const broken = (damage: Violation['damage'], rule = 'any'): Violation => ({ rule, damage, found: '' });
  const violations = [
    ...[broken('lost'), broken('lost'), broken('conflicting')],
    ...[broken('conflicting', 'verdict_versions'), broken('conflicting', 'decided_by')],
  ];
  const rounds = [3, 30.04].map((recoverySeconds) => ({ recoverySeconds, withoutEffect: [] }));
  const over = { rounds: 2, plannedRounds: 2 };
  assert.deepEqual(goalsOf(violations, rounds, 2), [
    { name: 'lost', target: 0, measured: 2, unit: 'count', met: false, ...over },
    { name: 'doubled', target: 0, measured: 0, unit: 'count', met: true, ...over },
    { name: 'conflicting', target: 0, measured: 1, unit: 'count', met: false, ...over },
    { name: 'mixed', target: 0, measured: 2, unit: 'count', met: false, ...over },
    { name: 'recoverySecondsMax', target: 30, measured: 30, unit: 's', met: false, ...over },
  ]);
});

test('no goal is met by fewer rounds than were asked for, or by one whose fault took no effect', () => {
  const round = { recoverySeconds: 3, withoutEffect: [] };
  const idle = { recoverySeconds: 3, withoutEffect: ['keys of Redis were deleted'] };
  const met = (rounds: Parameters<typeof goalsOf>[1]): boolean[] =>
    goalsOf([], rounds, 2).map((goal) => goal.met);
  assert.deepEqual(met([round, round]), [true, true, true, true, true]);
  assert.deepEqual(met([round]), [false, false, false, false, false]);
  assert.deepEqual(met([round, idle]), [false, false, false, false, false]);
  const [lost] = goalsOf([], [round, idle], 2);
  assert.match(lost === undefined ? '' : describeGoal(lost), /^MISSED.*in 1 of 2 rounds$/);
});

test('what several logs have brought is added up, name by name', () => {
  const one = { sent: 1, held: 2 } as unknown as Totals;
  const { sent, held } = addTotals([one, one]);
  assert.deepEqual([sent, held], [2, 4]);
});
