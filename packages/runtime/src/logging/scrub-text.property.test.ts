import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createLogger, type LogFields } from '../index.ts';
import { scrubText } from './scrub-text.ts';

const upper = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const digits = [...'0123456789'];
const textOf = (alphabet: readonly string[], minLength: number, maxLength: number) =>
  fc.array(fc.constantFrom(...alphabet), { minLength, maxLength }).map((characters) => characters.join(''));

const iban = fc
  .tuple(textOf(upper, 2, 2), textOf(digits, 2, 2), textOf([...upper, ...digits], 11, 30))
  .map((parts) => parts.join(''));
const cardNumber = textOf(digits, 13, 19);
const grouped = (text: string, separator: string): string => (text.match(/.{1,4}/g) ?? []).join(separator);

/** A secret as people and systems write it. */
const written = fc.oneof(
  iban,
  iban.map((text) => text.toLowerCase()),
  iban.map((text) => grouped(text, ' ')),
  iban.map((text) => grouped(text, '-')),
  cardNumber,
  cardNumber.map((text) => grouped(text, ' ')),
  cardNumber.map((text) => grouped(text, '-')),
);
const surroundings = fc.constantFrom('', ' ', '"', '/', '=', ': ', '(', '\n', '_', '€');

/** What may be left of an IBAN or a card number: country, check digits and half of a bank's code tell nobody's account. */
const harmlessRunChars = 8;

/** True where a longer run of the secret than that is left in the output. */
function leaks(output: string, secret: string): boolean {
  const bare = (text: string): string => text.replaceAll(/[\s-]/g, '').toLowerCase();
  const [bareOutput, bareSecret] = [bare(output), bare(secret)];
  for (let start = 0; start + harmlessRunChars < bareSecret.length; start += 1) {
    if (bareOutput.includes(bareSecret.slice(start, start + harmlessRunChars + 1))) return true;
  }
  return false;
}

test('no IBAN or card number gets through a scrubbed text, however it is written', () => {
  fc.assert(
    fc.property(written, surroundings, surroundings, (secret, before, behind) => {
      const output = scrubText(`text${before || ' '}${secret}${behind}`);
      assert.ok(!leaks(output, secret), output);
      assert.match(output, /\[masked\]/);
    }),
  );
});

test('an IBAN or card number glued to a word is masked as well', () => {
  fc.assert(
    fc.property(fc.oneof(iban, cardNumber), (secret) => {
      assert.ok(!leaks(scrubText(`IBAN${secret}`), secret));
      assert.ok(!leaks(scrubText(`x${secret}y`), secret));
    }),
  );
});

const name = fc
  .tuple(fc.constantFrom('Erika', 'Max', 'Jürgen', 'Zoë'), fc.constantFrom('Mustermann', 'Müller', 'O’Neill'))
  .map((parts) => parts.join(' '));
const fieldName = fc.oneof(
  fc.constantFrom(
    'iban',
    'creditorName',
    'pan',
    'transaction',
    'payload',
    '__proto__',
    'message',
    'level',
    'msg',
  ),
  fc.constantFrom(
    'topic',
    'partition',
    'offset',
    'count',
    'reason',
    'host',
    'alertId',
    'keyArn',
    'config',
    'ready',
  ),
  name,
);

test('whatever is passed as fields, no IBAN, card number or full name reaches the output', () => {
  const sensitive = fc.oneof(written, name);
  const value = fc.oneof(
    sensitive,
    sensitive.map((text) => ({ nested: { text } })),
    sensitive.map((text) => [text]),
    cardNumber.map(Number),
    cardNumber.map(BigInt),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fieldName, value), { maxLength: 8 }), (entries) => {
      let output = '';
      const log = createLogger({ service: 'test', level: 'info', write: (line) => (output += line) });
      log.child(Object.fromEntries(entries) as LogFields).info('a line', Object.fromEntries(entries));
      const ours = output.replace(/"time":"[^"]*"/, '');
      assert.doesNotMatch(ours, /Erika|Max|Jürgen|Zoë|Mustermann|Müller|Neill/);
      assert.doesNotMatch(ours, /\d{13}|[A-Z]{2}\d{2}[A-Z0-9]{11}/i);
      assert.equal((JSON.parse(output) as { level: unknown }).level, 'info');
    }),
  );
});

test('an error with an IBAN or card number in its message is printed without it', () => {
  fc.assert(
    fc.property(written, (secret) => {
      let output = '';
      const log = createLogger({ service: 'test', level: 'info', write: (line) => (output += line) });
      const cause = Object.assign(new Error(secret), { code: secret, name: secret });
      const error = Object.assign(new Error(`refused ${secret}`, { cause }), {
        code: secret,
        name: secret,
        secret,
      });
      log.error('it failed', { error });
      assert.ok(!leaks(output, secret), output);
    }),
  );
});

for (const text of [
  'sha256 of the payload',
  'partition 12 of transactions.received.v1 at offset 123456789012',
  'KAFKA_BROKERS: expected comma-separated host:port',
  '127.0.0.1:19092',
]) {
  test(`"${text}" is left as it is`, () => {
    assert.equal(scrubText(text), text);
  });
}

test('a long text is cut, and scrubbed in bounded time', () => {
  const output = scrubText('DE89'.repeat(1_000_000));
  assert.ok(output.length <= 4_096 + '[cut]'.length);
});
