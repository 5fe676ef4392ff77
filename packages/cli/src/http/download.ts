import { createWriteStream, existsSync } from 'node:fs';
import { link, rename, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { unreachable, type ServerAccess } from './ask-server.ts';
import { refusedByApi } from './connect-api.ts';

/** How long nothing may come. */
const silenceMs = 60_000;
/** Of an answer that is no file: a problem. */
const longestProblemBytes = 65_536;

/**
 * Gets a file of any size into one of ours, mode 0600: whole, or not at all. One that was there is replaced, unless
 * `replaces` is false. Throws CommandError: what the server refuses, 75 where it gives no answer, 73 where the file
 * can't be written, or is there and isn't to be replaced: then nothing was asked for.
 */
export async function downloadTo(
  access: ServerAccess,
  path: string,
  file: string,
  signal: AbortSignal,
  { replaces }: { readonly replaces: boolean } = { replaces: true },
): Promise<void> {
  if (!replaces && existsSync(file))
    throw new CommandError(cannotCreate, `${file} is there already: name another, or say --force`);
  const response = await get(access, path, signal);
  const draft = `${file}.new`;
  try {
    await rm(draft, { force: true });
    await pipeline(response, createWriteStream(draft, { mode: 0o600, flags: 'wx' }), { signal });
    await (replaces ? rename(draft, file) : link(draft, file).then(() => rm(draft)));
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => undefined);
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    if (code === 'ECONNRESET' || response.errored !== null) throw unreachable(access, cause as Error);
    throw new CommandError(cannotCreate, `${file} can't be written (${code})`, { cause });
  }
}

/** After sysexits.h. */
const cannotCreate = 73;

/** Gets a text of a bounded size as it is, byte for byte. Throws as `downloadTo` does. */
export async function downloadText(access: ServerAccess, path: string, signal: AbortSignal): Promise<string> {
  const bytes = await bytesOf(await get(access, path, signal), longestTextBytes);
  if (bytes === undefined) throw new CommandError(exitCodes.tryAgain, 'an answer longer than any of Weir');
  return bytes.toString('utf8');
}

const longestTextBytes = 64 * 1_048_576;

async function get(access: ServerAccess, path: string, signal: AbortSignal): Promise<IncomingMessage> {
  const { url, ca, token } = access;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const sent = request(
      new URL(path, url),
      {
        headers: { authorization: `Bearer ${token}` },
        timeout: silenceMs,
        signal,
        ...(ca === undefined ? {} : { ca }),
      },
      resolve,
    );
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.on('error', (cause) => reject(unreachable(access, cause)));
    sent.end();
  });
  const status = response.statusCode ?? 0;
  if (status === 200) return response;
  const bytes = await bytesOf(response, longestProblemBytes);
  throw refusedByApi(access, { status, body: parsed(bytes) });
}

async function bytesOf(response: IncomingMessage, most: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > most) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parsed(bytes: Buffer | undefined): unknown {
  try {
    return bytes === undefined ? undefined : JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
