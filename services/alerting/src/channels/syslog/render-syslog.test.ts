import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canaryNotification } from '../../fixtures/canary-notification.ts';
import { sampleNotifications } from '../../fixtures/sample-notifications.ts';
import { renderSyslog } from './render-syslog.ts';

const context = { hostname: 'alerting-1', deliveryKey: 'key-1-siem' } as const;

test('An alert is one message of CEF with the facts that rules of a SIEM go by', () => {
  const [message, ...others] = renderSyslog(sampleNotifications.first, { ...context, format: 'cef' });
  assert.deepEqual(others, []);
  const [alert] = sampleNotifications.first.alerts;
  assert.match(
    message ?? '',
    /^<83>1 2025-06-15T12:00:10\.000Z alerting-1 weir - first - CEF:0\|Weir\|Weir\|1\|unusual_transactions\|9,500\.00 EUR out of NL•• •••• 4300\|8\|rt=1749988810000 /,
  );
  for (const part of [
    `externalId=${alert?.alert.alertId}`,
    'cs6=key-1-siem cs6Label=deliveryKey',
    'cs1=bank-a cs1Label=tenant',
    'cn2=1 cn2Label=held',
    'act=new',
    'outcome=held',
    'cfp1=0.700000 cfp1Label=score',
  ])
    assert.ok(message?.includes(` ${part}`), part);
});

test('The same facts stand in structured data, with the headline as the text', () => {
  const [message] = renderSyslog(sampleNotifications.first, { ...context, format: 'rfc5424' });
  assert.match(
    message ?? '',
    / \[weir@32473 time="1749988810000" .* verdict="held" .*\] \uFEFF9,500\.00 EUR out/,
  );
});

for (const format of ['cef', 'rfc5424'] as const)
  for (const [name, notification] of Object.entries(sampleNotifications))
    test(`A notification of the kind ${name} is lines of ${format} that every receiver takes`, () => {
      const messages = renderSyslog(notification, { ...context, format });
      assert.ok(messages.length > 0);
      for (const message of messages) {
        assert.ok(Buffer.byteLength(message) <= 8_192);
        assert.doesNotMatch(message, /[\r\n]/);
        assert.ok(message.includes('key-1-siem'));
      }
    });

test('Every alert is in a message, by its facts or by its id', () => {
  const { alerts, moreAlertIds } = sampleNotifications.summary;
  const all = renderSyslog(sampleNotifications.summary, { ...context, format: 'cef' }).join('\n');
  for (const alertId of [...alerts.map(({ alert }) => alert.alertId), ...moreAlertIds])
    assert.ok(all.includes(alertId));
});

test('A message shows no account, no name and nothing that people wrote', () => {
  for (const format of ['cef', 'rfc5424'] as const)
    assert.doesNotMatch(renderSyslog(canaryNotification(), { ...context, format }).join(), /CANARY|GB82WEST/);
});
