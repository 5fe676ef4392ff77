import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { CommandError, exitCodes } from '../../exit-codes.ts';

/** A door, and who knocks. */
export type DoorAccess = {
  readonly url: URL;
  /** PEM of the authority that vouches for it; undefined for those the system trusts. */
  readonly ca: string | undefined;
  readonly token: string;
};

export type DoorAnswer = {
  readonly status: number;
  /** Parsed; undefined where it is no JSON. */
  readonly body: unknown;
};

/** Longer than the door tries to reach the log. */
const waitMs = 120_000;
const longestAnswerBytes = 1_048_576;

/** Posts JSON to the door. Throws CommandError (75) where no answer comes. */
export function askDoor(
  { url, ca, token }: DoorAccess,
  path: string,
  body: object,
  signal: AbortSignal,
): Promise<DoorAnswer> {
  const text = JSON.stringify(body);
  const options = {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    },
    timeout: waitMs,
    signal,
    ...(ca === undefined ? {} : { ca }),
  };
  return new Promise((resolve, reject) => {
    const failed = (cause: Error): void => reject(unreachable(url, cause));
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const sent = request(new URL(path, url), options, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > longestAnswerBytes) response.destroy(new Error('an answer longer than any of a door'));
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

function unreachable(url: URL, cause: Error): CommandError {
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
  return new CommandError(exitCodes.tryAgain, `The door at ${url.origin} gives no answer (${code})`, {
    cause,
  });
}
