import assert from 'node:assert/strict';
import { test } from 'node:test';
import { notificationWebhook, securityRejectionCodes } from '@weir/contracts';
import {
  notificationOf,
  refusedFinding,
  sampleNotifications,
  shownRefused,
} from '../../fixtures/sample-notifications.ts';
import { testRuleset } from '../../fixtures/sample-transactions.ts';
import type { Notification } from '../../notification.ts';
import { renderNotification } from './render-notification.ts';

const context = { deliveryKey: 'key-1-soc', rulesetOf: () => testRuleset };
const render = (notification: Notification) =>
  notificationWebhook.parse(JSON.parse(renderNotification(notification, context).toString('utf8')));

test('The body about a held transaction says what the mail says, masked, and where to look', () => {
  const { alerts, ...told } = render(sampleNotifications.first);
  assert.deepEqual(
    [told.type, told.deliveryKey, told.reason, told.severity, told.headline, told.createdAt],
    [
      'weir.notification.v1',
      'key-1-soc',
      'first',
      'high',
      '9,500.00 EUR out of NL•• •••• 4300',
      '2025-06-15T12:00:10.000Z',
    ],
  );
  assert.deepEqual(told.next[1], {
    why: 'escalation',
    at: '2025-06-15T12:30:10.000Z',
    receivers: ['night-shift'],
  });
  const [alert] = alerts;
  assert.ok(alert?.kind === 'unusual_transactions');
  const { transactions, ...facts } = alert;
  assert.deepEqual(
    [facts.revision, facts.toldRevision, facts.state, facts.account, facts.heldCount, facts.releasedCount],
    [1, 0, 'new', 'NL•• •••• 4300', 1, 0],
  );
  assert.deepEqual(transactions, [
    {
      transactionId: 'TX-20250615-0042',
      verdict: 'held',
      released: false,
      account: 'NL•• •••• 4300',
      counterparty: 'W•••, DE•• •••• 3000',
      amountMinor: 950_000,
      currency: 'EUR',
      creditDebitIndicator: 'DBIT',
      eventTime: '2025-06-15T12:00:03.250Z',
      score: 0.7,
      ruleset: 'test@1',
      reasons: [
        {
          rule: 'far_above_usual',
          severity: 'high',
          text: 'Far above what is usual (high). The amount is 306 times the typical one.',
        },
        {
          rule: 'new_payee',
          severity: 'medium',
          text: 'Somebody new (medium). The other side was not seen in 212 transactions; 45.00 EUR moved in 24 hours.',
        },
      ],
      received: { topic: 'transactions.received.v1', partition: 2, offset: 1_034 },
      held: { topic: 'transactions.held.v1', partition: 2, offset: 17 },
    },
  ]);
});

test('The body about a transaction held by its score says what that rests on', () => {
  const [alert] = render(sampleNotifications.firstScored).alerts;
  assert.ok(alert?.kind === 'unusual_transactions');
  const [transaction] = alert.transactions;
  assert.equal(transaction?.model, 'learned@7');
  assert.equal(transaction.historyState, 'settled');
  assert.match(transaction.summary ?? '', /^42 × the usual amount/);
  assert.equal(transaction.reasons[0]?.contribution, 0.62);
});

for (const [name, notification] of Object.entries(sampleNotifications))
  test(`The body of the kind ${name} fits its schema, and a repeat has the very same bytes`, () => {
    const body = render(notification);
    assert.equal(body.alertCount, notification.alertCount);
    assert.equal(body.alerts.length, notification.alerts.length);
    assert.deepEqual(renderNotification(notification, context), renderNotification(notification, context));
  });

test('An alert whose evidence can not be read any more is told by its facts', () => {
  const [alert] = render(sampleNotifications.firstWithoutEvidence).alerts;
  assert.ok(alert?.kind === 'unusual_transactions');
  assert.deepEqual([alert.transactions, alert.account, alert.transactionCount], [[], undefined, 1]);
});

test('Every reason to alert about a refused record has a body, which repeats nothing a stranger chose', () => {
  for (const code of securityRejectionCodes) {
    const strange = 'Wolkenstein <b>GmbH</b>';
    const finding = {
      ...refusedFinding(code),
      rejection: { code, path: strange },
      origin: { topic: strange, partition: 1, offset: 77 },
    };
    const body = render(notificationOf('first', [shownRefused([finding])]));
    assert.doesNotMatch(JSON.stringify(body.alerts), /Wolkenstein/);
    const [alert] = body.alerts;
    assert.ok(alert?.kind === 'refused_record');
    assert.deepEqual([alert.records[0]?.code, alert.records[0]?.record.offset], [code, 77]);
  }
});
