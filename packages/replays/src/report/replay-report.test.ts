import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountOf, pairOf, verdictOf } from '../judged.fixture.ts';
import type { JudgedPair } from '../judgement.ts';
import { samplePlan } from '../plan.fixture.ts';
import { planInWords } from './plan-in-words.ts';
import { reportOf, samplePairs } from './report.fixture.ts';
import { replayReport, reportText } from './replay-report.ts';
import { mostShown } from './shown-differences.ts';
import { shownAmount, shownChange, shownValue } from './shown.ts';

test('a report is written as text and read back as it was, always with the same bytes', () => {
  const report = reportOf(samplePairs());
  const text = reportText(report);
  const read = replayReport.parse(JSON.parse(text));
  assert.deepEqual(read, report);
  assert.equal(reportText(read), text);
});

test('a report shows the gravest differences, and knows of how many', () => {
  const scored = pairOf(verdictOf(), verdictOf({ score: 0.2 }));
  const flipped = pairOf(verdictOf(), verdictOf({ outcome: 'held' }));
  const { differences, comparison } = reportOf([
    ...Array.from({ length: 2 * mostShown }, () => scored),
    ...Array.from({ length: 3 }, () => flipped),
  ]);
  assert.equal(differences.length, mostShown);
  assert.deepEqual(
    differences.slice(0, 4).map(({ kind }) => kind),
    ['flip', 'flip', 'flip', 'score'],
  );
  assert.equal(comparison.kinds.score, 2 * mostShown);
});

test('a report names a thousand accounts at most', () => {
  function* pairs(): Generator<JudgedPair> {
    for (let number = 0; number < 1_500; number += 1)
      yield pairOf(verdictOf(), verdictOf({ score: 0.2 }), { account: accountOf(number) });
  }
  assert.equal(reportOf(pairs()).comparison.accounts.length, 1_000);
});

test('a plan is said in words', () => {
  assert.deepEqual(planInWords(samplePlan), [
    'What stands on received from 2026-03-01 00:00 to 2026-03-02 00:00 (UTC) by the time the log took it in: 2,000,985 offsets in 2 partitions.',
    'Judged again under the versions of then, so everything has to come out the same.',
    'Compared with the journal; nothing leaves the pipeline.',
  ]);
  const narrow = planInWords({
    ...samplePlan,
    range: { by: 'offsets' },
    stretches: [{ partition: 3, warmFrom: 0, from: 4, to: 5 }],
    filter: { accounts: [1, 2, 3, 4].map(accountOf), rules: ['late'], amountFromMinor: 10_000 },
    target: { kind: 'export', format: 'csv' },
  });
  assert.equal(narrow[0], 'What stands on received at 1 offset in 1 partition, chosen by offset.');
  assert.match(
    narrow[1] ?? '',
    /^Only of the accounts a1_\S+1, a1_\S+2, a1_\S+3 and 1 more; for the reason late; amounts from 10,000 minor units on\.$/,
  );
  assert.deepEqual(narrow.slice(2), ['Opened and exported as csv.']);
});

test('amounts keep each digit, and changes their sign', () => {
  assert.equal(shownAmount('123456789012345678901', 'EUR'), '1,234,567,890,123,456,789.01 EUR');
  assert.equal(shownAmount(5, 'EUR'), '0.05 EUR');
  assert.equal(shownAmount(1_234, 'JPY'), '1,234 JPY');
  assert.deepEqual(
    [shownChange(1.5, 9.25), shownChange(3, 1), shownChange(null, 1), shownChange(1, undefined)],
    ['+7.75', '−2', '', ''],
  );
  assert.deepEqual(
    [shownValue(0.1 + 0.2), shownValue(null), shownValue(undefined)],
    ['0.3', 'none', 'not there'],
  );
});
