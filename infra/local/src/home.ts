import { mkdirSync } from 'node:fs';
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

/** Makes a folder only its owner can enter, parents included, and gives its path back. Idempotent. */
export function ensurePrivateFolder(...segments: readonly string[]): string {
  const folder = join(...segments);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}
