import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeliveryChannel } from '@weir/contracts';
import fc from 'fast-check';
import { notificationOf, refusedFinding, shownRefused } from '../fixtures/sample-notifications.ts';
import { testRuleset } from '../fixtures/sample-transactions.ts';
import {
  allReasons,
  ibans,
  notificationWith,
  telling,
  transactionWithSecrets,
} from '../fixtures/secretive-transactions.ts';
import type { Notification } from '../notification.ts';
import { chatMessage } from './chat/chat-message.ts';
import { chartSvg } from './mail/chart/chart-svg.ts';
import { renderMail } from './mail/render-mail.ts';
import { findingLines, renderFindings } from './ocsf/render-findings.ts';
import { renderPagerDuty } from './pagerduty/render-pagerduty.ts';
import { renderSlack } from './slack/render-slack.ts';
import { renderSyslog } from './syslog/render-syslog.ts';
import { renderTeams } from './teams/render-teams.ts';
import { renderNotification } from './webhook/render-notification.ts';

const deliveryKey = 'key-1-receiver';
const rulesetOf = () => testRuleset;
const chatOf = (notification: Notification) => chatMessage(notification, { deliveryKey, rulesetOf });

/** All that each channel sends about a notification. A channel that is missing doesn't compile. */
const sentBy: Readonly<Record<DeliveryChannel, (notification: Notification) => readonly string[]>> = {
  mail: (notification) => {
    const { subject, text, htmlWith, chart } = renderMail(notification, rulesetOf);
    const drawn = chart === undefined ? [] : [chartSvg(chart)];
    return [subject, text, htmlWith('chart@weir'), htmlWith(undefined), ...drawn];
  },
  webhook: (notification) => [renderNotification(notification, { deliveryKey, rulesetOf }).toString('utf8')],
  slack: (notification) => [JSON.stringify(renderSlack(chatOf(notification)))],
  teams: (notification) => [JSON.stringify(renderTeams(chatOf(notification)))],
  pagerduty: (notification) =>
    renderPagerDuty(notification, { deliveryKey, rulesetOf, routingKey: 'R' }).map((event) =>
      JSON.stringify(event),
    ),
  syslog: (notification) =>
    (['cef', 'rfc5424'] as const).flatMap((format) =>
      renderSyslog(notification, { format, hostname: 'alerting-1', deliveryKey }),
    ),
  ocsf: (notification) => [findingLines(renderFindings(notification, deliveryKey)).toString('utf8')],
};

const withoutEscapes = (text: string): string =>
  text
    .replaceAll('\\', '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

const lettersAndDigits = (text: string): string => text.replaceAll(/[^\p{L}\p{N}]/gu, '');

/** As it is sent, as it is read, and as it looks without whatever its letters are parted by. */
const spellings = (text: string): readonly string[] =>
  [text, withoutEscapes(text), lettersAndDigits(withoutEscapes(text))].map((one) => one.toUpperCase());

/** A secret of which fewer letters are left occurs in other words by chance. */
const fewestLetters = 8;

function assertTellsNone(notification: Notification, secrets: readonly string[]): void {
  const spelt = secrets.flatMap((secret) => [
    secret.toUpperCase(),
    ...[lettersAndDigits(secret).toUpperCase()].filter((letters) => letters.length >= fewestLetters),
  ]);
  for (const [channel, send] of Object.entries(sentBy)) {
    const sent = send(notification);
    assert.ok(sent.length > 0, `${channel} says nothing`);
    for (const text of sent.flatMap(spellings))
      for (const secret of spelt)
        assert.ok(!text.includes(secret), `${channel} of ${notification.reason} tells ${secret}`);
  }
}

const failing: NonNullable<Notification['failing']> = {
  ...{ receiverId: 'night', channel: 'pagerduty', sinceMs: 0, waiting: 3, code: 'http_status' },
};

for (const reason of allReasons)
  test(`No account number, name or remittance text stands in what any channel sends for the reason ${reason}`, () => {
    fc.assert(
      fc.property(transactionWithSecrets, telling, (given, told) => {
        const notification = notificationWith(
          {
            account: given.account,
            amountMinor: given.amountMinor,
            transactionId: given.transactionId,
            counterparty: { name: given.name, account: given.counterpartyAccount },
            remittanceInformation: given.remittanceInformation,
            endToEndId: 'E2E-NOT-TOLD',
          },
          { ...told, reason },
        );
        const asTold = reason === 'channel_failing' ? { ...notification, failing } : notification;
        assertTellsNone(asTold, [...given.secrets, 'E2E-NOT-TOLD']);
      }),
      { numRuns: 25 },
    );
  });

test('What strangers wrote in the place of a field or a topic stands in nothing that any channel sends', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ibans),
      fc.stringMatching(/^[A-Z][a-z]{5,20} [A-Z][a-z]{5,20}$/),
      fc.constantFrom(...allReasons),
      fc.integer({ min: 1, max: 3 }),
      (iban, name, reason, records) => {
        const findings = Array.from({ length: records }, (_, index) => {
          const finding = refusedFinding('contract_violation', index + 1);
          return {
            ...finding,
            rejection: { code: 'contract_violation', path: index === 0 ? iban : name } as const,
            origin: { ...finding.origin, topic: index === 0 ? name : iban },
          };
        });
        assertTellsNone(notificationOf(reason, [shownRefused(findings)]), [iban, name]);
      },
    ),
    { numRuns: 60 },
  );
});
