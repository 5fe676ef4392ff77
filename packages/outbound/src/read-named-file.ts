import { readFileSync, statSync } from 'node:fs';

const largestFileBytes = 1_048_576;
const othersMayUse = 0o077;

/** The text of a file without the line's end behind it, or why it can't be taken; never what it holds. */
export type FileOutcome =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly message: string };

/** Reads a file that a document names. `isSecret`: only its owner may read it or write to it. Never throws. */
export function readNamedFile(path: string, isSecret: boolean): FileOutcome {
  const failed = (message: string): FileOutcome => ({ ok: false, message });
  try {
    const found = statSync(path);
    if (!found.isFile()) return failed('expected the path of a file');
    if (found.size > largestFileBytes) return failed(`expected a file of at most ${largestFileBytes} bytes`);
    if (isSecret && (found.mode & othersMayUse) !== 0)
      return failed('others may use this file: take their rights away (chmod 600)');
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)).replace(/\r?\n$/, '');
    return text === '' ? failed('expected a file with something in it') : { ok: true, text };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return failed(`the file can't be read (${code})`);
  }
}

/** Reads a key or a token: what isn't one word would be no header, and nothing would ever be taken. */
export function readKeyFile(path: string): FileOutcome {
  const read = readNamedFile(path, true);
  if (!read.ok) return read;
  const text = read.text.trim();
  if (/^[\x21-\x7e]+$/.test(text)) return { ok: true, text };
  return { ok: false, message: 'expected one line of printable ASCII without blanks' };
}
