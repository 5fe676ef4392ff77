import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import { markField } from './field-traits.ts';

/** setTimeout treats a longer delay as 1 ms, so no duration may exceed it (2^31 − 1 ms, 24.8 days). */
const longestTimerMs = 2_147_483_647;

/** A key, a certificate chain or a list of authorities; a larger file is the wrong file. */
const largestTextFileBytes = 1_048_576;

/** A TCP port; 0 lets the operating system choose one. */
export function port() {
  return wholeNumber({ min: 0, max: 65_535, noun: 'port' });
}

/** A length of time in whole milliseconds. The variable's name ends in _MS. */
export function durationMs(defaultMs: number, bounds: { minMs?: number; maxMs?: number } = {}) {
  const field = wholeNumber({
    min: bounds.minMs ?? 0,
    max: bounds.maxMs ?? longestTimerMs,
    noun: 'whole milliseconds',
    unit: 'MS',
  });
  return withDefault(field, defaultMs);
}

/** A size in whole bytes. The variable's name ends in _BYTES. */
export function bytes(defaultBytes: number, bounds: { minBytes?: number; maxBytes?: number } = {}) {
  const field = wholeNumber({
    min: bounds.minBytes ?? 0,
    max: bounds.maxBytes ?? Number.MAX_SAFE_INTEGER,
    noun: 'whole bytes',
    unit: 'BYTES',
  });
  return withDefault(field, defaultBytes);
}

/** A number of things. The variable's name says which: BATCH_MAX_RECORDS. */
export function count(defaultCount: number, bounds: { min?: number; max?: number } = {}) {
  const field = wholeNumber({
    min: bounds.min ?? 0,
    max: bounds.max ?? Number.MAX_SAFE_INTEGER,
    noun: 'whole number',
  });
  return withDefault(field, defaultCount);
}

/** One absolute URL with one of the schemes, such as `['http', 'https']`. */
export function url(schemes: readonly [string, ...string[]]) {
  const expected = `URL (${schemes.join(', ')})`;
  return markField(z.string().refine(hasScheme(schemes), { error: `expected ${expected}` }), { expected });
}

/** URLs parted by commas, at least one. */
export function urlList(schemes: readonly [string, ...string[]]) {
  return commaList(hasScheme(schemes), `comma-separated URLs (${schemes.join(', ')})`);
}

/**
 * A Redis: the redis:// or rediss:// URL of a server, or the redis+cluster:// or rediss+cluster://
 * URLs of some nodes of a cluster, all of one kind, parted by commas.
 */
export function redisUrl() {
  const expected = 'URL (redis, rediss), or comma-separated URLs (redis+cluster, rediss+cluster)';
  // The host of such a URL may be any text, a list of others included.
  const isServer = (text: string): boolean =>
    hasScheme(['redis', 'rediss'])(text) && !URL.parse(text)?.host.includes(',');
  const accepts = (text: string): boolean =>
    isServer(text) ||
    ['redis+cluster', 'rediss+cluster'].some((scheme) =>
      text.split(',').every((part) => hasScheme([scheme])(part.trim())),
    );
  return markField(z.string().refine(accepts, { error: `expected ${expected}` }), { expected });
}

/** `host:port` addresses parted by commas, at least one. */
export function addressList() {
  return commaList(
    (text) => /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):\d{1,5}$/.test(text),
    'comma-separated host:port',
  );
}

/** A variable that holds JSON. The parser's own message is left out, because it quotes its input. */
export function json<Schema extends z.ZodType>(schema: Schema, expected = 'JSON') {
  const parsed = z.string().transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({ code: 'custom', message: `expected ${expected}; this is not well-formed JSON` });
      return z.NEVER;
    }
  });
  return markField(parsed.pipe(schema as z.ZodType<z.output<Schema>, unknown>), { expected });
}

/** A secret given as text, such as a password. It is never printed. */
export function secretText() {
  return markField(z.string(), { expected: 'secret text', secret: true });
}

/**
 * The path of a file that holds a secret as UTF-8 text. The parsed value is the
 * file's content without the newline at its end, and is never printed. The
 * variable's name ends in _FILE.
 */
export function secretFile() {
  return markField(fileContent(), { expected: 'path of a secret file', secret: true, unit: 'FILE' });
}

/** The path of a file that holds public text, such as a certificate. The parsed value is the file's content. */
export function textFile() {
  return markField(fileContent(), { expected: 'path of a text file', unit: 'FILE' });
}

function wholeNumber(options: { min: number; max: number; noun: string; unit?: 'MS' | 'BYTES' }) {
  const { min, max, unit } = options;
  const upperBound = max === Number.MAX_SAFE_INTEGER ? ' or more' : ` to ${max}`;
  const expected = `${options.noun}, ${min}${upperBound}`;
  const field = z.string().transform((text, context) => {
    // Number() alone would take "", " 7", "0x1f" and "1e3".
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    context.addIssue({ code: 'custom', message: `expected ${expected}` });
    return z.NEVER;
  });
  return markField(field, unit === undefined ? { expected } : { expected, unit });
}

/** A default outside the field's own bounds is a mistake in the code, found when the module loads. */
function withDefault<Field extends z.ZodType<number, string>>(
  field: Field,
  value: number,
): z.ZodDefault<Field> {
  if (!field.safeParse(String(value)).success)
    throw new RangeError(`The default ${value} is outside its own bounds.`);
  return field.default(value as z.util.NoUndefined<z.output<Field>>);
}

function hasScheme(schemes: readonly string[]): (text: string) => boolean {
  return (text) => {
    const parsed = URL.parse(text);
    return parsed !== null && parsed.host !== '' && schemes.includes(parsed.protocol.slice(0, -1));
  };
}

function commaList(accepts: (text: string) => boolean, expected: string) {
  const field = z.string().transform((text, context): readonly string[] => {
    const items = text.split(',').map((item) => item.trim());
    if (items.every(accepts)) return items;
    context.addIssue({ code: 'custom', message: `expected ${expected}` });
    return z.NEVER;
  });
  return markField(field, { expected });
}

function fileContent() {
  return z.string().transform((path, context) => {
    const read = readTextFile(path);
    if ('content' in read) return read.content;
    context.addIssue({ code: 'custom', message: read.problem });
    return z.NEVER;
  });
}

function readTextFile(path: string): { content: string } | { problem: string } {
  try {
    // Looked at before it is read: a device or a huge file must not be read at all.
    const found = statSync(path);
    if (!found.isFile()) return { problem: 'expected the path of a file, and this is not one' };
    if (found.size > largestTextFileBytes)
      return { problem: `expected a file of at most ${largestTextFileBytes} bytes` };
    const content = new TextDecoder('utf-8', { fatal: true })
      .decode(readFileSync(path))
      .replace(/\r?\n$/, '');
    return content === '' ? { problem: 'expected a file with something in it' } : { content };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return { problem: `the file can't be read (${code})` };
  }
}
