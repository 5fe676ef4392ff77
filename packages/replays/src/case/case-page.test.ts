import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleFacts } from './case.fixture.ts';
import { casePage } from './case-page.ts';

const page = casePage(sampleFacts());

test('what other people wrote stands on the page as text alone', () => {
  assert.ok(page.includes('&lt;script&gt;alert(&quot;Bobby &amp; Sons&quot;)&lt;/script&gt;'));
  assert.ok(page.includes('The customer &lt;b&gt;knows&lt;/b&gt; nothing of it'));
  assert.ok(page.includes('the prosecutor of &lt;i&gt;Utrecht&lt;/i&gt;'));
  assert.doesNotMatch(page, /<script|<b>knows|<i>/);
});

test('the page needs nothing else and may run nothing', () => {
  assert.match(page, /Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/);
  assert.doesNotMatch(page, /(?:src|href)=/);
});

test('it says what was held and why, what people did, who asked for it, and how it is checked', () => {
  for (const said of [
    /Case of the account GB•• •••• 5432/,
    /8 records: 3 held, 5 cleared; 1 alert\./,
    /Nothing differs: 8 records were judged again/,
    /The amount is 84 times what is usual/,
    /Released: asked for by ana, approved by ben/,
    /2026-03-01 12:00 ana: close \(acknowledged → closed\)/,
    /local-approver, 2026-03-03 09:30 UTC/,
    /npx weir case verify case\.zip --key replay\.pem --audit-key audit\.pem/,
    /<svg[^]*Amounts of a1_/,
  ])
    assert.match(page, said);
});

test('a case of thousands shows some, and says where the others are', () => {
  const long = casePage(sampleFacts(2_000));
  assert.match(long, /and 1,500 more in transactions\.ndjson/);
  assert.match(long, /and 467 more in verdicts\.ndjson/);
});

test('of what could not be opened it is not said that no alert was made', () => {
  const facts = sampleFacts(3);
  const nameless = facts.records.map((record) => ({ ...record, id: null }));
  const page = casePage({ ...facts, alerts: [], records: nameless });
  assert.match(page, /Of 3 records it is not known which transactions they are/);
  assert.doesNotMatch(page, /No alert was made/);
});

test('what would turn a name around is shown by its number', () => {
  const facts = sampleFacts(3);
  const turned = facts.records.map((record) => ({ ...record, counterparty: 'Ann\u202e\u2066nna\u0007' }));
  const page = casePage({ ...facts, reason: 'because\u202e', records: turned });
  assert.doesNotMatch(page, /[\u202e\u2066\u0007]/);
  assert.ok(page.includes('Ann[U+202E][U+2066]nna[U+0007]'));
});

test('a case without any record or alert says so', () => {
  const facts = sampleFacts(0);
  const none = casePage({ ...facts, alerts: [], maskedAccount: null });
  assert.match(none, /There are none of it in the range/);
  assert.match(none, /No alert was made/);
});
