import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IngestSummary } from './ingest-messages.ts';
import { describeProgress, showSummary } from './show-summary.ts';

const summary: IngestSummary = {
  kind: 'summary',
  offered: 20_007,
  acknowledged: 20_000,
  rejected: 5,
  failed: 1,
  unknown: 1,
  bytesRead: 50,
  bytesTotal: 200,
  eventTime: '2026-01-02T03:04:05.000Z',
  state: 'finished',
  rejections: [],
};

test('a summary is the ledger as a sum', () => {
  assert.deepEqual(showSummary(summary), [
    '20,007 offered = 20,000 acknowledged + 5 rejected + 1 failed + 1 unknown',
  ]);
});

test('an empty input is said to be one', () => {
  assert.match(showSummary({ ...summary, offered: 0 }).join('\n'), /no record/);
});

test('an input that was not fed to its end says how to go on', () => {
  assert.match(showSummary({ ...summary, state: 'interrupted' }).join('\n'), /same command goes on/);
  assert.match(showSummary({ ...summary, state: 'stopped_at_limit' }).join('\n'), /without --until goes on/);
});

test('every reason for a rejection is a line with its field, its count and where it first was', () => {
  const lines = showSummary({
    ...summary,
    rejections: [
      { code: 'not_json', path: '', count: 1_200, firstLines: [3, 9] },
      { code: 'iban_invalid', path: 'account.iban', count: 2, firstLines: [4] },
    ],
  }).map((line) => line.replaceAll(/ +/g, ' '));
  assert.ok(lines.includes('not_json (record) 1,200 3, 9'));
  assert.ok(lines.includes('iban_invalid account.iban 2 4'));
  assert.match(lines.at(-1) ?? '', /weir deadletters list/);
});

test('progress tells the share only where the size of the input is known', () => {
  assert.equal(
    describeProgress({ ...summary, kind: 'progress' }),
    '25 %  20,000 accepted, 5 rejected  up to 2026-01-02T03:04:05.000Z',
  );
  for (const bytesTotal of [null, 0]) {
    assert.equal(
      describeProgress({ ...summary, kind: 'progress', bytesTotal, eventTime: null }),
      '20,000 accepted, 5 rejected',
    );
  }
});
