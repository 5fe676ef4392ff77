import { renameSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Replaces a file, whole or not at all, mode 0600: after a crash at any moment
 * the path holds the old text or the new one. One writer at a time.
 */
export function writePrivateFile(path: string, text: string | Uint8Array): void {
  const draft = `${path}.new`;
  // A draft that a killed writer left keeps its mode when it is written to; only one made anew has ours.
  rmSync(draft, { force: true });
  writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
  renameSync(draft, path);
}
