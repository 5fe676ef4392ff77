import assert from 'node:assert/strict';
import { test } from 'node:test';
import { securityRejectionCodes, streams } from '@weir/contracts';
import type { RejectionCode } from '@weir/contracts';
import { canaries, findCanaries } from '@weir/testkit';
import {
  notificationOf,
  refusedFinding,
  sampleNotifications,
  sampleNowMs,
  shownRefused,
  shownTransactions,
  transactionFinding,
} from '../../fixtures/sample-notifications.ts';
import { heldTransaction, testRuleset } from '../../fixtures/sample-transactions.ts';
import type { JudgedTransaction } from '../../judged-transaction.ts';
import type { Notification } from '../../notification.ts';
import type { RefusedFinding } from '../../read-record.ts';
import { renderMail } from './render-mail.ts';

const render = (notification: Notification) => {
  const mail = renderMail(notification, () => testRuleset);
  return { ...mail, html: mail.htmlWith('chart@weir') };
};
const firstOf = (judged: JudgedTransaction): Notification =>
  notificationOf('first', [shownTransactions([transactionFinding(judged)])]);
const refusedOf = (code: RejectionCode, different: Partial<RefusedFinding> = {}): Notification =>
  notificationOf('first', [shownRefused([{ ...refusedFinding(code), ...different }])]);

/** What a person sees or hears of the HTML: no tags, no escapes, of an image its words. */
const seen = (html: string): string =>
  html
    .replace(/<head>.*<\/head>/s, '')
    .replaceAll(/<img[^>]* alt="([^"]*)"[^>]*>/g, ' $1 ')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

test('The text of a mail about a held transaction reads like this', () => {
  const { subject, text } = render(firstOf(heldTransaction()));
  assert.equal(subject, 'High: 9,500.00 EUR out of NL•• •••• 4300, held, waiting');
  assert.equal(
    text,
    `HIGH, HELD, WAITING: 9,500.00 EUR out of NL•• •••• 4300

WHAT HAPPENED

  When:  2025-06-15 12:00:03 UTC
  To:    W•••, DE•• •••• 3000
  By:    mobile banking, DE

WHY IT IS UNUSUAL FOR THIS ACCOUNT

- Far above what is usual (high). The amount is 306 times the typical one.
- Somebody new (medium). The other side was not seen in 212 transactions; 45.00 EUR moved in 24 hours.

Outgoing EUR amounts are usually 12.00–80.00 EUR, typically 31.00 EUR (212 in 30 days); this one is above that.

The last 2 EUR amounts of the account, 2025-06-13 to 2025-06-14: 1 out, 45.00 EUR and 1 in, 2,500.00 EUR. Then this one: 9,500.00 EUR out, 211 times the largest out before it.

WHAT WAS DONE

It is held: it was not passed on, and waits for your decision. Whether the payment was executed is known to its bank.

WHAT YOU CAN DO

  npx weir alerts show c015b412
    all of it; opening evidence is audited
  npx weir alerts ack c015b412
    you have it: no more reminders
  npx weir alerts release c015b412 --reason "…"
    lets it go; may need a second person
  npx weir alerts close c015b412 --as false-positive --reason "…"
    or true-positive: it is done
  npx weir alerts snooze c015b412 --for 8h --reason "…"
    quiet for a while

WHAT COMES NEXT

If more comes: an update to analysts, not before 12:15 UTC (in 15 minutes).

If nobody acknowledges it: an escalation to night-shift at 12:30 UTC (in 30 minutes).

If nobody acknowledges it: a reminder to analysts at 16:00 UTC (in 4 hours).

TO LOOK IT UP

  Alert:        c015b4121341c167351dad342c849206dffff8ee7571936e037fc7e62ae8fb9c, revision 1
  Tenant:       bank-a
  Transaction:  TX-20250615-0042
  Score:        0.70 of 1, by ruleset test@1
  In the log:   npx weir explain 2/1034

-- 
Sent by Weir, environment test, route all. Times are UTC. Accounts and names are masked; in full they stand in the sealed evidence alone.
`,
  );
});

