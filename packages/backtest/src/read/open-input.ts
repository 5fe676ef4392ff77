import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { BacktestError } from '../backtest-error.ts';

/** A file that is open: its unpacked bytes once, and how far it has been read. */
export type Input = {
  /** The size of the file as it is stored. */
  readonly bytesTotal: number;
  readonly bytes: Readable;
  /** How many stored bytes have been read so far. */
  readonly bytesRead: () => number;
};

const gzipMagic = Buffer.from([0x1f, 0x8b]);

/** Opens a file, unpacking it where it is gzip. Throws BacktestError (66) where there is none to read. */
export async function openInput(path: string): Promise<Input> {
  const { magic, bytesTotal } = await readBeginning(path);
  const stored = createReadStream(path, { highWaterMark: 262_144 });
  const bytesRead = (): number => stored.bytesRead;
  if (!magic.equals(gzipMagic)) return { bytesTotal, bytes: stored, bytesRead };
  const gunzip = createGunzip({ chunkSize: 262_144 });
  // An error of either reaches whoever reads gunzip, which pipeline destroys with it.
  pipeline(stored, gunzip, () => undefined);
  return { bytesTotal, bytes: gunzip, bytesRead };
}

async function readBeginning(path: string): Promise<{ readonly magic: Buffer; readonly bytesTotal: number }> {
  const file = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    throw new BacktestError(66, `the transactions can't be opened (${cause.code ?? 'unknown'})`, { cause });
  });
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new BacktestError(66, 'the transactions are not a regular file');
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return { magic: buffer.subarray(0, bytesRead), bytesTotal: found.size };
  } finally {
    await file.close();
  }
}

/** What is wrong with an input that broke off while it was read. */
export function readFailure(cause: unknown): BacktestError {
  if (cause instanceof BacktestError) return cause;
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
  return new BacktestError(65, `the transactions can't be read to their end (${code})`, { cause });
}
