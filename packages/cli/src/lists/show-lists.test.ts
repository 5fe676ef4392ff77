import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImportedList } from '../ingest/ingest-messages.ts';
import { listAsJson, showImport, showLists, showMembership } from './show-lists.ts';

const imported: ImportedList = {
  kind: 'list',
  name: 'mules',
  of: 'counterparty',
  act: 'replace',
  outcome: 'published',
  lines: 2_000,
  bad: 1,
  expired: 3,
  refused: [{ code: 'card_number', count: 1, firstLines: [18] }],
  refusalsFile: '/home/ada/mules.txt.refused.csv',
  artefact: 'mules@2',
  entries: 1_996,
  changed: { added: 1_996, extended: 0, removed: 5, dropped: 0 },
  sequence: 7,
};

test('an import tells what came into force, and of bad lines the reasons and numbers', () => {
  const [headline, ...rest] = showImport(imported);
  assert.equal(
    headline,
    'mules@2 comes into force with 1,996 entries (1,996 added, 5 replaced, 3 expired and left out).',
  );
  const text = rest.join('\n');
  assert.match(text, /1 of 2,000 lines are bad and left out/);
  assert.match(text, /card_number +1 +18/);
  assert.match(text, /Each stands in .*mules\.txt\.refused\.csv/);
});

test('an import that changed nothing says so, and one with too many bad lines that nothing is published', () => {
  const { artefact: _, entries: __, changed: ___, sequence: ____, ...early } = imported;
  const unchanged = showImport({ ...imported, outcome: 'unchanged', entries: 1, refused: [] });
  assert.deepEqual(unchanged, ['mules@2 holds this already, 1 entry: unchanged, and in force.']);
  assert.match(showImport({ ...early, outcome: 'too_many_bad' })[0] ?? '', /nothing is published/);
});

test('lists are shown by name, version and what has expired; one that is not in force says so', () => {
  const list = {
    ...{ ref: 'mules@2', digest: 'd', location: { offset: 0, parts: 1 }, of: 'counterparty' as const },
    ...{ importedAt: '2026-01-01T00:00:00.000Z', entries: 1_996, bytes: 19_972 },
  };
  const shown = [
    { ...list, inForce: true, expired: 3 },
    { ...list, ref: 'mules@3', inForce: false, expired: undefined },
  ];
  const [, first, second] = showLists(shown);
  assert.match(first ?? '', /^mules +counterparty +2 +1,996 +3 .*in force$/);
  assert.match(second ?? '', /^mules +counterparty +3 +1,996 +- .*not in force$/);
  assert.deepEqual(
    shown.map(listAsJson).map(({ name, version, expired }) => [name, version, expired]),
    [
      ['mules', 2, 3],
      ['mules', 3, null],
    ],
  );
  assert.equal(showLists([]).length, 1);
});

test('whoever asks reads whether it is on the list, was, or is not', () => {
  const asked = { kind: 'membership', name: 'mules', artefact: 'mules@2', expiresAt: null } as const;
  const until = '2026-02-01T00:00:00.000Z';
  assert.equal(showMembership({ ...asked, state: 'on_list' }), 'on mules@2');
  assert.equal(showMembership({ ...asked, state: 'on_list', expiresAt: until }), `on mules@2 until ${until}`);
  assert.equal(
    showMembership({ ...asked, state: 'expired', expiresAt: until }),
    `was on mules@2 until ${until}`,
  );
  assert.equal(showMembership({ ...asked, state: 'not_on_list' }), 'not on mules@2');
});
