import { doorFilesOf } from '@weir/local';
import type { CommandContext } from '../../command-context.ts';
import { CommandError, exitCodes } from '../../exit-codes.ts';
import { notRunningSentence, runningStack } from '../../local/stack-session.ts';
import type { ServerAccess } from '../../http/ask-server.ts';
import { fileText, serverUrl } from '../../http/server-options.ts';

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
): ServerAccess {
  const token = tokenFile === undefined ? env['WEIR_TOKEN'] : fileText(tokenFile, '--token-file');
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
    called: 'door',
    url: serverUrl(address, '--door'),
    ca: caFile === undefined ? undefined : fileText(caFile, '--ca'),
    token: token.trim(),
  };
}
