import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeTrailLine, readTrailLines } from './trail-file.ts';
import { checkpointsOf, entriesOf } from './trail.fixture.ts';

test('A trail that was written to a file comes back as it was', () => {
  const entries = entriesOf(3);
  const checkpoints = checkpointsOf(entries, [2]);
  const lines = [
    ...entries.map((entry) => encodeTrailLine({ entry })),
    ...checkpoints.map((checkpoint) => encodeTrailLine({ checkpoint })),
    encodeTrailLine({ unreadable: 'audit.v1-0-17' }),
    '',
  ];
  assert.deepEqual(readTrailLines(lines), { entries, checkpoints, unreadable: ['audit.v1-0-17'] });
});

test('A line that is no part of a trail is named by its number, whatever it holds', () => {
  const lines = ['nothing', '{"entry":{}}', '{"checkpoint":1}', '{}', 'null', '{"unreadable":"\\u001b[2J"}'];
  assert.deepEqual(
    readTrailLines(lines).unreadable,
    lines.map((_, index) => `line ${index + 1}`),
  );
});
