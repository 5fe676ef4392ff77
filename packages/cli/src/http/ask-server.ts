import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { CommandError, exitCodes } from '../exit-codes.ts';

/** A server of Weir, and who asks. */
export type ServerAccess = {
  /** What a person calls it: "door". */
  readonly called: string;
  readonly url: URL;
  /** PEM of the authority that vouches for it; undefined for those the system trusts. */
  readonly ca: string | undefined;
  readonly token: string;
};

export type ServerAnswer = {
  readonly status: number;
  /** Parsed; undefined where it is no JSON. */
  readonly body: unknown;
};

/** Longer than any of them tries to reach what it works with. */
const waitMs = 120_000;
/** Fifty transactions with their evidence are the longest answer there is. */
const longestAnswerBytes = 16 * 1_048_576;

/** Gets, or posts JSON where there is a body. Throws CommandError (75) where no answer comes. */
export function askServer(
  { called, url, ca, token }: ServerAccess,
  path: string,
  body: object | undefined,
  signal: AbortSignal,
): Promise<ServerAnswer> {
  const text = body === undefined ? '' : JSON.stringify(body);
  const options = {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    },
    timeout: waitMs,
    signal,
    ...(ca === undefined ? {} : { ca }),
  };
  return new Promise((resolve, reject) => {
    const failed = (cause: Error): void => reject(unreachable({ called, url }, cause));
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const sent = request(new URL(path, url), options, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > longestAnswerBytes) response.destroy(new Error('an answer longer than any of Weir'));
        else chunks.push(chunk);
      });
      response.on('error', failed);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: parsed(Buffer.concat(chunks)) }),
      );
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.on('error', failed);
    sent.end(text);
  });
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** What a command ends with where a server gives no answer. */
export function unreachable(
  { called, url }: Pick<ServerAccess, 'called' | 'url'>,
  cause: Error,
): CommandError {
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
  return new CommandError(exitCodes.tryAgain, `The ${called} at ${url.origin} gives no answer (${code})`, {
    cause,
  });
}
