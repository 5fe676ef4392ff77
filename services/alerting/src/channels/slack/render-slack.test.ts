import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sampleNotifications } from '../../fixtures/sample-notifications.ts';
import { testRuleset } from '../../fixtures/sample-transactions.ts';
import { whatWasDone } from '../../wording/alert-words.ts';
import { nextSentences, notificationSubject } from '../../wording/notification-words.ts';
import type { ChatMessage } from '../chat/chat-message.ts';
import { chatMessage } from '../chat/chat-message.ts';
import { renderSlack } from './render-slack.ts';

const context = { deliveryKey: 'key-1-soc', rulesetOf: () => testRuleset };

/** All texts of a payload, whatever block they stand in. */
const textsOf = (payload: ReturnType<typeof renderSlack>): readonly string[] => [
  payload.text,
  ...payload.blocks.flatMap((block) => {
    if (block.type === 'divider') return [];
    return block.type === 'context' ? block.elements.map(({ text }) => text) : [block.text.text];
  }),
];

test('A message about one held transaction says what, why, what comes next and what to do', () => {
  const payload = renderSlack(chatMessage(sampleNotifications.first, context));
  const [header, alert, next, actions, footer] = payload.blocks;
  assert.ok(header?.type === 'header' && alert?.type === 'section' && next?.type === 'section');
  assert.equal(header.text.text, notificationSubject(sampleNotifications.first));
  assert.match(
    alert.text.text,
    /^\*9,500\.00 EUR out of NL•• •••• 4300\*\nHigh, alert [0-9a-f]{8}, 2025-06-15/,
  );
  assert.match(
    alert.text.text,
    /Far above what is usual \(high\)\. The amount is 306 times the typical one\./,
  );
  const [shown] = sampleNotifications.first.alerts;
  assert.ok(shown !== undefined && alert.text.text.endsWith(whatWasDone(shown.alert)));
  assert.equal(next.text.text, ['*Next*', ...nextSentences(sampleNotifications.first)].join('\n'));
  assert.ok(actions?.type === 'section' && /`npx weir alerts ack [0-9a-f]{8}` /.test(actions.text.text));
  assert.ok(footer?.type === 'context');
  assert.equal(footer.elements[0]?.text, 'Weir test, key-1-soc');
});

for (const [name, notification] of Object.entries(sampleNotifications))
  test(`A message of the kind ${name} keeps within the limits of Slack`, () => {
    const payload = renderSlack(chatMessage(notification, context));
    assert.ok(payload.blocks.length <= 50);
    for (const text of textsOf(payload)) assert.ok(text.length > 0 && text.length <= 3_000);
    assert.ok(
      textsOf(payload)
        .slice(1, 2)
        .every((text) => text.length <= 150),
    );
  });

test('Whatever a text holds, it becomes no mention and no link, and no entity is cut in two', () => {
  const nasty = fc.array(
    fc.constantFrom(
      '<!channel>',
      '<@U123>',
      '<https://x.example|y>',
      '&',
      '*',
      '`',
      '~',
      '😀',
      'a',
      ' ',
      '\n',
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(nasty, fc.integer({ min: 1, max: 40 }), (parts, times) => {
      const text = parts.join('').repeat(times);
      const message: ChatMessage = {
        title: text,
        severity: 'high',
        lead: [text],
        alerts: [{ headline: text, lines: [text, text] }],
        more: text,
        next: [text],
        actions: [[text, text]],
        footer: text,
      };
      const payload = renderSlack(message);
      for (const shown of textsOf(payload)) {
        assert.ok(shown.length <= 3_000);
        assert.doesNotMatch(shown, /[<>]/);
        assert.doesNotMatch(shown, /&(?!amp;|lt;|gt;)/);
        assert.ok(shown.isWellFormed());
      }
      for (const block of payload.blocks)
        if (block.type === 'section') {
          assert.equal('verbatim' in block.text, true);
          // What is left once the marks of ours are taken away: of the headline, and of the command.
          const bare = block.text.text.replace(/^\*[^*]*\*\n/, '').replace(/^`[^`]*` /, '');
          assert.doesNotMatch(bare, /[*`~]/);
        }
    }),
  );
});
