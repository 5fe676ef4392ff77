import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alertWebhook, securityRejectionCodes, streams } from '@weir/contracts';
import {
  heldNotice,
  heldTransaction,
  refusedNotice,
  scoredTransaction,
  testRuleset,
} from '../fixtures/notices.ts';
import type { Notice } from '../plan-run.ts';
import { renderWebhook } from './render-webhook.ts';

const render = (notice: Notice): unknown =>
  JSON.parse(renderWebhook(notice, { environment: 'test', rulesetOf: () => testRuleset }).toString('utf8'));

test('The body about a held transaction says what the mail says, masked, and where to look', () => {
  const notice = heldNotice(heldTransaction());
  const { alertId } = notice.alert;
  assert.deepEqual(render(notice), {
    type: 'weir.alert.unusual_transactions.v1',
    environment: 'test',
    alertId,
    revision: 1,
    deliveryKey: `${alertId}-1-webhook`,
    severity: 'high',
    headline: '9,500.00 EUR out of NL•• •••• 4300',
    tenant: 'bank-a',
    account: 'NL•• •••• 4300',
    counterparty: 'W•••, DE•• •••• 3000',
    amountMinor: 950_000,
    currency: 'EUR',
    creditDebitIndicator: 'DBIT',
    eventTime: '2025-06-15T12:00:03.250Z',
    transactionIds: ['TX-20250615-0042'],
    verdict: 'held',
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
    received: { topic: streams.received.topic, partition: 2, offset: 1_034 },
    held: { topic: streams.held.topic, partition: 2, offset: 17 },
  });
});

test('The body about a transaction held by its score says what that rests on', () => {
  const body = alertWebhook.parse(render(heldNotice(scoredTransaction())));
  assert.equal(body.type, 'weir.alert.unusual_transactions.v1');
  const { model, summary, historyState, reasons } = body;
  assert.deepEqual(
    { model, summary, historyState, first: reasons[0] },
    {
      model: 'learned@7',
      summary:
        '42 × the usual amount (usual 12.00–80.00 EUR over 30 days), first payment to this creditor in 30 days, third outgoing EUR transaction within 1 hour',
      historyState: 'settled',
      first: {
        rule: 'unusual_amount',
        severity: 'high',
        contribution: 0.62,
        text: 'Unusual amount (high, adds 0.62). 42 × the usual amount (usual 12.00–80.00 EUR over 30 days).',
      },
    },
  );
});

test('A repeat has the very same bytes', () => {
  const bytes = () =>
    renderWebhook(heldNotice(heldTransaction()), { environment: 'test', rulesetOf: () => undefined });
  assert.deepEqual(bytes(), bytes());
});

test('A transaction without a counterparty, under a ruleset of another release, still fits the schema', () => {
  const { counterparty, ...transaction } = heldTransaction().transaction;
  assert.notEqual(counterparty, undefined);
  const held = { ...heldTransaction(), transaction };
  const body = renderWebhook(heldNotice(held), { environment: 'test', rulesetOf: () => undefined });
  const parsed = alertWebhook.parse(JSON.parse(body.toString('utf8')));
  assert.ok(parsed.type === 'weir.alert.unusual_transactions.v1' && !('counterparty' in parsed));
});

test('Every reason to alert about a refused record has a body, which repeats nothing a stranger chose', () => {
  for (const code of securityRejectionCodes) {
    const strange = 'Wolkenstein <b>GmbH</b>';
    const notice = refusedNotice(code, {
      rejection: { code, path: strange },
      origin: { topic: strange, partition: 1, offset: 77 },
    });
    const body = render(notice);
    assert.doesNotMatch(JSON.stringify(body), /Wolkenstein/);
    const parsed = alertWebhook.parse(body);
    assert.ok(parsed.type === 'weir.alert.refused_record.v1');
    assert.deepEqual([parsed.code, parsed.record.offset, parsed.copy?.offset], [code, 77, 3]);
  }
});

test('A dead letter that can not be read has no copy to point to', () => {
  const place = { topic: streams.rejected.topic, partition: 1, offset: 3 };
  const body = alertWebhook.parse(render(refusedNotice('not_sealed', { origin: place, kept: place })));
  assert.ok(body.type === 'weir.alert.refused_record.v1' && body.copy === undefined);
});
