import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { History, JournalEntry, LogEntry } from '../../history-checks/history.ts';
import { underSmallPlan } from '../../history-checks/small-history.ts';
import { checkActivations } from './check-activations.ts';

const logId = '018f3b9e-0000-4000-8000-000000000001';

/** Activations by their numbers, at the offsets they stand at. */
const told = (partition: number, ...sequences: readonly number[]): LogEntry[] =>
  sequences.map((sequence, index) => saying(partition, index + 1, sequence, `mine@${sequence}`));

const saying = (partition: number, offset: number, sequence: number, artefact: string): LogEntry => ({
  ...{ kind: 'control', partition, offset, logId },
  said: {
    ...{ kind: 'artefact_activated', logId, sequence, artefactKind: 'ruleset', artefact },
    digest: 'ab'.repeat(32),
  },
});

const decidingBy = (partition: number, sequence: number): JournalEntry => ({
  ...{ partition, offset: 0, from: 0, to: 9, ...underSmallPlan, sequence },
  ...{ featureNames: [], decisions: [] },
});

const found = (log: readonly LogEntry[], journal: readonly JournalEntry[]): string[] =>
  checkActivations({ log, journal } satisfies Pick<History, 'log' | 'journal'>).map((one) => one.found);

test('each partition is told every activation in its order, and being told again changes nothing', () => {
  const log = [...told(0, 4, 5, 5, 4, 6), ...told(1, 5, 6)];
  assert.deepEqual(found(log, [decidingBy(0, 6), decidingBy(1, 6)]), []);
});

test('a partition that was not told the last activation is found', () => {
  const log = [...told(0, 1, 2), ...told(1, 1)];
  const violations = found(log, [decidingBy(0, 2), decidingBy(1, 1)]);
  assert.deepEqual(violations, ['it decides by activation 1, the last one is 2']);
});

test('an activation that was passed over is found, and one that says something else elsewhere', () => {
  const passed = found([...told(0, 1, 2, 3), ...told(1, 1, 3)], [decidingBy(0, 3), decidingBy(1, 3)]);
  assert.deepEqual(passed, ['activation 3 stands behind 1']);
  const other = [...told(0, 1), saying(1, 1, 1, 'other@1')];
  assert.deepEqual(found(other, [decidingBy(0, 1), decidingBy(1, 1)]), [
    'activation 1 says something else elsewhere',
  ]);
});
