import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountOf, pairOf, verdictOf } from '../judged.fixture.ts';
import { samplePlan } from '../plan.fixture.ts';
import { reportOf, samplePairs } from './report.fixture.ts';
import { reportPage } from './report-page.ts';

const underAnother = {
  ...samplePlan,
  versions: { kind: 'ruleset', ref: 'starter@3', digest: 'cd'.repeat(32) },
} as const;
const page = reportPage(reportOf(samplePairs(), { plan: underAnother }));

test('the page needs nothing from elsewhere, and says in words what each picture shows', () => {
  assert.doesNotMatch(page, /<script|https?:|src=|url\(|@import/);
  const pictures = page.match(/<svg [^>]*role="img" aria-labelledby=/g)?.length ?? 0;
  assert.equal(pictures, 2 + 4);
  assert.equal(page.match(/<desc id="[^"]*-description">[^<]+<\/desc>/g)?.length, pictures);
  assert.match(page, /prefers-color-scheme: dark/);
});

test('each picture has ids of its own', () => {
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length);
});

test('it says first whether anything differs', () => {
  assert.match(page, /class="answer differs">384 of 401 records differ; 29 flipped\./);
  const same = [...samplePairs(50)].map((pair) => ({ ...pair, then: pair.now }));
  const clean = reportPage(reportOf(same));
  assert.match(clean, /class="answer clean">Nothing differs: 51 records were judged again\./);
  assert.doesNotMatch(clean, /What differs|One by one/);
  const one = reportPage(reportOf([pairOf(verdictOf(), verdictOf({ score: 0.3 }))]));
  assert.match(one, /class="answer differs">1 of 1 record differs; 0 flipped\./);
});

test('a replay of nothing is not called clean', () => {
  const empty = reportPage(reportOf([]));
  assert.match(empty, /class="answer differs">No record was judged again\./);
  assert.doesNotMatch(empty, /NaN|Infinity|undefined/);
});

test('what could not be judged is never called the same, and the page says how many and why', () => {
  const same = pairOf(verdictOf(), verdictOf());
  const unreadable = { 'arn:aws:kms:local:000000000000:key/gone': 12 };
  const closed = reportPage(reportOf([same], { counts: { unreadable } }));
  assert.match(
    closed,
    /class="answer differs">Nothing differs: 1 record was judged again; 12 others could not be compared\./,
  );
  assert.match(closed, /12 records could not be opened: the key arn:\S+\/gone can not be used\./);
  const unaccounted = reportPage(reportOf([same], { counts: { unaccounted: 1 } }));
  assert.match(unaccounted, /class="answer differs">.*1 other could not be compared\./);
  const unproven = reportPage(reportOf([same], { counts: { unproven: 3, unprovenDifferences: 2 } }));
  assert.match(unproven, /3 records were judged by a history[^<]*; 2 of the differences are among them/);
});

test('nothing that is drawn is no number, whatever there is to draw', () => {
  const one = pairOf(verdictOf({ score: 1 }), verdictOf({ score: 0, outcome: 'held' }), { amountMinor: 0 });
  const large = pairOf(verdictOf(), verdictOf({ outcome: 'held' }), { amountMinor: 1e15, currency: 'JPY' });
  for (const pairs of [[one], [large], [one, large, large], [...samplePairs(3)]]) {
    assert.doesNotMatch(reportPage(reportOf(pairs)), /NaN|Infinity|undefined/);
  }
});

test('a difference shows what was, what is, why, and by how much its features differ', () => {
  const now = verdictOf({
    outcome: 'held',
    score: 0.9,
    reasons: ['unusual_amount'],
    features: { amount_ratio: 9.25, daily_count: 1, usual_hour: 4 },
  });
  const text = reportPage(reportOf([pairOf(verdictOf({ reasons: ['late'] }), now)])).replaceAll(
    /<[^>]+>/g,
    ' ',
  );
  assert.match(text, /cleared, 0\.1 +→ +held, 0\.9/);
  assert.match(text, /2026-03-01 12:00 UTC · 123\.45 EUR · a1_0+1 · partition 0, offset 10/);
  assert.match(text, /Only now: unusual_amount\./);
  assert.match(text, /Only then: late\./);
  assert.match(text, /amount_ratio +1\.5 +9\.25 +\+7\.75/);
  assert.match(text, /daily_count +3 +1 +−2/);
  assert.match(text, /usual_hour +none +4 /);
});

test('what is held stands out by its shape, and the picture says how many of each there are', () => {
  const points = [
    pairOf(verdictOf(), verdictOf(), { eventTimeMs: 0 }),
    pairOf(verdictOf(), verdictOf({ outcome: 'held' }), { eventTimeMs: 1_000 }),
    pairOf(verdictOf({ outcome: 'held' }), verdictOf(), { eventTimeMs: 2_000, currency: 'USD' }),
  ];
  const plan = { ...samplePlan, filter: { accounts: [accountOf(1)] } };
  const drawn = reportPage(reportOf(points, { plan }));
  assert.match(
    drawn,
    /<desc id="timeline-0-description">2 transactions between 123\.45 EUR and 123\.45 EUR, 1970-01-01 00:00 to 1970-01-01 00:00: 1 cleared both times, 1 held now, not then\.<\/desc>/,
  );
  assert.match(drawn, /Not drawn: 1 transaction in other currencies\./);
});

test('the page says what it rests on, who planned and approved it, and what to know', () => {
  const report = reportOf([], { approvedBy: 'local-approver', notes: ['Windows are whole from 4200 on.'] });
  const shown = reportPage(report);
  for (const text of [report.planHash, report.root, 'local-approver', 'local-analyst', 'from 4200 on']) {
    assert.ok(shown.includes(text), text);
  }
});

test('text of others is no markup', () => {
  const report = reportOf([pairOf(verdictOf(), verdictOf({ reasons: ['<b>x'], outcome: 'held' }))], {
    plan: { ...samplePlan, plannedBy: '<i>"&' },
    approvedBy: '<i>approver',
    notes: ['<u>note'],
  });
  assert.doesNotMatch(reportPage(report), /<b>x|<i>|<u>/);
});
