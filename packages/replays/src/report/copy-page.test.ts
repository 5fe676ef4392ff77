import assert from 'node:assert/strict';
import { test } from 'node:test';
import { samplePlan } from '../plan.fixture.ts';
import { copyPage } from './copy-page.ts';
import { anyReport, copyReportText, createCopyReport } from './copy-report.ts';
import type { CopyReport } from './copy-report.ts';

const reportOf = (changed: Partial<CopyReport> = {}): CopyReport =>
  createCopyReport({
    plan: { ...samplePlan, target: { kind: 'export', format: 'ndjson' } },
    approvedBy: 'ben',
    startedAt: '2026-03-03T09:31:00.000Z',
    endedAt: '2026-03-03T09:32:00.000Z',
    records: 1_200,
    root: 'ab'.repeat(32),
    notes: [],
    handedOver: 1_200,
    unreadable: {},
    ...changed,
  });

test('a report of a copy is written as text and read back as what it is', () => {
  const report = reportOf();
  assert.deepEqual(anyReport.parse(JSON.parse(copyReportText(report))), report);
});

test('its page says what was handed over, and compares nothing', () => {
  const page = copyPage(reportOf());
  assert.match(page, /answer clean">1,200 records were handed over\./);
  assert.match(page, /Opened and exported as ndjson/);
  const [, body = ''] = page.split('<body>');
  assert.doesNotMatch(body, /differ|then and now|judged again|versions/i);
});

test('records that could not be opened are told of, by what keeps them closed', () => {
  const keyRef = 'arn:aws:kms:eu-central-1:111122223333:key/gone';
  const page = copyPage(reportOf({ handedOver: 1_195, unreadable: { [keyRef]: 4, '': 1 } }));
  assert.match(page, /answer differs">1,195 records were handed over; 5 could not be opened\./);
  assert.match(page, /4 records could not be opened: the key arn:aws:kms:[^ ]+ can not be used\./);
  assert.match(page, /1 record could not be opened: they have no seal/);
});
