import { formatInstant, type RejectedOrigin, type Rejection } from '@weir/contracts';
import { grouped, table } from '../terminal/table.ts';
import type { DeadLetter } from './dead-letter.ts';
import type { CodeCount } from './read-letters.ts';
import { rejectionWords } from './rejection-words.ts';

/** Dead letters for a person, one on each line. */
export const showLetters = (letters: readonly DeadLetter[]): readonly string[] =>
  table(
    ['place', 'refused (UTC)', 'because of', 'from', 'bytes'],
    letters.map((letter) => [
      letter.place,
      clock(letter.at),
      letter.unreadable === null ? refusalWords(letter.rejections) : `can't be read: ${letter.unreadable}`,
      letter.origin === null ? '' : originWords(letter.origin),
      letter.originalBytes === null ? '' : grouped(letter.originalBytes),
    ]),
    [4],
  );

/** "2026-03-01 14:05:09" */
export const clock = (instant: string): string => `${instant.slice(0, 10)} ${instant.slice(11, 19)}`;

/** "iban_invalid at account.iban, field_missing at amount" */
export const refusalWords = (rejections: readonly Rejection[]): string =>
  rejections.map(({ code, path }) => (path === '' ? code : `${code} at ${path}`)).join(', ');

/** "core line 7" of a source, or "transactions.received.v1 2/41" */
export const originWords = (origin: RejectedOrigin): string =>
  origin.kind === 'source'
    ? `${origin.source} line ${origin.line}`
    : `${origin.topic} ${origin.partition}/${origin.offset}`;

/** How many there are of each code, for a person. */
export const showCounts = (counts: readonly CodeCount[]): readonly string[] =>
  table(
    ['because of', 'records', 'first (UTC)', 'last (UTC)', 'which means'],
    counts.map((count) => [
      count.code,
      grouped(count.records),
      clock(formatInstant(count.firstMs)),
      clock(formatInstant(count.lastMs)),
      meaningOf(count),
    ]),
    [1],
  );

/** The same for a script. */
export const countAsJson = ({ code, isUnreadable, records, firstMs, lastMs }: CodeCount): object => ({
  ...{ code, isUnreadable, records },
  firstAt: formatInstant(firstMs),
  lastAt: formatInstant(lastMs),
});

const meaningOf = ({ code, isUnreadable }: CodeCount): string =>
  isUnreadable ? "The dead letter itself can't be read." : wordsOf(code);

/** What a code means; nothing for one of the KMS, which docs/reference/errors.md has. */
export const wordsOf = (code: string): string =>
  Object.hasOwn(rejectionWords, code) ? rejectionWords[code as keyof typeof rejectionWords] : '';
