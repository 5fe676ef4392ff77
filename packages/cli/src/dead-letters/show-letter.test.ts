import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RejectedRecord } from '@weir/contracts';
import { findCanaries } from '@weir/testkit';
import { letterOf } from './dead-letter.ts';
import { offeredLine, startMs } from './letter-world.fixture.ts';
import { originalOf, type OpenedOriginal, type Original } from './original.ts';
import { letterAsJson, showLetter } from './show-letter.ts';
import { countAsJson, showCounts, showLetters } from './show-letters.ts';

const offered: RejectedRecord = {
  rejections: [
    { code: 'iban_invalid', path: 'account.iban' },
    { code: 'field_unknown', path: '' },
  ],
  origin: { kind: 'source', source: 'core', line: 7 },
  key: null,
  headers: [],
  original: Buffer.from(offeredLine),
  originalBytes: offeredLine.length,
  originalSha256: 'ab'.repeat(32),
};
const onTopic: RejectedRecord = {
  ...offered,
  rejections: [{ code: 'conflicting_duplicate', path: 'transactionId' }],
  origin: { kind: 'topic', topic: 'transactions.received.v1', partition: 2, offset: 41 },
  key: Buffer.from('a1_pseudonym'),
  headers: [['ce_\u001bid', Buffer.from([0xff])]],
};
const sealed: Original = { kind: 'sealed', stream: 'received', keyArn: 'arn:received', obstacle: null };

const wholeOf = (
  rejected: RejectedRecord,
  original: Original = originalOf(rejected),
  opened?: OpenedOriginal,
) => {
  const at = { partition: 0, offset: 3, timestampMs: startMs };
  const letter = letterOf(at, { ok: true, rejected });
  return { letter, rejected, keyArn: 'arn:rejected', original, opened };
};
const shown = (...of: Parameters<typeof wholeOf>): string => showLetter(wholeOf(...of)).join('\n');
const opened: OpenedOriginal = { ok: true, bytes: Buffer.from(offeredLine) };

test('a dead letter says in words why, where from, how large, and what opens it, and shows nothing it holds', () => {
  const text = shown(offered);
  assert.match(text, /^rejected\/0\/3, refused 2026-01-05 08:00:00 UTC\n/);
  assert.match(text, /because of +iban_invalid at account\.iban\n +The check digits of an IBAN are wrong\./);
  assert.match(text, /because of +field_unknown\n/);
  assert.match(text, /told to +whoever fed it\n/);
  assert.match(text, /from +core line 7\n/);
  assert.match(text, /bytes +\d+, all kept\n/);
  assert.match(text, /opens with +arn:rejected\n/);
  assert.match(text, /original +not sealed by itself/);
  assert.deepEqual(findCanaries(Buffer.from(text)), []);
});

test('one of a topic says who was told, how to go on, and under which key its original is sealed', () => {
  const text = shown(onTopic, sealed);
  assert.match(text, /told to +the security team\n/);
  assert.match(text, /transactions\.received\.v1 2\/41 +npx weir explain 2\/41\n/);
  assert.match(text, /original +sealed under arn:received; ops may open received/);
  assert.match(text, /headers +ce_\\u001bid\n/);
  assert.doesNotMatch(text, /a1_pseudonym/);
});

for (const [obstacle, words] of [
  ['cut_short', /only its beginning is kept/],
  ['topic_unknown', /its topic is none of ours/],
  ['not_for_ops', /ops may not open received/],
] as const) {
  test(`an original that can not be opened because of ${obstacle} says so`, () => {
    assert.match(shown(onTopic, { ...sealed, obstacle }), words);
    assert.match(shown(onTopic, sealed, { ok: false, code: obstacle }), /The original can't be opened: /);
  });
}

test('an opened one shows key, headers, SHA-256 and the original as it was written', () => {
  const text = shown(onTopic, sealed, opened);
  assert.ok(text.split('\n').includes(offeredLine));
  assert.match(text, /\nkey +a1_pseudonym\n/);
  assert.match(text, /\nheader ce_\\u001bid +00000000 +ff /);
  assert.match(text, new RegExp(`\nSHA-256 +${'ab'.repeat(32)}\n`));
});

test('what could not be opened says why in words', () => {
  const text = shown(onTopic, sealed, { ok: false, code: 'authentication_failed' });
  assert.match(
    text,
    /can't be opened: authentication_failed\. It was changed, or copied from another place\./,
  );
});

test('a record without a value, and one of which only the beginning is kept, say so', () => {
  const none = { ...onTopic, original: null, originalBytes: null, originalSha256: null };
  assert.match(shown(none), /bytes +none: it had no value\n/);
  assert.match(shown(none), /original +there is none/);
  assert.match(shown({ ...offered, originalBytes: 2_000_000 }), /2,000,000, of which the first \d+ are kept/);
});

test('a script gets the same, and what it holds only where it was opened', () => {
  const closed = JSON.parse(JSON.stringify(letterAsJson(wholeOf(onTopic, sealed)))) as Record<
    string,
    unknown
  >;
  assert.deepEqual([closed['opened'], closed['keyBytes'], closed['headers']], [null, 12, ['ce_\u001bid']]);
  assert.deepEqual(closed['rejections'], [
    {
      ...{ code: 'conflicting_duplicate', path: 'transactionId', isToldToSecurity: true },
      means: 'Its account already has a transaction of this id with other content.',
    },
  ]);
  assert.deepEqual(findCanaries(Buffer.from(JSON.stringify(closed))), []);
  const whole = letterAsJson(wholeOf(onTopic, sealed, opened)) as { opened: { original: unknown } };
  assert.deepEqual(whole.opened.original, { encoding: 'json', text: offeredLine });
});

test('a list has a line for each, and says of one that can not be read why', () => {
  const at = { partition: 0, offset: 4, timestampMs: startMs };
  const lines = showLetters([
    wholeOf(offered).letter,
    letterOf(at, { ok: false, code: 'kms_key_disabled' }),
  ]).map((line) => line.replaceAll(/ +/g, ' '));
  const { length } = offeredLine;
  assert.deepEqual(lines.slice(1), [
    `rejected/0/3 2026-01-05 08:00:00 iban_invalid at account.iban, field_unknown core line 7 ${length}`,
    "rejected/0/4 2026-01-05 08:00:00 can't be read: kms_key_disabled",
  ]);
});

test('counts say what a code means, and a script gets their times as instants', () => {
  const count = {
    code: 'not_json',
    isUnreadable: false,
    records: 1_200,
    firstMs: startMs,
    lastMs: startMs,
  } as const;
  const [, line = '', unread = ''] = showCounts([
    count,
    { ...count, isUnreadable: true, code: 'not_sealed' },
  ]);
  assert.match(line, /^not_json +1,200 +2026-01-05 08:00:00 .*It isn't one JSON object\.$/);
  assert.match(unread, /^not_sealed .*The dead letter itself can't be read\.$/);
  const at = '2026-01-05T08:00:00.000Z';
  assert.deepEqual(countAsJson(count), {
    ...{ code: 'not_json', isUnreadable: false, records: 1_200 },
    ...{ firstAt: at, lastAt: at },
  });
});