test('An episode that grew says how many more, since when, how much in all, and which was the gravest and the latest', () => {
  const { subject, text } = render(sampleNotifications.update);
  assert.equal(subject, 'High, update: 5 transactions, 7,510.00 EUR out of NL•• •••• 4300, held, waiting');
  assert.ok(
    text.startsWith(`HIGH, UPDATE, HELD, WAITING: 5 transactions, 7,510.00 EUR out of NL•• •••• 4300

3 more since 11:45 UTC, now 5.

WHAT HAPPENED

  So far:   5 transactions within 16 minutes
  Since:    2025-06-15 12:00:03 UTC
  Total:    7,510.00 EUR out
  Gravest:  1,302.00 EUR out, 12:00 UTC
  Latest:   1,702.00 EUR out, 12:16 UTC
`),
    text.slice(0, 400),
  );
  assert.match(text, /All 5 are held: they were not passed on, and wait for your decision/);
});

test('What nobody kept is not claimed: an update without numbers says that there are more', () => {
  const { text } = render(sampleNotifications.updateAcknowledged);
  assert.match(text, /More since you were told, now 5\./);
  assert.match(text, /State: +acknowledged by anna-on-call/);
  assert.doesNotMatch(text, /alerts ack/, 'somebody has it');
});

test('What is told again though it did not grow waits again, and says so', () => {
  const alerts = sampleNotifications.update.alerts.map((one) => ({ ...one, toldTransactions: 5 }));
  const { text } = render({ ...sampleNotifications.update, alerts });
  assert.match(text, /It waits for somebody again: nothing more since 11:45 UTC, still 5\./);
});

test('A reminder and an escalation say that nobody has acknowledged it, and for how long', () => {
  assert.match(
    render(sampleNotifications.reminder).text,
    /Reminder: nobody has acknowledged it for 4 hours\./,
  );
  const { subject, text } = render(sampleNotifications.escalation);
  assert.match(subject, /^High, escalated: 5 transactions/);
  assert.match(text, /You are told because nobody else has acknowledged it for 30 minutes\./);
  assert.match(text, /Nothing more is told unless something joins it\./);
});

test('Of several alerts each has two lines and an id, and what holds them together is said', () => {
  const { subject, text } = render(sampleNotifications.case);
  assert.equal(subject, 'High: 3 alerts, 3 transactions of 3 accounts, 3 waiting');
  assert.match(text, /The same counterparty: one case\./);
  assert.match(text, /HIGH: 9,500\.00 EUR out of DE•• •••• 3000\n {2}Far above what is usual/);
  assert.equal(text.match(/held, waiting · alert [0-9a-f]{8} · tenant bank-a/g)?.length, 3);
  assert.ok(text.includes(`npx weir alerts list --case ${'ca5e'.repeat(16)}\n`));

  const [first, ...others] = sampleNotifications.case.alerts;
  assert.ok(first !== undefined);
  const strange = { ...first, alert: { ...first.alert, caseId: null } };
  const mixed = render({ ...sampleNotifications.case, alerts: [strange, ...others] }).text;
  assert.doesNotMatch(mixed, /one case|--case/, 'not all of them are in it');
  assert.match(mixed, /npx weir alerts ack [0-9a-f]{8} [0-9a-f]{8} [0-9a-f]{8}\n/);
});

test('An update about several alerts says of each whether it is new, has more, or is as it was told', () => {
  const told = [0, 1, 3].map((toldRevision, index) => {
    const finding = transactionFinding(heldTransaction(), index + 1);
    return shownTransactions([finding], { revision: 3 }, toldRevision);
  });
  const { text } = render(notificationOf('update', told, { lastToldAtMs: sampleNowMs - 900_000 }));
  assert.match(text, /1 more alert since 11:45 UTC\./);
  assert.deepEqual(text.match(/(?:new|more of it|as you were told) · held/g), [
    'new · held',
    'more of it · held',
    'as you were told · held',
  ]);
});

