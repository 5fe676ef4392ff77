import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Violation } from '../history-checks/history.ts';
import { addTotals, goalsOf } from './report.ts';
import type { Totals } from './report.ts';

test('the goals bear their names, count by damage, and say whether they are met', () => {
  const violations = (['lost', 'lost', 'conflicting'] as const).map((damage): Violation => ({
    rule: 'any',
    damage,
    found: '',
  }));
  assert.deepEqual(goalsOf(violations, [{ recoverySeconds: 3 }, { recoverySeconds: 30.04 }]), [
    { name: 'lost', target: 0, measured: 2, unit: 'count', met: false },
    { name: 'doubled', target: 0, measured: 0, unit: 'count', met: true },
    { name: 'conflicting', target: 0, measured: 1, unit: 'count', met: false },
    { name: 'recoverySecondsMax', target: 30, measured: 30, unit: 's', met: false },
  ]);
});

test('what several logs have brought is added up, name by name', () => {
  const one = { sent: 1, held: 2 } as unknown as Totals;
  const { sent, held } = addTotals([one, one]);
  assert.deepEqual([sent, held], [2, 4]);
});
