import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository this file lives in. */
export const repositoryRoot = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * The folder that holds everything a local run makes: installed parts, data,
 * keys, logs. `WEIR_HOME` when set, else `.weir` in the repository.
 */
export function resolveHome(env: Readonly<Record<string, string | undefined>>): string {
  const chosen = env['WEIR_HOME'];
  return chosen === undefined || chosen === '' ? join(repositoryRoot, '.weir') : resolve(chosen);
}

/** The bit of a folder in which everybody may make files (S_ISVTX). */
const sticky = 0o1000;

/**
 * Makes a folder only its owner can enter, parents included, and gives its path
 * back; one of ours that is there and stands open to others is closed to them.
 * Idempotent.
 */
export function ensurePrivateFolder(...segments: readonly string[]): string {
  const folder = join(...segments);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  // What a link leads to, a folder of somebody else, and one that is shared on purpose, such as /tmp, are not ours to close.
  const isOurs = found.isDirectory() && found.uid === process.getuid?.() && (found.mode & sticky) === 0;
  if (isOurs && (found.mode & 0o077) !== 0) chmodSync(folder, 0o700);
  return folder;
}
