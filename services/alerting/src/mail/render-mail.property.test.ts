import assert from 'node:assert/strict';
import { test } from 'node:test';
import { transaction } from '@weir/contracts';
import type { Account, HeldTransaction } from '@weir/contracts';
import fc from 'fast-check';
import { heldNotice, heldTransaction, testRuleset } from '../fixtures/notices.ts';
import { renderWebhook } from '../webhook/render-webhook.ts';
import { renderMail } from './render-mail.ts';

/** Real ones, because the contract checks their check digits. */
const ibans = [
  'NL91ABNA0417164300',
  'DE89370400440532013000',
  'GB29NWBK60161331926819',
  'FR1420041010050500013M02606',
];

const token = fc.stringMatching(/^QX[A-Z]{8,30}$/);
const account: fc.Arbitrary<Account> = fc.oneof(
  fc.constantFrom(...ibans).map((iban) => ({ iban })),
  fc.record({ token, lastFour: fc.stringMatching(/^[0-9]{4}$/) }).map((card) => ({ card })),
  token.map((id) => ({ other: { id } })),
);

/** Long enough not to occur in the mail's own words by chance; with markup, spaces and letters of other scripts. */
const name = fc
  .tuple(fc.constantFrom('Zq', 'Ωψ', '<b>', '&amp;', '王小'), fc.stringMatching(/^[a-zA-Z'"<>& .-]{8,60}$/))
  .map((parts) => `${parts.join('')}zq`);

/** Ids as senders build them: of their own, or out of what must not be shown. */
const transactionId = (secrets: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    fc.stringMatching(/^[A-Z0-9<>&"'-]{1,20}$/),
    fc
      .tuple(
        fc.stringMatching(/^[a-z-]{0,5}$/),
        fc.constantFrom(...secrets),
        fc.stringMatching(/^[/-][0-9]{0,5}$/),
      )
      .map((parts) =>
        parts
          .join('')
          .replaceAll(/[^\x21-\x7e]/g, '')
          .slice(0, 64),
      ),
  );

/** What the contract lets through: a digit more can make a card number by chance. */
const isAccepted = (id: string): boolean => transaction.shape.transactionId.safeParse(id).success;

const identifierOf = (of: Account): string =>
  'iban' in of ? of.iban : 'card' in of ? of.card.token : of.other.id;

const heldWithSecrets = fc
  .record({ account, counterpartyAccount: account, name, amountMinor: fc.integer({ min: 1, max: 10 ** 15 }) })
  .chain((given) => {
    const secrets = [identifierOf(given.account), identifierOf(given.counterpartyAccount), given.name];
    return transactionId(secrets)
      .filter(isAccepted)
      .map((id) => ({ ...given, transactionId: id, secrets }));
  });

const unescaped = (html: string): string =>
  html
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

/** The JSON as it is, and each text in it without its escapes. */
function textsIn(json: string): readonly string[] {
  const texts = [json];
  JSON.parse(json, (_key, value: unknown) => {
    if (typeof value === 'string') texts.push(value);
    return value;
  });
  return texts;
}

test('No account number, IBAN or name of the counterparty stands in any part of any mail or webhook', () => {
  fc.assert(
    fc.property(heldWithSecrets, (given) => {
      const held: HeldTransaction = heldTransaction({
        transaction: {
          account: given.account,
          amountMinor: given.amountMinor,
          transactionId: given.transactionId,
          counterparty: { name: given.name, account: given.counterpartyAccount },
          remittanceInformation: given.name.slice(0, 140),
          endToEndId: 'E2E',
        },
      });
      const context = { environment: 'test', rulesetOf: () => testRuleset };
      const mail = renderMail(heldNotice(held), context);
      const webhook = renderWebhook(heldNotice(held), context).toString('utf8');
      for (const part of [mail.subject, mail.text, mail.html, unescaped(mail.html), ...textsIn(webhook)])
        for (const secret of given.secrets) assert.ok(!part.toUpperCase().includes(secret.toUpperCase()));
    }),
    { numRuns: 300 },
  );
});

test('Whatever the sender chose, the HTML has the same tags', () => {
  const tagsOf = (html: string): readonly string[] => html.match(/<[^>]*>/g) ?? [];
  const render = (transaction: Partial<HeldTransaction['transaction']>) =>
    renderMail(heldNotice(heldTransaction({ transaction })), {
      environment: 'test',
      rulesetOf: () => testRuleset,
    }).html;
  const expected = tagsOf(render({}));
  fc.assert(
    fc.property(name, fc.stringMatching(/^[!-~]{1,40}$/).filter(isAccepted), (counterpartyName, id) => {
      assert.deepEqual(
        tagsOf(render({ counterparty: { name: counterpartyName }, transactionId: id })),
        expected,
      );
    }),
    { numRuns: 300 },
  );
});
