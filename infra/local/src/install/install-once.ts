import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePrivateFolder } from '../home.ts';
import { LocalError } from '../local-error.ts';
import { waitForLock } from '../process/os-lock.ts';

/** Tells a person what is being done, one sentence at a time. */
export type Progress = (sentence: string) => void;

/** One download by another process is waited for this long, then given up on. */
const otherInstallDeadlineMs = 10 * 60_000;

/**
 * Makes `<home>/lib/<name>` with `fill`, once. The folder appears whole or not
 * at all: `fill` works in a temporary folder that is renamed when it returns,
 * so an interrupted installation is simply done again. Safe when several
 * processes ask at the same time: one works, the others wait for it.
 *
 * Throws LocalError `install_failed`, or whatever `fill` throws.
 */
export async function installOnce(options: {
  readonly home: string;
  readonly name: string;
  readonly onProgress: Progress;
  readonly fill: (folder: string) => Promise<void>;
}): Promise<string> {
  const library = ensurePrivateFolder(options.home, 'lib');
  const target = join(library, options.name);
  if (existsSync(target)) return target;
  const lock = await waitForLock(join(library, `${options.name}.lock`), {
    deadlineMs: otherInstallDeadlineMs,
    onWait: () => options.onProgress(`Waiting for another process that is installing ${options.name}`),
  });
  if (lock === undefined) {
    throw new LocalError(
      'install_failed',
      `Another process has been installing ${options.name} for over ten minutes; stop it and start again.`,
    );
  }
  try {
    if (existsSync(target)) return target;
    removeInterrupted(library, options.name);
    const folder = mkdtempSync(join(library, `${options.name}.partial-`));
    await options.fill(folder);
    renameSync(folder, target);
    return target;
  } finally {
    lock.release();
  }
}

function removeInterrupted(library: string, name: string): void {
  for (const entry of readdirSync(library)) {
    if (entry.startsWith(`${name}.partial-`)) rmSync(join(library, entry), { recursive: true, force: true });
  }
}
