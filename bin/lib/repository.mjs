// What every launcher needs to know. Plain JavaScript that runs on Node 18 or
// later with nothing installed, because it is what installs everything else.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));

/** The Node that Weir's sources are written for, installed from npm. */
export const nodeBinary = join(repositoryRoot, 'node_modules', 'node', 'bin', 'node');

/** An environment in which `node` and the tools of node_modules come first. */
export function toolEnvironment(extra = {}) {
  const separator = process.platform === 'win32' ? ';' : ':';
  const tools = join(repositoryRoot, 'node_modules', '.bin');
  return { ...process.env, PATH: `${tools}${separator}${process.env.PATH ?? ''}`, ...extra };
}

export function isInstalled() {
  return existsSync(nodeBinary);
}

/** A reason to stop that a person can act on: one sentence, printed without a stack. */
export class SetupError extends Error {}

/** Runs `main` and turns what it throws into an exit code. */
export async function runMain(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
