import assert from 'node:assert/strict';
import { test } from 'node:test';
import { securityRejectionCodes, streams } from '@weir/contracts';
import { canaries, findCanaries } from '@weir/testkit';
import {
  flaggedNotice,
  flaggedTransaction,
  heldNotice,
  heldTransaction,
  refusedNotice,
  scoredTransaction,
  testRuleset,
} from '../fixtures/notices.ts';
import type { Notice } from '../plan-run.ts';
import { renderMail } from './render-mail.ts';

const render = (notice: Notice) => renderMail(notice, { environment: 'test', rulesetOf: () => testRuleset });

/** What a person sees of the HTML: no tags, no escapes. */
const seen = (html: string): string =>
  html
    .replace(/<head>.*<\/head>/s, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

test('The text of a mail about a held transaction reads like this', () => {
  const { subject, text } = render(heldNotice(heldTransaction()));
  assert.equal(subject, 'High: 9,500.00 EUR out of NL•• •••• 4300, held');
  assert.equal(
    text,
    `HIGH: 9,500.00 EUR out of NL•• •••• 4300

WHAT HAPPENED

  Amount:        9,500.00 EUR, money leaving the account
  When:          2025-06-15 12:00:03 UTC
  Account:       NL•• •••• 4300
  Counterparty:  W•••, DE•• •••• 3000
  Channel:       mobile banking
  Country:       DE
  Tenant:        bank-a

WHY IT IS UNUSUAL FOR THIS ACCOUNT

Outgoing EUR amounts of this account are usually between 12.00 EUR and 80.00 EUR, typically 31.00 EUR (over the last 30 days, 212 transactions). This one is 9,500.00 EUR, above that range.

- Far above what is usual (high). The amount is 306 times the typical one.
- Somebody new (medium). The other side was not seen in 212 transactions; 45.00 EUR moved in 24 hours.

The last 2 transactions of the account before it:

- 2025-06-14 09:12:31 UTC: 45.00 EUR out
- 2025-06-13 18:20:00 UTC: 2,500.00 EUR in

WHAT WAS DONE

It is held: it was not passed to downstream systems. Its score is 0.70 on a scale from 0 to 1, by ruleset test@1. From 0.50 on a transaction is held. Weir moves no money itself; whether the payment was executed is known to the bank that sent it.

HOW TO LOOK FURTHER

  npx weir explain 2/1034               how this verdict came about, part by part
  npx weir tail held --all --no-follow  held transactions with their verdicts and evidence
  npx weir ledger                       whether every accepted transaction has its one verdict

  Transaction id:  TX-20250615-0042
  Event id:        t1_AAECAwQFBgcICQoLDA0ODw
  Alert id:        80be584b4f857a89c1ea52ab39c8be0b2b3d17815088ea468ba9fe0402732d10
  Held record:     transactions.held.v1, partition 2, offset 17
  In the log:      transactions.received.v1, partition 2, offset 1034

-- 
Sent by Weir, environment test. All times are UTC. Accounts and names are masked here; in full they stand only in the sealed record.
`,
  );
});

test('The text of a mail about a refused record says what it means, where it stands and what to do', () => {
  const { subject, text } = render(refusedNotice('not_sealed'));
  assert.equal(subject, 'Critical: a record on transactions.received.v1 was refused, it is not sealed');
  for (const line of [
    'Weir read a record that it did not write, or not like this, and refused it. It was not acted on, and a copy of it is kept, sealed, for 90 days.',
    '  Record:   transactions.received.v1, partition 1, offset 77',
    '  Written:  2025-06-15 12:00:05 UTC',
    'Weir seals everything it writes, so this record was written by somebody or something else.',
    'look at who may write to the topic',
    '  Kept copy:  transactions.rejected.v1, partition 1, offset 3',
  ]) {
    assert.ok(text.includes(line), line);
  }
});

test('Every code that is alerted has words of its own', () => {
  const texts = [...securityRejectionCodes].map((code) => render(refusedNotice(code)).text.replace(code, ''));
  assert.equal(new Set(texts).size, securityRejectionCodes.size);
  for (const text of texts) assert.doesNotMatch(text, /can not be processed/);
});

test('A dead letter that can not be read is said to have no copy', () => {
  const place = { topic: streams.rejected.topic, partition: 0, offset: 5 };
  const { text } = render(refusedNotice('not_sealed', { origin: place, kept: place }));
  assert.match(text, /On the topic of refused records itself/);
  assert.match(text, /Kept copy: {2}none: only the record itself/);
});

test('The HTML says everything that the text says', () => {
  for (const notice of [
    heldNotice(heldTransaction()),
    heldNotice(scoredTransaction()),
    refusedNotice('conflicting_duplicate'),
  ]) {
    const { text, html } = render(notice);
    const words = seen(html).replaceAll(/\s+/g, ' ').toUpperCase();
    for (const word of text
      .toUpperCase()
      .split(/[\s:]+/)
      .filter((one) => !/^-*$/.test(one)))
      assert.ok(words.includes(word), word);
  }
});

test('The HTML loads nothing, runs nothing and is made for phones and dark mode', () => {
  const { html } = render(heldNotice(heldTransaction()));
  assert.doesNotMatch(html, /https?:|src=|href=|url\(|<script|<img|<link|<style|@import/i);
  assert.match(html, /<meta name="viewport" content="width=device-width, initial-scale=1">/);
  assert.match(html, /<meta name="color-scheme" content="light dark">/);
});

test('Markup in what a sender wrote is shown as text or not at all', () => {
  const notice = heldNotice(
    heldTransaction({
      transaction: {
        transactionId: '<script>alert(1)</script>&"\'',
        remittanceInformation: '<script>alert(2)</script>',
        counterparty: { name: '<script>alert(3)</script>' },
      },
    }),
  );
  const { html, text } = render(notice);
  assert.doesNotMatch(html, /<script/i);
  assert.ok(html.includes('&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;'));
  assert.ok(text.includes('<script>alert(1)</script>&"\''), 'the text part escapes nothing');
  assert.doesNotMatch(html + text, /alert\([23]\)/);
});

test('No known name, account or remittance text stands in any part', () => {
  const notice = heldNotice(
    heldTransaction({
      transaction: {
        account: { other: { id: canaries.iban } },
        transactionId: `${canaries.iban}/1`,
        endToEndId: canaries.iban,
        remittanceInformation: canaries.description,
        counterparty: { name: canaries.counterpartyName, account: { other: { id: canaries.iban } } },
      },
    }),
  );
  const { subject, text, html } = render(notice);
  assert.deepEqual(findCanaries(Buffer.from(subject + text + html)), []);
  assert.match(text, /Transaction id: {2}not shown, because it holds an account number or a name/);
  const { counterpartyName, iban } = canaries;
  assert.ok(text.includes(`Counterparty:  ${counterpartyName.slice(0, 1)}•••, •••• ${iban.slice(-4)}\n`));
});

test('A rule that this release does not know is told by its id and its features', () => {
  const notice = heldNotice(heldTransaction());
  const { text } = renderMail(notice, { environment: 'test', rulesetOf: () => undefined });
  assert.match(text, /- Rule far_above_usual \(high\)\. It fired on amountOverTypical 306\./);
});

/** The section that says why, up to the amounts before it. */
const whyOf = (text: string): string =>
  text.slice(text.indexOf('WHY IT IS UNUSUAL'), text.indexOf('The last 2 transactions'));

test('What a score rests on is said in one line and then piece by piece, the most important first', () => {
  assert.equal(
    whyOf(render(heldNotice(scoredTransaction())).text),
    `WHY IT IS UNUSUAL FOR THIS ACCOUNT

42 × the usual amount (usual 12.00–80.00 EUR over 30 days), first payment to this creditor in 30 days, third outgoing EUR transaction within 1 hour.

Outgoing EUR amounts of this account are usually between 12.00 EUR and 80.00 EUR, typically 31.00 EUR (over the last 30 days, 212 transactions). This one is 1,302.00 EUR, above that range.

- Unusual amount (high, adds 0.62). 42 × the usual amount (usual 12.00–80.00 EUR over 30 days).
- New counterparty (medium, adds 0.20). First payment to this creditor in 30 days.
- Burst of transactions (high, adds 0.10). Third outgoing EUR transaction within 1 hour.

`,
  );
});

test('An account without a history of the kind is said to have none, and what it was compared with', () => {
  const nothing = { usualAmount: null, recentAmounts: [] };
  const features = { amountPeerZ: 3.5, newCounterparty: 1, historyCount: 0, count_30d: 0 };
  const withPeers = render(heldNotice(scoredTransaction({ ...nothing, state: 'cold', features }))).text;
  assert.match(
    withPeers,
    /This account had no outgoing EUR transaction in 30 days before this one; it was compared with those of other accounts\./,
  );
  assert.match(withPeers, /An amount higher than other accounts mostly move, first payment to this creditor/);
  const alone = { ...features, amountPeerZ: null, amountOverTypical: 9.04, historyCount: 2, count_30d: 2 };
  const without = render(heldNotice(scoredTransaction({ ...nothing, state: 'short', features: alone }))).text;
  assert.match(
    without,
    /This account had only 2 outgoing EUR transactions in 30 days before this one; it was compared with that little\./,
  );
  assert.match(
    without,
    /9 × the typical amount of its 2 outgoing EUR transactions in 30 days, first payment/,
  );
});

test('A low score is said not to be what holds a transaction', () => {
  const { text } = render(heldNotice(heldTransaction({ verdict: { score: 0.02 } })));
  assert.match(
    text,
    /Its score is 0\.02 .* That alone would not have held it, which takes 0\.50: one of the/,
  );
});

test('A group that only a newer release knows is told by its name and its features', () => {
  const reasons = [
    { rule: 'shared_device', severity: 'high' as const, contribution: 0.9, features: ['newCounterparty'] },
  ];
  const { text } = render(heldNotice(scoredTransaction({}, reasons)));
  assert.match(text, /- Reason shared_device \(high, adds 0\.90\)\. It rests on newCounterparty 1\./);
});

test('A late, a future-dated and an unjudged transaction each say why they are held', () => {
  const reasons = (['late', 'future_dated', 'rule_failed'] as const).map((rule) => ({
    rule,
    severity: 'medium' as const,
    contribution: 0,
    features: rule === 'rule_failed' ? ['amountLogZ', 'NL91 ABNA 0417 1643 00'] : [],
  }));
  const { text } = render(heldNotice(heldTransaction({ verdict: { reasons } })));
  assert.match(text, /Came late \(medium\)\. It happened at 2025-06-15 12:00:03 UTC but came in only at/);
  assert.match(text, /Dated in the future \(medium\)\. It claims to have happened at/);
  assert.match(
    text,
    /A rule could not be evaluated \(medium\)\. .* The values involved: amountLogZ unknown\./,
  );
});

test('An account without history is not said to have anything usual', () => {
  const { text } = render(
    heldNotice(heldTransaction({ evidence: { usualAmount: null, recentAmounts: [] } })),
  );
  assert.match(text, /Outgoing EUR amounts of this account are too few yet to say what is usual for it\./);
  assert.doesNotMatch(text, /typically|before it/);
});

test('Money is written in the digits of its currency, whatever the side', () => {
  const notice = heldNotice(
    heldTransaction({
      transaction: {
        currency: 'JPY',
        amountMinor: 2_000_000,
        creditDebitIndicator: 'CRDT',
        account: { card: { token: 'tok-123', lastFour: '1234' } },
      },
    }),
  );
  assert.equal(render(notice).subject, 'High: 2,000,000 JPY into card •••• 1234, held');
});

test('The mail about a transaction that went through says so in its subject and its text, and that nothing waits', () => {
  const notice = flaggedNotice(flaggedTransaction());
  const { subject, text, html } = render(notice);
  assert.equal(subject, 'High: 9,500.00 EUR out of NL•• •••• 4300, cleared, worth a look');
  assert.ok(text.startsWith('HIGH: 9,500.00 EUR out of NL•• •••• 4300, cleared\n'));
  for (const body of [text, seen(html)]) {
    assert.match(body, /It went through: it was cleared and passed to downstream systems, and nothing waits/);
    assert.match(body, /Flagged record/);
    // Where it is looked up is all that bears the word.
    assert.doesNotMatch(body.replaceAll(/weir tail held .*|transactions\.held\.v1/g, ''), /\bheld\b|\bhold/);
  }
});

test('A published rule is told in its own words, with its numbers, on one line', () => {
  const held = heldTransaction({
    evidence: {
      rules: [
        {
          rule: 'far_above_usual',
          title: 'Our limit',
          explanation: 'It is {amountOverTypical} times\n\nWHAT WAS DONE\n\nNothing.',
        },
      ],
    },
  });
  const { text } = renderMail(heldNotice(held), { environment: 'test', rulesetOf: () => undefined });
  assert.match(text, /^- Our limit \(high\)\. It is 306 times WHAT WAS DONE Nothing\.$/m);
  assert.match(text, /^- Rule new_payee \(medium\)\./m);
});
