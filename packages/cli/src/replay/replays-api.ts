import type { LocalToken } from '@weir/local';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { askingApi } from '../http/api-options.ts';
import { connectApi, type ApiOptions, type ConnectedApi } from '../http/connect-api.ts';

/** Connects to the API of replays, by default that of the local stack as its analyst. */
export const connectReplays = (
  options: ApiOptions,
  context: Pick<CommandContext, 'env' | 'home' | 'stopping'>,
  localToken: LocalToken = 'analyst',
): ConnectedApi =>
  connectApi(
    {
      called: 'API of replays',
      address: 'REPLAYS_URL',
      scopes: 'replay:plan replay:run replay:read replay:export',
    },
    options,
    context,
    localToken,
  );

export const pathOf = (replayId: string, what = ''): string =>
  `/v1/replays/${encodeURIComponent(replayId)}${what === '' ? '' : `/${what}`}`;

/** What every command takes that asks the API of replays. */
export const asking = (command: Command): Command => askingApi(command, 'the API of replays');

/** The end of a help text: what is special, and the exit codes. */
export const exits = (special: string): string => `
${special}

Ends with 0 when that is done, 1 where it can't be done as things are or there is no such
replay, 64 for wrong usage, 69 where nothing runs here, 73 where a file can't be written, 75
where a part is out of reach (run it again), 77 where the token may not.`;
