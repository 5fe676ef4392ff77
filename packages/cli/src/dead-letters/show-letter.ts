import {
  maxRedrives,
  securityRejectionCodes,
  streams,
  type RejectedOrigin,
  type RejectedRecord,
  type StreamName,
} from '@weir/contracts';
import { grouped, table } from '../terminal/table.ts';
import type { DeadLetter } from './dead-letter.ts';
import type { OpenedOriginal, Original } from './original.ts';
import { printable, toldField, toldLines, toldOriginal, type ToldBytes } from './printable.ts';
import { clock, originWords, wordsOf } from './show-letters.ts';

/** A dead letter that could be read, what is known of its original, and that itself where it was opened. */
export type WholeLetter = {
  readonly letter: DeadLetter;
  readonly rejected: RejectedRecord;
  /** The key that opens the dead letter itself. */
  readonly keyArn: string;
  readonly original: Original;
  readonly opened: OpenedOriginal | undefined;
};

/** For a person. Shows nothing of what the record held, unless it was opened. */
export function showLetter(whole: WholeLetter): readonly string[] {
  const { letter, rejected, opened } = whole;
  return [
    `${letter.place}, refused ${clock(letter.at)} UTC`,
    '',
    ...table(['', ''], factsOf(whole)).slice(1),
    ...(opened === undefined ? [] : ['', ...openedLines(rejected, opened)]),
    '',
    'What to do: docs/reference/errors.md#why-a-record-was-refused',
  ];
}

/** For a script. */
export function letterAsJson({ letter, rejected, keyArn, original, opened }: WholeLetter): object {
  const { unreadable: _, rejections, ...facts } = letter;
  return {
    ...facts,
    rejections: rejections.map((one) => ({
      ...one,
      means: wordsOf(one.code),
      isToldToSecurity: securityRejectionCodes.has(one.code),
    })),
    keyBytes: rejected.key?.length ?? null,
    headers: rejected.headers.map(([name]) => name),
    keyArn,
    original,
    opened: opened === undefined ? null : openedAsJson(rejected, opened),
  };
}

function openedAsJson({ key, headers, originalSha256 }: RejectedRecord, opened: OpenedOriginal): object {
  return {
    key: key === null ? null : toldField(key),
    headers: headers.map(([name, value]) => ({ name, value: toldField(value) })),
    sha256: originalSha256,
    original: opened.ok && opened.bytes !== null ? toldOriginal(opened.bytes) : null,
    failure: opened.ok ? null : opened.code,
  };
}

function factsOf({ letter, rejected, keyArn, original }: WholeLetter): string[][] {
  const { rejections, origin, key, headers } = rejected;
  const isForSecurity = rejections.some(({ code }) => securityRejectionCodes.has(code));
  return [
    ...rejections.flatMap(({ code, path }) => [
      ['because of', path === '' ? code : `${code} at ${path}`],
      ['', wordsOf(code)],
    ]),
    ['told to', isForSecurity ? 'the security team' : 'whoever fed it'],
    ['from', `${originWords(origin)}${explained(origin)}`],
    ['bytes', sizeWords(letter)],
    ...(letter.redriven === 0 ? [] : [['redriven', `${letter.redriven} of at most ${maxRedrives} times`]]),
    ['key', key === null ? 'none' : `${grouped(key.length)} bytes`],
    ['headers', headers.length === 0 ? 'none' : headers.map(([name]) => printable(name)).join(', ')],
    ['opens with', keyArn],
    ['original', originalWords(original)],
  ];
}

const explained = (origin: RejectedOrigin): string =>
  origin.kind === 'topic' && origin.topic === streams.received.topic
    ? `   npx weir explain ${origin.partition}/${origin.offset}`
    : '';

function sizeWords({ originalBytes, keptBytes }: DeadLetter): string {
  if (originalBytes === null || keptBytes === null) return 'none: it had no value';
  return keptBytes === originalBytes
    ? `${grouped(originalBytes)}, all kept`
    : `${grouped(originalBytes)}, of which the first ${grouped(keptBytes)} are kept`;
}

function originalWords(original: Original): string {
  switch (original.kind) {
    case 'none':
      return 'there is none';
    case 'unsealed':
      return 'not sealed by itself: it opens with the dead letter';
    case 'sealed': {
      const { stream, keyArn, obstacle } = original;
      const sealed = `sealed under ${printable(keyArn)}`;
      if (obstacle === null) return `${sealed}; ops may open ${stream ?? 'it'}`;
      return `${sealed}; can't be opened: ${obstacleWords(obstacle, stream)}`;
    }
  }
}

function obstacleWords(code: string, stream: StreamName | null): string {
  switch (code) {
    case 'cut_short':
      return 'only its beginning is kept';
    case 'topic_unknown':
      return 'its topic is none of ours';
    case 'not_for_ops':
      return `ops may not open ${stream ?? 'it'}`;
    default:
      return `${code}. ${wordsOf(code)}`.trim();
  }
}

function openedLines(rejected: RejectedRecord, opened: OpenedOriginal): readonly string[] {
  const { key, headers, originalSha256 } = rejected;
  return [
    ...(key === null ? [] : field('key', toldField(key))),
    ...headers.flatMap(([name, value]) => field(`header ${printable(name)}`, toldField(value))),
    ...(originalSha256 === null ? [] : [`SHA-256  ${originalSha256}`]),
    ...originalLines(opened),
  ];
}

function originalLines(opened: OpenedOriginal): readonly string[] {
  if (!opened.ok) return [`The original can't be opened: ${obstacleWords(opened.code, null)}`];
  return opened.bytes === null ? [] : ['original', ...toldLines(toldOriginal(opened.bytes))];
}

function field(name: string, told: ToldBytes): readonly string[] {
  const lines = toldLines(told);
  return lines.length === 1 ? [`${name}  ${lines.join('')}`] : [name, ...lines];
}