test('A storm is told in one mail: how many, the gravest ten, and how to list the others', () => {
  const { subject, text } = render(sampleNotifications.summary);
  assert.equal(
    subject,
    'Critical, many alerts: 412 alerts, 1,203 transactions of 398 accounts, some waiting',
  );
  assert.equal(text.match(/· alert [0-9a-f]{8}/g)?.length, 10);
  assert.match(
    text,
    /402 alerts more stand in “npx weir alerts list”\. The first 100 of them: [0-9a-f]{8}, /,
  );
  assert.match(text, /None is left out\./);
});

test('A receiver that can not be reached is named, with since when, why and how much waits', () => {
  const { subject, text } = render(sampleNotifications.channel_failing);
  assert.equal(
    subject,
    'High, channel failing: pager-night can not be reached by pagerduty, 14 deliveries wait',
  );
  assert.match(text, /Since: +2025-06-15 11:53:10 UTC\n {2}Because: +http status/);
  assert.match(text, /npx weir alerts retry/);
});

test('A test says that nothing happened, asks for nothing and offers nothing to act on', () => {
  const { subject, text } = render(sampleNotifications.test);
  assert.match(subject, /^Test: .* nothing happened$/);
  assert.match(text, /nothing happened, and nothing waits/);
  assert.doesNotMatch(text, /npx weir|It is held|HIGH/);
});

test('A mail about a refused record says what it means, where it stands and what to do', () => {
  const { subject, text } = render(refusedOf('not_sealed'));
  assert.equal(subject, 'Critical: a record on transactions.received.v1 was refused: it is not sealed');
  for (const line of [
    'Weir read a record that it did not write, or not like this, and refused it.',
    'It was not acted on, and a sealed copy is kept for 90 days.',
    '  Record:   transactions.received.v1, partition 1, offset 77',
    '  Written:  2025-06-15 12:00:05 UTC',
    'Weir seals everything it writes, so this record was written by somebody or something else.',
    'look at who may write to the topic',
    '  Kept copy:  partition 1, offset 3',
  ])
    assert.ok(text.includes(line), line);
  assert.match(render(sampleNotifications.updateRefused).text, /Weir read 3 records that it did not write/);
});

test('Every code that is alerted has words of its own', () => {
  const texts = [...securityRejectionCodes].map((code) => render(refusedOf(code)).text.replaceAll(code, ''));
  assert.equal(new Set(texts).size, securityRejectionCodes.size);
  for (const text of texts) assert.doesNotMatch(text, /can not be processed/);
});

test('A dead letter that can not be read is said to have no copy', () => {
  const place = { topic: streams.rejected.topic, partition: 0, offset: 5 };
  const { text } = render(refusedOf('not_sealed', { origin: place, kept: place }));
  assert.match(text, /On the topic of refused records itself/);
  assert.match(text, /Nothing was done with it\./);
  assert.match(text, /Kept copy: {2}none: only the record itself/);
});

test('The HTML says everything that the text says, of every kind of notification', () => {
  for (const [name, notification] of Object.entries(sampleNotifications)) {
    const { text, html } = render(notification);
    const words = seen(html).replaceAll(/\s+/g, ' ').toUpperCase();
    for (const word of text
      .toUpperCase()
      .split(/[\s:,]+/)
      .filter((one) => !/^-*$/.test(one)))
      assert.ok(words.includes(word), `${name}: ${word}`);
  }
});

test('Subjects of all kinds are short enough for a list of mails, and say no account in full', () => {
  for (const [name, notification] of Object.entries(sampleNotifications)) {
    const { subject } = render(notification);
    assert.ok([...subject].length <= 90, `${name}: ${subject}`);
    assert.doesNotMatch(subject, /[A-Z]{2}\d{2}/);
  }
  const rich = heldTransaction({
    transaction: { amountMinor: 10 ** 15, account: { card: { token: 'tok-1', lastFour: '1234' } } },
  });
  const many = shownTransactions(
    Array.from({ length: 3 }, (_, index) => transactionFinding(rich, index + 1)),
    { severity: 'critical' },
  );
  const { subject } = render(notificationOf('escalation', [many]));
  assert.ok([...subject].length <= 90, subject);
  assert.match(subject, /^Critical, escalated: 3 transactions, 30,000,000,000,000\.00 EUR out of card/);
});

