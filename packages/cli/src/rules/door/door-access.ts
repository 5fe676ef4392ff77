import { readFileSync } from 'node:fs';
import { doorFilesOf } from '@weir/local';
import type { CommandContext } from '../../command-context.ts';
import { CommandError, exitCodes } from '../../exit-codes.ts';
import { notRunningSentence, runningStack } from '../../local/stack-session.ts';
import type { DoorAccess } from './ask-door.ts';

/** What every command that asks the door takes. */
export type DoorOptions = {
  readonly door?: string;
  readonly tokenFile?: string;
  readonly ca?: string;
};

/**
 * The door that is meant, by default the one of the local stack, and the token of --token-file or WEIR_TOKEN.
 * Throws CommandError: 64 for what is no door or no token, 69 where nothing runs here.
 */
export function doorAccess(
  { door, tokenFile, ca }: DoorOptions,
  { env, home }: Pick<CommandContext, 'env' | 'home'>,
): DoorAccess {
  const token = tokenFile === undefined ? env['WEIR_TOKEN'] : contentOf(tokenFile, '--token-file');
  if (token === undefined || token.trim() === '')
    throw new CommandError(
      exitCodes.usage,
      'Which token? Name its file with --token-file, or set WEIR_TOKEN ("weir tokens add NAME --scope rules:publish")',
    );
  const local = door === undefined ? runningStack(home)?.addresses['DOOR_URL'] : undefined;
  const address = door ?? local;
  if (address === undefined)
    throw new CommandError(exitCodes.notRunning, `${notRunningSentence}, or name another door with --door`);
  const caFile = ca ?? (local === undefined ? undefined : doorFilesOf(home).DOOR_TLS_CLIENT_CA_FILE);
  return {
    url: urlOf(address),
    ca: caFile === undefined ? undefined : contentOf(caFile, '--ca'),
    token: token.trim(),
  };
}

const loopback = ['127.0.0.1', 'localhost', '[::1]'];

/** A token that goes over a network in plain text is everybody's. */
function urlOf(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol === 'https:') return url;
  if (url?.protocol === 'http:' && loopback.includes(url.hostname)) return url;
  throw new CommandError(exitCodes.usage, '--door: expected https://host:port');
}

function contentOf(file: string, option: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new CommandError(exitCodes.usage, `${option}: ${file} can't be read (${code})`, { cause });
  }
}
