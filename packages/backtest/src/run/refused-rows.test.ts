import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BadRow } from '../read/row.ts';
import { createRefusedRows } from './refused-rows.ts';

const badAt = (line: number, of: Partial<BadRow> = {}): BadRow => ({
  line,
  transactionId: '',
  field: 'amount',
  code: 'amount_not_positive',
  ...of,
});

test('where no limit is given one grows with the file, and is never below a hundred', () => {
  const refused = createRefusedRows(undefined);
  for (let line = 1; line <= 100; line += 1) refused.add(badAt(line), line);
  assert.throws(() => {
    refused.add(badAt(101), 10_000);
  }, /more than 100 rows/);
  const ofMany = createRefusedRows(undefined);
  for (let line = 1; line <= 200; line += 1) ofMany.add(badAt(line), 20_000);
  assert.equal(ofMany.report().refused, 200);
  assert.throws(() => {
    ofMany.add(badAt(201), 20_000);
  }, /more than 200 rows/);
});

test('what is most likely wrong in the files of others comes with what helps', () => {
  const hintFor = (of: Partial<BadRow>): string => {
    try {
      createRefusedRows(0).add(badAt(7, of), 7);
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };
  // Both are what comes of 187.89999999999998: it has more digits than an amount may have.
  assert.match(hintFor({ code: 'field_format' }), /line 7: amount: field_format.*"roundToDecimals"/);
  assert.match(hintFor({ code: 'amount_precision' }), /"roundToDecimals"/);
  assert.match(hintFor({ field: 'eventTime', code: 'field_format' }), /"offset" is for one without a zone/);
  assert.doesNotMatch(hintFor({}), /in the mapping/);
});
