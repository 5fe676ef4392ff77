import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertState } from '@weir/alerts';
import type { Severity } from '@weir/contracts';
import { notificationOf, sampleNotifications } from '../../fixtures/sample-notifications.ts';
import { testRuleset } from '../../fixtures/sample-transactions.ts';
import type { Notification } from '../../notification.ts';
import { renderPagerDuty } from './render-pagerduty.ts';

const render = (notification: Notification) =>
  renderPagerDuty(notification, {
    routingKey: 'R'.repeat(32),
    deliveryKey: 'key-1-night',
    rulesetOf: () => testRuleset,
  });

const [shown] = sampleNotifications.first.alerts;
if (shown === undefined) throw new Error('the sample has an alert');

const inState = (state: AlertState, severity: Severity = 'high') =>
  render(notificationOf('update', [{ ...shown, alert: { ...shown.alert, state, severity } }]));

test('An alert triggers an incident under its own id, with what a person on call has to know', () => {
  const [event, ...others] = render(sampleNotifications.first);
  assert.deepEqual(others, []);
  assert.ok(event?.payload !== undefined);
  assert.deepEqual([event.event_action, event.dedup_key], ['trigger', shown.alert.alertId]);
  assert.deepEqual(
    [event.payload.summary, event.payload.severity, event.payload.source, event.payload.timestamp],
    ['High: 9,500.00 EUR out of NL•• •••• 4300', 'error', 'weir-test', '2025-06-15T12:00:10.000Z'],
  );
  assert.match(String(event.payload.custom_details['why']), /Far above what is usual/);
});

test('An alert that grows is the same incident, and what people did in Weir is done there too', () => {
  const actions = (['new', 'acknowledged', 'investigating', 'closed'] as const).map((state) => {
    const [event] = inState(state);
    return [
      state,
      event?.event_action,
      event?.dedup_key === shown.alert.alertId,
      event?.payload === undefined,
    ];
  });
  assert.deepEqual(actions, [
    ['new', 'trigger', true, false],
    ['acknowledged', 'acknowledge', true, true],
    ['investigating', 'acknowledge', true, true],
    ['closed', 'resolve', true, true],
  ]);
});

test('That an alert is closed resolves its incident, and opens none', () => {
  const [alert] = sampleNotifications.closed.alerts;
  assert.deepEqual(
    render(sampleNotifications.closed).map(({ event_action, dedup_key }) => [event_action, dedup_key]),
    [['resolve', alert?.alert.alertId]],
  );
});

test('Each severity has its own', () => {
  const severities = (['critical', 'high', 'medium', 'low'] as const).map(
    (severity) => inState('new', severity)[0]?.payload?.severity,
  );
  assert.deepEqual(severities, ['critical', 'error', 'warning', 'info']);
});

test('What is not in detail is told in number with its ids, and no event is too long', () => {
  const events = render(sampleNotifications.summary);
  assert.equal(events.length, 11);
  assert.equal(new Set(events.map(({ dedup_key }) => dedup_key)).size, 11);
  const rest = events.at(-1)?.payload;
  assert.match(rest?.summary ?? '', /^402 more alerts: /);
  assert.deepEqual(rest?.custom_details['alerts'], sampleNotifications.summary.moreAlertIds);
  for (const event of events) {
    assert.ok(Buffer.byteLength(JSON.stringify(event)) < 512_000);
    assert.ok((event.payload?.summary.length ?? 0) <= 1_024);
    assert.ok(event.dedup_key.length <= 255);
  }
});

test('A test and a receiver that can not be reached are incidents of their own, the same when told again', () => {
  const keys = [sampleNotifications.test, sampleNotifications.channel_failing].map((notification) =>
    render(notification).map(({ dedup_key, payload }) => [dedup_key, payload?.severity]),
  );
  assert.deepEqual(keys, [[['weir-test-test', 'info']], [['weir-test-failing-pager-night', 'error']]]);
});