test('The HTML loads nothing, runs nothing and is made for phones and dark mode', () => {
  for (const notification of Object.values(sampleNotifications)) {
    const { html } = render(notification);
    assert.doesNotMatch(html, /https?:|href=|url\(|<script|<link|<style|@import/i);
    assert.ok([...html.matchAll(/src="([^"]*)"/g)].every(([, source]) => source === 'cid:chart@weir'));
    assert.match(html, /<html lang="en">/);
    assert.match(html, /<meta name="viewport" content="width=device-width, initial-scale=1">/);
    assert.match(html, /<meta name="color-scheme" content="light dark">/);
  }
});

test('The chart stands in the HTML with its words; where it could not be drawn the words alone', () => {
  const mail = renderMail(sampleNotifications.first, () => testRuleset);
  const words = mail.chart?.words ?? '';
  assert.match(
    words,
    /^The last 30 EUR amounts of the account, .* Then this one: 9,500\.00 EUR out, 120 times/,
  );
  assert.ok(mail.htmlWith('chart@weir').includes(`alt="${words}"`));
  assert.doesNotMatch(mail.htmlWith(undefined), /<img/);
  assert.ok(mail.htmlWith(undefined).includes(words));
});

test('Markup in what a sender wrote is shown as text or not at all', () => {
  const { html, text } = render(
    firstOf(
      heldTransaction({
        transaction: {
          transactionId: '<script>alert(1)</script>&"\'',
          remittanceInformation: '<script>alert(2)</script>',
          counterparty: { name: '<script>alert(3)</script>' },
        },
      }),
    ),
  );
  assert.doesNotMatch(html, /<script/i);
  assert.ok(html.includes('&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;'));
  assert.ok(text.includes('<script>alert(1)</script>&"\''), 'the text part escapes nothing');
  assert.doesNotMatch(html + text, /alert\([23]\)/);
});

test('No known name, account or remittance text stands in any part', () => {
  const { subject, text, html } = render(
    firstOf(
      heldTransaction({
        transaction: {
          account: { other: { id: canaries.iban } },
          transactionId: `${canaries.iban}/1`,
          endToEndId: canaries.iban,
          remittanceInformation: canaries.description,
          counterparty: { name: canaries.counterpartyName, account: { other: { id: canaries.iban } } },
        },
      }),
    ),
  );
  assert.deepEqual(findCanaries(Buffer.from(subject + text + html)), []);
  assert.match(text, /Transaction: {2}not shown, because it holds an account number or a name/);
  const { counterpartyName, iban } = canaries;
  assert.ok(text.includes(`To:    ${counterpartyName.slice(0, 1)}•••, •••• ${iban.slice(-4)}\n`));
});

test('What comes on another day is said with its day', () => {
  const next = [{ why: 'reminder' as const, atMs: sampleNowMs + 13 * 3_600_000, receivers: [] }];
  const { text } = render({ ...sampleNotifications.first, next });
  assert.match(text, /If nobody acknowledges it: a reminder at 2025-06-16 01:00 UTC \(in 13 hours\)\./);
});

test('Ids are cut to eight digits, and to more where two alerts begin alike', () => {
  const [shown] = sampleNotifications.first.alerts;
  assert.ok(shown !== undefined);
  const like = shown.alert.alertId.slice(0, 11);
  const twin = { ...sampleNotifications.first, moreAlertIds: [like.padEnd(64, '0')] };
  assert.ok(render(twin).text.includes(`alerts show ${shown.alert.alertId.slice(0, 12)}\n`));
});
