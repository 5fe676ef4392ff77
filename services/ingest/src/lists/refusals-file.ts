import { createWriteStream, type WriteStream } from 'node:fs';
import { lstat, open, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { WeirError, type RejectionCode } from '@weir/contracts';

/** More than anybody looks through; further ones are only counted. */
const maxRefusals = 1_000_000;

/** Takes what was wrong with the lines of an input: the number of a line and a code, and nothing of what it says. */
export type Refusals = {
  /** Resolves when more may come. */
  write(line: number, code: RejectionCode): Promise<void>;
  close(): Promise<void>;
};

export const noRefusals: Refusals = { write: async () => undefined, close: async () => undefined };

const header = 'line,code\n';

/**
 * Writes them as CSV. The file is only there where something was refused; what an earlier import wrote goes.
 * Throws WeirError `config_invalid` where it can't be written, or would take the place of another file.
 */
export async function openRefusals(path: string): Promise<Refusals> {
  let stream: WriteStream | undefined;
  let written = 0;
  const failed = (error: unknown): never => {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new WeirError('config_invalid', `REFUSALS_FILE can't be written (${code})`, { cause: error });
  };
  const head = await headOf(path).catch(failed);
  if (head !== undefined && !header.startsWith(head))
    throw new WeirError('config_invalid', 'REFUSALS_FILE names what is there already and no import wrote');
  await rm(path, { force: true }).catch(failed);
  return {
    async write(line, code) {
      if (written >= maxRefusals) return;
      if (stream === undefined) {
        stream = createWriteStream(path, { flags: 'wx', mode: 0o600 });
        await once(stream, 'open').catch(failed);
        stream.write(header);
      }
      written += 1;
      if (!stream.write(`${line},${code}\n`)) await once(stream, 'drain').catch(failed);
    },
    async close() {
      if (stream === undefined) return;
      stream.end();
      await finished(stream).catch(failed);
    },
  };
}

/** As much of a file as a header is long; undefined where there is none. What is no file has none of ours either. */
async function headOf(path: string): Promise<string | undefined> {
  const found = await lstat(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) return undefined;
  if (!found.isFile()) return 'no file';
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(header.length), 0, header.length, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}
