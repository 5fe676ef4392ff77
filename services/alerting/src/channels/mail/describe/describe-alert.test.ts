import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  notificationOf,
  sampleNotifications,
  shownTransactions,
  transactionFinding,
} from '../../../fixtures/sample-notifications.ts';
import {
  flaggedTransaction,
  heldTransaction,
  scoredTransaction,
  testRuleset,
} from '../../../fixtures/sample-transactions.ts';
import type { JudgedTransaction } from '../../../judged-transaction.ts';
import type { Notification } from '../../../notification.ts';
import { renderMail } from '../render-mail.ts';

const render = (notification: Notification) => renderMail(notification, () => testRuleset);
const firstOf = (judged: JudgedTransaction): Notification =>
  notificationOf('first', [shownTransactions([transactionFinding(judged)])]);

test('A rule that this release does not know is told by its id and its features', () => {
  const { text } = renderMail(firstOf(heldTransaction()), () => undefined);
  assert.match(text, /- Rule far_above_usual \(high\)\. It fired on amountOverTypical 306\./);
});

test('What a score rests on is said piece by piece, the most important first', () => {
  const { text } = render(firstOf(scoredTransaction()));
  assert.ok(
    text.includes(`WHY IT IS UNUSUAL FOR THIS ACCOUNT

- Unusual amount (high, adds 0.62). 42 × the usual amount (usual 12.00–80.00 EUR over 30 days).
- New counterparty (medium, adds 0.20). First payment to this creditor in 30 days.
- Burst of transactions (high, adds 0.10). Third outgoing EUR transaction within 1 hour.
`),
  );
});

test('An account without a history of the kind is said to have none, and what it was compared with', () => {
  const nothing = { usualAmount: null, recentAmounts: [] };
  const features = { amountPeerZ: 3.5, newCounterparty: 1, historyCount: 0, count_30d: 0 };
  const withPeers = render(firstOf(scoredTransaction({ ...nothing, state: 'cold', features })));
  assert.match(
    withPeers.text,
    /This account had no outgoing EUR transaction in 30 days before this one; it was compared with those of other accounts\./,
  );
  assert.match(withPeers.text, /An amount higher than other accounts mostly move/);
  assert.equal(withPeers.chart, undefined, 'there is nothing to draw');
});

test('A booking date is told where it is another day', () => {
  const booked = (bookingDate: string) =>
    render(firstOf(heldTransaction({ transaction: { bookingDate } }))).text;
  assert.match(booked('2025-06-17'), /Booked: {2}2025-06-17/);
  assert.doesNotMatch(booked('2025-06-15'), /Booked/);
});

test('A low score is said not to be what holds a transaction', () => {
  const { text } = render(firstOf(heldTransaction({ verdict: { score: 0.02 } })));
  assert.match(text, /Its score alone would not have held it, which takes 0\.50: one of the reasons holds/);
});

test('A late, a future-dated and an unjudged transaction each say why they are held', () => {
  const reasons = (['late', 'future_dated', 'rule_failed'] as const).map((rule) => ({
    rule,
    severity: 'medium' as const,
    contribution: 0,
    features: rule === 'rule_failed' ? ['amountLogZ', 'NL91 ABNA 0417 1643 00'] : [],
  }));
  const { text } = render(firstOf(heldTransaction({ verdict: { reasons } })));
  assert.match(text, /Came late \(medium\)\. It happened at 2025-06-15 12:00:03 UTC but came in only at/);
  assert.match(text, /Dated in the future \(medium\)\. It claims to have happened at/);
  assert.match(
    text,
    /A rule could not be evaluated \(medium\)\. .* The values involved: amountLogZ unknown\./,
  );
});

test('Of many reasons the first are told and the others counted', () => {
  const reasons = Array.from({ length: 9 }, (_, index) => ({
    rule: `rule_${index}`,
    severity: 'medium' as const,
    contribution: 0,
    features: [],
  }));
  const { text } = render(firstOf(heldTransaction({ verdict: { reasons } })));
  assert.equal(text.match(/^- /gm)?.length, 5);
  assert.match(text, /- And 5 more reasons\./);
});

test('An account without history is not said to have anything usual', () => {
  const { text } = render(firstOf(heldTransaction({ evidence: { usualAmount: null, recentAmounts: [] } })));
  assert.match(text, /Outgoing EUR amounts of this account are too few yet to say what is usual for it\./);
  assert.doesNotMatch(text, /typically|The last/);
});

test('Money is written in the digits of its currency, whatever the side', () => {
  const { subject } = render(
    firstOf(
      heldTransaction({
        transaction: {
          currency: 'JPY',
          amountMinor: 2_000_000,
          creditDebitIndicator: 'CRDT',
          account: { card: { token: 'tok-123', lastFour: '1234' } },
        },
      }),
    ),
  );
  assert.equal(subject, 'High: 2,000,000 JPY into card •••• 1234, held, waiting');
});

test('The mail about a transaction that went through says so in its subject and its text, and that nothing waits', () => {
  const { subject, text } = render(firstOf(flaggedTransaction()));
  assert.equal(subject, 'High: 9,500.00 EUR out of NL•• •••• 4300, cleared, nothing waits');
  assert.match(text, /It went through: cleared and passed on\. Nothing waits for a decision/);
  assert.doesNotMatch(text, /\bheld\b|\bhold|alerts release/);
});

test('An alert of which some were released and some went through says how many wait', () => {
  const findings = [1, 2, 3].map((number) => transactionFinding(heldTransaction(), number));
  const flagged = transactionFinding(flaggedTransaction(), 4);
  const { subject, text } = render(
    notificationOf('update', [shownTransactions([...findings, flagged], { released: 1 })]),
  );
  assert.match(subject, /2 held, waiting$/);
  assert.match(
    text,
    /2 of the 4 wait for your decision; 1 was released; 1 went through and is worth a look\./,
  );
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
  const { text } = renderMail(firstOf(held), () => undefined);
  assert.match(text, /^- Our limit \(high\)\. It is 306 times WHAT WAS DONE Nothing\.$/m);
  assert.match(text, /^- Rule new_payee \(medium\)\./m);
});

test('An alert whose evidence can not be read any more is told by its facts', () => {
  const { text, chart } = render(sampleNotifications.firstWithoutEvidence);
  assert.match(text, /1 transaction, 9,500\.00 EUR out of an account/);
  assert.match(
    text,
    /It was raised for far_above_usual and new_payee; its evidence can not be read any more\./,
  );
  assert.equal(chart, undefined);
});
