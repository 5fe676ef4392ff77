import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new folder only this user can enter, removed with everything in it when the process ends. */
export function makeTempFolder(purpose: string): string {
  const folder = mkdtempSync(join(tmpdir(), `weir-${purpose}-`));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
