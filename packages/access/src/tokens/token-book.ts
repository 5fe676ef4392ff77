import { timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { tokenDigest, tokenFile, WeirError, type AccessToken } from '@weir/contracts';

/** The tokens of a file, as it stands now. */
export type TokenBook = {
  /** The token with this text, whether it has expired or not; undefined where there is none. */
  readonly find: (text: string) => AccessToken | undefined;
  /** False while the file can't be read or holds no tokens file: then nobody is known. */
  readonly isReadable: () => boolean;
};

/** How soon a token that was revoked is refused; a new one is known at once. */
const lookAgainMs = 1_000;
const largestFileBytes = 4 * 1_048_576;
const othersMayUse = 0o077;

type Entry = { readonly token: AccessToken; readonly digest: Buffer };
type Reading = { readonly stamp: string; readonly entries: readonly Entry[]; readonly readable: boolean };

/**
 * Opens a tokens file, which is read again within a second of a change. A file
 * that isn't there holds no tokens; one that can't be read, others may use, or isn't a tokens
 * file, lets nobody in until it is mended. `variable` is what names the file; `nowMs` is a monotonic clock.
 *
 * Throws WeirError config_invalid where others may read the file at the start.
 */
export function openTokenBook(path: string, variable: string, nowMs: () => number): TokenBook {
  requirePrivate(path, variable);
  let reading = read(path);
  let lookedAtMs = nowMs();

  function looked(): Reading {
    lookedAtMs = nowMs();
    if (stampOf(path) !== reading.stamp) reading = read(path);
    return reading;
  }
  const current = (): Reading => (nowMs() - lookedAtMs < lookAgainMs ? reading : looked());

  return {
    // One that isn't known may just have been made.
    find: (text) => findIn(current(), text) ?? findIn(looked(), text),
    isReadable: () => current().readable,
  };
}

/** All are compared, each in constant time, so that the time taken says nothing about any of them. */
function findIn({ entries }: Reading, text: string): AccessToken | undefined {
  const digest = tokenDigest(text);
  let found: AccessToken | undefined;
  for (const { token, digest: known } of entries) {
    if (timingSafeEqual(known, digest)) found = token;
  }
  return found;
}

function read(path: string): Reading {
  const stamp = stampOf(path);
  if (stamp === noFile) return { stamp, entries: [], readable: true };
  const { tokens, readable } = readTokens(path);
  const entries = tokens.map((token) => ({ token, digest: Buffer.from(token.sha256, 'hex') }));
  return { stamp, entries, readable };
}

function readTokens(path: string): { readonly tokens: readonly AccessToken[]; readonly readable: boolean } {
  try {
    const { size, mode } = statSync(path);
    // Who may write into it could let himself in.
    if (size > largestFileBytes || (mode & othersMayUse) !== 0) return { tokens: [], readable: false };
    const parsed = tokenFile.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success ? { tokens: parsed.data.tokens, readable: true } : { tokens: [], readable: false };
  } catch {
    return { tokens: [], readable: false };
  }
}

const noFile = 'none';

/** Differs after every change: `weir tokens` replaces the file, which gives it another inode. */
function stampOf(path: string): string {
  try {
    const { ino, size, mtimeMs, mode } = statSync(path);
    return `${ino} ${size} ${mtimeMs} ${mode}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? noFile : 'unreadable';
  }
}

function requirePrivate(path: string, variable: string): void {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & othersMayUse) === 0) return;
  throw new WeirError('config_invalid', `${variable}: others may read it; make it 0600`);
}
