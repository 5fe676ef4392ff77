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

const pseudonymOfBucket = (bucket: number): string => {
  const bytes = Buffer.alloc(16, 7);
  bytes.writeUInt32BE(4_200_000_000 + bucket, 6);
  return `a1_${bytes.toString('base64url')}`;
};
/** Of a canary of 30 of 100 accounts the last one, and the first one beyond. */
const [within, beyond] = [pseudonymOfBucket(29), pseudonymOfBucket(30)];

const says = (
  offset: number,
  sequence: number,
  said: Partial<Extract<ControlEntry['said'], { kind: 'artefact_activated' }>>,
): ControlEntry => ({
  ...{ kind: 'control', logId: opening.logId, partition: 0, offset },
  said: {
    ...{ kind: 'artefact_activated', logId: opening.logId, sequence, artefactKind: 'ruleset' },
    ...{ artefact: 'mine@2', digest: 'cd'.repeat(32) },
    ...said,
  },
});

const rollout = { stage: 'canary', percent: 30 } as const;
const candidate = { ruleset: 'mine@2', digest: 'cd'.repeat(32), rollout };
const watch = { ref: 'watch@3', digest: 'cd'.repeat(32), location: { offset: 5, parts: 2 } };
const allow = { ref: 'allow@1', digest: 'cd'.repeat(32), location: { offset: 1, parts: 1 } };
const listed = { artefactKind: 'list', artefact: watch.ref, location: watch.location } as const;
const decidedBy = (offset: number, ruleset?: string): JournalEntry['decisions'] => [
  {
    ...{ offset, outcome: 'cleared', score: 0, reasons: [], features: [], digest: `digest-${offset}` },
    ...(ruleset === undefined ? {} : { ruleset }),
  },
];

/** A canary from offset 1 on, a list from 4 and another from 5 on; the canary is rolled back at 7. */
const canaryLog: readonly LogEntry[] = [
  opening,
  says(1, 1, { rollout }),
  logTransaction(2, { account: within }),
  logTransaction(3, { account: beyond }),
  says(4, 2, listed),
  says(5, 3, { artefactKind: 'list', artefact: allow.ref, location: allow.location }),
  logTransaction(6, { account: within }),
  says(7, 4, { artefact: versions.ruleset }),
  logTransaction(8, { account: within }),
];
const lists = [allow, watch];
const withLists = { ...versions, lists: ['allow@1', 'watch@3'] };
const canaryJournal: readonly JournalEntry[] = [
  entryOf(0, 1, {}),
  entryOf(1, 3, { sequence: 1, candidate, decisions: decidedBy(2, 'mine@2') }),
  entryOf(3, 4, { sequence: 1, candidate, decisions: decidedBy(3) }),
  entryOf(4, 5, {
    ...{ sequence: 2, candidate, lists: [watch] },
    versions: { ...versions, lists: ['watch@3'] },
  }),
  entryOf(5, 7, { sequence: 3, candidate, lists, versions: withLists, decisions: decidedBy(6, 'mine@2') }),
  entryOf(7, 9, { sequence: 4, lists, versions: withLists, decisions: decidedBy(8) }),
];
const by = (ruleset: string, under: Versions = versions) => ({ ...under, ruleset });
const canaryVerdicts = [
  verdictOf(2, 'cleared', { account: within, versions: by('mine@2') }),
  verdictOf(3, 'cleared', { account: beyond }),
  verdictOf(6, 'flagged', { account: within, versions: by('mine@2', withLists) }),
  verdictOf(8, 'held', { account: within, versions: withLists }),
];
const canary: History = {
  ...goodHistory,
  log: canaryLog,
  journal: canaryJournal,
  published: canaryVerdicts,
};

test('a canary decides its accounts and no others, with the lists in force, until it is rolled back', () => {
  assert.deepEqual(checkVersions(canary), []);
});

test('a verdict of the candidate about another account, or of the other ruleset about its own, is found', () => {
  for (const [at, wrong] of [
    [0, versions],
    [1, by('mine@2')],
    [2, by('mine@2')],
    [2, withLists],
    [3, by('mine@2', withLists)],
  ] as const) {
    const verdicts = canaryVerdicts.with(at, { ...canaryVerdicts[at]!, versions: wrong });
    assert.deepEqual(rulesOf(checkVersions({ ...canary, published: verdicts })), ['verdict_versions']);
  }
  const shadow = { ...candidate, rollout: { stage: 'shadow' as const } };
  const log = canaryLog.with(1, says(1, 1, { rollout: shadow.rollout }));
  assert.ok(rulesOf(checkVersions({ ...canary, log })).includes('verdict_versions'));
});

test('a journal that names the wrong ruleset of a decision, candidate or list is found', () => {
  for (const [at, under, rule] of [
    [1, { decisions: decidedBy(2) }, 'decided_by'],
    [2, { decisions: decidedBy(3, 'mine@2') }, 'decided_by'],
    [5, { decisions: decidedBy(8, 'mine@2') }, 'decided_by'],
    [2, { candidate: undefined }, 'journal_versions'],
    [2, { candidate: { ...candidate, rollout: { ...rollout, percent: 31 } } }, 'journal_versions'],
    [4, { lists: [allow] }, 'journal_versions'],
    [4, { lists: [allow, { ...watch, location: { offset: 6, parts: 2 } }] }, 'journal_versions'],
    [5, { candidate }, 'journal_versions'],
  ] as const) {
    const entry: JournalEntry = { ...canaryJournal[at]!, ...under };
    const violations = checkVersions({ ...canary, journal: canaryJournal.with(at, entry) });
    assert.deepEqual(rulesOf(violations), [rule]);
  }
});
