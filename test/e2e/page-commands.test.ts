import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstMissing } from './page-commands.ts';

const shown = ['part       state  pid', 'kafka      up     …', '…', 'Alert mails  http://127.0.0.1:…'];
const output = [
  'part        state    pid',
  'kafka       up      4711',
  'redis       up      4712',
  '',
  'Alert mails      http://127.0.0.1:40001',
];

test('what a page shows fits an output with other numbers, widths and lines in between', () => {
  assert.equal(firstMissing(shown, output.join('\n')), undefined);
});

test('a line that is not printed, or not in that order, is named', () => {
  assert.equal(firstMissing(shown, output.with(1, 'kafka  DOWN  4711').join('\n')), 'kafka      up     …');
  assert.equal(firstMissing(shown, output.toReversed().join('\n')), 'kafka      up     …');
  assert.equal(firstMissing(['Both ledgers balance.'], 'Both ledgers balance?'), 'Both ledgers balance.');
});
