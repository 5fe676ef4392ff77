import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { tokenFile, type AccessToken } from '@weir/contracts';
import { writePrivateFile } from '@weir/local';
import { CommandError, exitCodes } from '../exit-codes.ts';

/**
 * The tokens that the door knows; none where there is no file yet. Throws
 * CommandError for a file that isn't one, which is left as it is.
 */
export function readTokens(path: string): readonly AccessToken[] {
  const text = textOf(path);
  if (text === undefined) return [];
  const parsed = tokenFile.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data.tokens;
  throw new CommandError(
    exitCodes.configuration,
    `${path} is no tokens file: bring back a copy of it, or remove it and give out new tokens`,
  );
}

/**
 * Replaces the tokens by what `change` makes of them, whole or not at all. Two
 * commands at once don't undo each other: the second is told to try again.
 */
export function changeTokens(
  path: string,
  change: (tokens: readonly AccessToken[]) => readonly AccessToken[],
): void {
  const lock = `${path}.lock`;
  try {
    mkdirSync(lock);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    throw new CommandError(
      exitCodes.tryAgain,
      `another command is changing ${path}: try again, or remove ${lock} where that command was killed`,
    );
  }
  try {
    const tokens = change(readTokens(path));
    writePrivateFile(path, `${JSON.stringify(tokenFile.parse({ version: 1, tokens }), null, 2)}\n`);
  } finally {
    rmdirSync(lock);
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
