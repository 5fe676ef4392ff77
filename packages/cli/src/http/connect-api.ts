import { readFileSync } from 'node:fs';
import { doorFilesOf, localTokenFile, type LocalToken } from '@weir/local';
import { z } from 'zod';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { notRunningSentence, runningStack } from '../local/stack-session.ts';
import { askServer, type ServerAccess, type ServerAnswer } from './ask-server.ts';
import { fileText, serverUrl } from './server-options.ts';

/** What every command takes that asks an API. */
export type ApiOptions = {
  readonly api?: string;
  readonly tokenFile?: string;
  readonly ca?: string;
  readonly json?: true;
};

/** One of the APIs that people work with. */
export type Api = {
  /** "API of alerts". */
  readonly called: string;
  /** The name of its address in a local stack. */
  readonly address: 'ALERTS_URL' | 'REPLAYS_URL';
  /** What a token for it would be made with. */
  readonly scopes: string;
};

/** Asks an API, and answers what its contract says. Throws CommandError for everything else. */
export type AskApi = <Shape extends z.ZodType>(
  shape: Shape,
  path: string,
  body?: object,
) => Promise<z.output<Shape>>;

export type ConnectedApi = { readonly access: ServerAccess; readonly ask: AskApi };

/**
 * The API that is meant, by default that of the local stack, with the token of --token-file or WEIR_TOKEN,
 * else with a token that the local stack has made for this machine.
 */
export function connectApi(
  api: Api,
  options: ApiOptions,
  context: Pick<CommandContext, 'env' | 'home' | 'stopping'>,
  localToken: LocalToken,
): ConnectedApi {
  const access = accessOf(api, options, context, localToken);
  return {
    access,
    ask: async (shape, path, body) => {
      const answer = await askServer(access, path, body, context.stopping);
      const read = answer.status < 300 ? shape.safeParse(answer.body) : undefined;
      if (read?.success === true) return read.data;
      throw refusedByApi(access, answer);
    },
  };
}

function accessOf(
  { called, address: name, scopes }: Api,
  { api, tokenFile, ca }: ApiOptions,
  { env, home }: Pick<CommandContext, 'env' | 'home'>,
  localToken: LocalToken,
): ServerAccess {
  const local = api === undefined ? runningStack(home)?.addresses[name] : undefined;
  const address = api ?? local;
  if (address === undefined)
    throw new CommandError(exitCodes.notRunning, `${notRunningSentence}, or name an ${called} with --api`);
  const given = tokenFile === undefined ? env['WEIR_TOKEN'] : fileText(tokenFile, '--token-file');
  // A token of this machine is for what runs here, and for nobody else to see.
  const token = given ?? (local === undefined ? undefined : madeHere(home, localToken));
  if (token === undefined || token.trim() === '')
    throw new CommandError(
      exitCodes.usage,
      `Which token? Name its file with --token-file, or set WEIR_TOKEN ("weir tokens add NAME --tenant weir --scope ${scopes}")`,
    );
  const caFile = ca ?? (local === undefined ? undefined : doorFilesOf(home).DOOR_TLS_CLIENT_CA_FILE);
  return {
    called,
    url: serverUrl(address, '--api'),
    ca: caFile === undefined ? undefined : fileText(caFile, '--ca'),
    token: token.trim(),
  };
}

function madeHere(home: string, token: LocalToken): string | undefined {
  try {
    return readFileSync(localTokenFile(home, token), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** After sysexits.h: who asks may not do that. */
const notAllowed = 77;

/** What every problem has (RFC 9457); which codes there are is the business of whoever reads a contract. */
const anyProblem = z.object({
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string().optional(),
});

/** What a refusal says, and the exit code for it. */
export function refusedByApi({ called }: Pick<ServerAccess, 'called'>, answer: ServerAnswer): CommandError {
  const read = anyProblem.safeParse(answer.body);
  if (!read.success)
    return new CommandError(
      exitCodes.tryAgain,
      `What answers there is no ${called} of this version (${answer.status})`,
    );
  const { detail, title, code, status } = read.data;
  const sentence = [`${title}.`, detail ?? ''].join(' ').trim();
  return new CommandError(exitCodeOf(status), `${sentence} (${code})`);
}

function exitCodeOf(status: number): number {
  if (status === 401 || status === 403) return notAllowed;
  if (status === 429 || status === 408 || status >= 500) return exitCodes.tryAgain;
  return status === 404 || status === 409 ? exitCodes.notAsItShouldBe : exitCodes.usage;
}
