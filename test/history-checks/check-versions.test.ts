import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Versions } from '@weir/contracts';
import { checkVersions } from './check-versions.ts';
import type { ControlEntry, History, JournalEntry, LogEntry } from './history.ts';
import { goodHistory, logTransaction, rulesOf, underSmallPlan, verdictOf } from './small-history.ts';

const { versions } = underSmallPlan;
const [opening] = goodHistory.log as readonly [ControlEntry];
const place = (version: number) => ({
  digest: 'ab'.repeat(32),
  location: { offset: 10 * version, parts: 1 },
});

const activation = (offset: number, sequence: number, version: number): ControlEntry => ({
  ...{ kind: 'control', logId: opening.logId, partition: 0, offset },
  said: {
    ...{ kind: 'artefact_activated', logId: opening.logId, sequence, artefactKind: 'model' },
    artefact: `learned@${version}`,
    ...place(version),
  },
});

const entryOf = (from: number, to: number, under: Partial<JournalEntry>): JournalEntry => ({
  ...{ partition: 0, offset: from, from, to, featureNames: [], decisions: [] },
  ...underSmallPlan,
  ...under,
});
const learned = (sequence: number, version: number) => ({
  versions: { ...versions, model: `learned@${version}` },
  sequence,
  model: place(version),
});

/** A log that comes to decide by one model behind offset 2, by another behind 4, and is told of the first again at 6. */
const log: readonly LogEntry[] = [
  opening,
  ...[logTransaction(1), activation(2, 1, 1), logTransaction(3)],
  ...[activation(4, 2, 2), logTransaction(5), activation(6, 1, 1), logTransaction(7)],
];
const journal: readonly JournalEntry[] = [
  entryOf(0, 2, {}),
  entryOf(2, 4, learned(1, 1)),
  entryOf(4, 6, learned(2, 2)),
  entryOf(6, 8, learned(2, 2)),
];
const published = (model: readonly (string | undefined)[]) =>
  [1, 3, 5, 7].map((offset, index) => {
    const named: Versions = model[index] === undefined ? versions : { ...versions, model: model[index] };
    return verdictOf(offset, 'cleared', { versions: named });
  });
const right = [undefined, 'learned@1', 'learned@2', 'learned@2'];
const good: History = { ...goodHistory, log, journal, published: published(right) };

test('verdicts and journal that name what the control records say break no rule', () => {
  assert.deepEqual(checkVersions(good), []);
  assert.deepEqual(checkVersions(goodHistory), []);
});

test('a verdict that names another model than the log, or none, is found', () => {
  for (const model of [
    [undefined, 'learned@1', 'learned@1', 'learned@2'],
    ['learned@1', 'learned@1', 'learned@2', 'learned@2'],
    [undefined, 'learned@1', 'learned@2', 'learned@1'],
    [undefined, 'learned@1', 'learned@2', undefined],
  ]) {
    const violations = checkVersions({ ...good, published: published(model) });
    assert.deepEqual([rulesOf(violations), violations.length], [['verdict_versions'], 1]);
  }
});

test('a journal that names a model by another place or digest, or an older number, is found', () => {
  const wrong: readonly Partial<JournalEntry>[] = [
    { ...learned(2, 2), model: place(1) },
    { ...learned(2, 2), model: { ...place(2), digest: 'cd'.repeat(32) } },
    { ...learned(2, 2), model: undefined },
    { ...learned(2, 2), sequence: 1 },
  ];
  for (const under of wrong) {
    const damagedJournal = journal.with(2, entryOf(4, 6, under));
    assert.deepEqual(rulesOf(checkVersions({ ...good, journal: damagedJournal })), ['journal_versions']);
  }
});

test('a history that begins behind the opening is held against what its first record says', () => {
  const late = { ...good, log: log.slice(3), journal: journal.slice(2), published: good.published.slice(2) };
  assert.deepEqual(checkVersions(late), []);
  const wrong = published([undefined, undefined, 'learned@2', 'learned@1']).slice(2);
  assert.deepEqual(rulesOf(checkVersions({ ...late, published: wrong })), ['verdict_versions']);
});
