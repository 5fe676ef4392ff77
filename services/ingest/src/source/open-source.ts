import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { addAbortSignal, pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { SourceError } from './source-error.ts';

/** An input that is open: a file or standard input, unpacked when it is gzip. */
export type Source = {
  /** Size of the input as it is stored, or null where nobody knows it. */
  readonly bytesTotal: number | null;
  /** The first bytes of a file, up to 64 KB, as they are stored; null for standard input, which can't be read twice. */
  readonly head: Buffer | null;
  /** The unpacked bytes, once. Throws SourceError where the packing is broken. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** How many stored bytes have been read so far. */
  readonly bytesRead: () => number;
};

const headBytes = 65_536;

/** Small enough that checking the records of one chunk doesn't hold up the sending of earlier ones. */
const chunkBytes = 16_384;

const gzipMagic = Buffer.from([0x1f, 0x8b]);

export type OpenSource = (path: string, stdin: Readable, signal: AbortSignal) => Promise<Source>;

/**
 * Opens the file at `path`, or standard input for "-". Throws SourceError where
 * there is nothing to read. Once `signal` aborts the chunks end as if the input did.
 */
export const openSource: OpenSource = (path, stdin, signal) =>
  path === '-' ? openStdin(stdin, signal) : openFile(path, signal);

async function openFile(path: string, signal: AbortSignal): Promise<Source> {
  const { head, bytesTotal } = await readHead(path);
  const packed = head.subarray(0, 2).equals(gzipMagic);
  if (path.endsWith('.gz') && !packed && bytesTotal > 0) {
    throw new SourceError(65, 'INPUT_FILE ends in .gz and is not gzip');
  }
  const stored = countBytes(createReadStream(path, { highWaterMark: chunkBytes }), signal);
  return { bytesTotal, head, chunks: unpack(stored.chunks, packed, signal), bytesRead: stored.bytesRead };
}

async function readHead(path: string): Promise<{ readonly head: Buffer; readonly bytesTotal: number }> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw new SourceError(66, `INPUT_FILE can't be opened (${error.code ?? 'unknown'})`, { cause: error });
  });
  try {
    const found = await file.stat();
    if (!found.isFile())
      throw new SourceError(66, 'INPUT_FILE is not a regular file; "-" reads standard input');
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return { head: buffer.subarray(0, bytesRead), bytesTotal: found.size };
  } finally {
    await file.close();
  }
}

async function openStdin(stdin: Readable, signal: AbortSignal): Promise<Source> {
  const stored = countBytes(stdin, signal);
  const iterator = stored.chunks[Symbol.asyncIterator]();
  let beginning = Buffer.alloc(0);
  // A pipe may bring a single byte first, which doesn't tell gzip from text.
  while (beginning.length < gzipMagic.length) {
    const next = await iterator.next();
    if (next.done === true) break;
    beginning = Buffer.concat([beginning, next.value]);
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    try {
      if (beginning.length > 0) yield beginning;
      yield* { [Symbol.asyncIterator]: () => iterator };
    } finally {
      stdin.destroy();
    }
  }
  const packed = beginning.subarray(0, 2).equals(gzipMagic);
  return {
    bytesTotal: null,
    head: null,
    chunks: unpack(whole(), packed, signal),
    bytesRead: stored.bytesRead,
  };
}

function countBytes(
  stream: Readable,
  signal: AbortSignal,
): {
  readonly chunks: AsyncGenerator<Uint8Array>;
  readonly bytesRead: () => number;
} {
  let bytesRead = 0;
  addAbortSignal(signal, stream);
  async function* counted(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of stream as AsyncIterable<Uint8Array>) {
        bytesRead += chunk.length;
        yield chunk;
      }
    } catch (error) {
      if (signal.aborted) return;
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
      throw new SourceError(66, `the input can't be read on (${code})`, { cause: error });
    }
  }
  return { chunks: counted(), bytesRead: () => bytesRead };
}

async function* unpack(
  stored: AsyncIterable<Uint8Array>,
  packed: boolean,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if (!packed) {
    yield* stored;
    return;
  }
  const gunzip = createGunzip({ chunkSize: chunkBytes });
  // Its error reaches the loop below through gunzip, which pipeline destroys with it.
  pipeline(Readable.from(stored, { objectMode: false }), gunzip, () => undefined);
  try {
    for await (const chunk of gunzip as AsyncIterable<Uint8Array>) yield chunk;
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof SourceError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new SourceError(65, `the input begins as gzip and can't be unpacked to its end (${code})`, {
      cause: error,
    });
  }
}
