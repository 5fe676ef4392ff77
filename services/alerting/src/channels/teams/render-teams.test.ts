import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleNotifications } from '../../fixtures/sample-notifications.ts';
import { testRuleset } from '../../fixtures/sample-transactions.ts';
import { nextSentences, notificationSubject } from '../../wording/notification-words.ts';
import { chatMessage } from '../chat/chat-message.ts';
import type { ChatMessage } from '../chat/chat-message.ts';
import { renderTeams } from './render-teams.ts';

const context = { deliveryKey: 'key-1-soc', rulesetOf: () => testRuleset };

const linesOf = (payload: ReturnType<typeof renderTeams>): readonly string[] =>
  payload.attachments[0].content.body.map(({ inlines }) => inlines.map(({ text }) => text).join(''));

test('A card about one held transaction says what, why, what comes next and what to do', () => {
  const payload = renderTeams(chatMessage(sampleNotifications.first, context));
  assert.equal(payload.type, 'message');
  assert.equal(payload.attachments[0].contentType, 'application/vnd.microsoft.card.adaptive');
  const lines = linesOf(payload);
  assert.equal(lines[0], notificationSubject(sampleNotifications.first));
  assert.ok(lines.some((line) => line.startsWith('Far above what is usual (high).')));
  for (const sentence of nextSentences(sampleNotifications.first)) assert.ok(lines.includes(sentence));
  assert.ok(lines.some((line) => /^npx weir alerts ack [0-9a-f]{8} /.test(line)));
  assert.equal(lines.at(-1), 'Weir test, key-1-soc');
});

test('No text of a card is read as Markdown: each stands in a run of its own kind', () => {
  for (const notification of Object.values(sampleNotifications)) {
    const { content } = renderTeams(chatMessage(notification, context)).attachments[0];
    for (const element of content.body) {
      assert.equal(element.type, 'RichTextBlock');
      for (const inline of element.inlines) assert.equal(inline.type, 'TextRun');
    }
  }
});

test('A card stays below the limit of Teams, and says how many alerts it leaves out', () => {
  const long = '9,500.00 EUR out of NL•• •••• 4300 '.repeat(100);
  const message: ChatMessage = {
    title: long,
    severity: 'critical',
    lead: [long],
    alerts: Array.from({ length: 10 }, () => ({ headline: long, lines: Array<string>(9).fill(long) })),
    more: 'And 402 more alerts, none of them graver than these.',
    next: [long, long, long, long],
    actions: [['weir alerts list', long]],
    footer: long,
  };
  const payload = renderTeams(message);
  assert.ok(Buffer.byteLength(JSON.stringify(payload)) <= 18_000);
  const left = linesOf(payload).find((line) => line.includes('are left out here'));
  const told = linesOf(payload).filter((line) => line.startsWith('9,500.00 EUR')).length;
  assert.match(left ?? '', /^\d+ further ones are left out here/);
  assert.ok(told > 0);
  assert.ok(linesOf(payload).includes('And 402 more alerts, none of them graver than these.'));
});
