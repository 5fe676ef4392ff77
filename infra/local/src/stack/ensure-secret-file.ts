import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePrivateFolder } from '../home.ts';

const secretBytes = 32;

/**
 * Makes `<home>/keys/<name>` with 32 random bytes in base64, mode 0600, unless
 * it is there, and answers its path. It is never replaced: pseudonyms and
 * routing made with it are in the log for good.
 */
export function ensureSecretFile(home: string, name: string): string {
  const folder = ensurePrivateFolder(home, 'keys');
  const path = join(folder, name);
  if (existsSync(path)) return path;
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${randomBytes(secretBytes).toString('base64')}\n`, { mode: 0o600 });
  try {
    // Unlike a rename, a link refuses to replace what somebody else has just made.
    linkSync(draft, path);
  } catch (error) {
    if (!existsSync(path)) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return path;
}
