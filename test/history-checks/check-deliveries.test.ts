import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latestAlerts } from './check-alerts.ts';
import { checkDeliveries } from './check-deliveries.ts';
import type { ReceivedMessage } from './check-deliveries.ts';
import { goodHistory, rulesOf } from './small-history.ts';

const alerts = latestAlerts(goodHistory, new Map());
const message = (deliveryKey: string, alertIds: readonly string[]): ReceivedMessage => ({
  ...{ deliveryKey, target: 'analyst@example', alertIds },
  content: `about ${alertIds.join(' and ')}`,
});
const messages = [message('alert-2-1-mail', ['alert-2', 'alert-4']), message('alert-5-1-mail', ['alert-5'])];
const broken = (received: readonly ReceivedMessage[]): string[] => rulesOf(checkDeliveries(alerts, received));

test('messages that tell of every alert break no rule, however often they come', () => {
  assert.deepEqual(broken(messages), []);
  assert.deepEqual(broken([...messages, ...messages, message('channel_failing-1-mail', [])]), []);
});

test('an alert that nobody was told of, and a message about none, are found', () => {
  assert.deepEqual(broken(messages.slice(1)), ['every_alert_told']);
  assert.deepEqual(broken([...messages, message('alert-6-1-mail', ['alert-6'])]), ['told_of_nothing']);
});

test('two messages of one key that differ are found, and are none to two receivers', () => {
  const [first] = messages as [ReceivedMessage];
  assert.deepEqual(broken([...messages, { ...first, content: 'other words' }]), ['one_content']);
  assert.deepEqual(broken([...messages, { ...first, content: 'other words', target: 'other@example' }]), []);
});
