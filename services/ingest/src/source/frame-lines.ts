import { createHash, type Hash } from 'node:crypto';

/** A line of the input without its LF or CRLF. */
export type Line = {
  /** Counted from 1; blank lines count too. */
  readonly number: number;
  /** The whole line, or the first `maxLineBytes` of an oversized one. */
  readonly bytes: Buffer;
  /** Of a line beyond the bound: how long it is and what it is, so that its beginning can stand for it. */
  readonly oversized: { readonly totalBytes: number; readonly sha256: string } | null;
};

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Cuts chunks of bytes into lines, one array per chunk. At most `maxLineBytes`
 * and a chunk are held in memory, however long a line is. A byte order mark
 * before the first line is dropped; the last line needs no line feed.
 */
export async function* frameLines(
  chunks: AsyncIterable<Uint8Array>,
  maxLineBytes: number,
): AsyncGenerator<readonly Line[]> {
  const framer = createFramer(maxLineBytes);
  for await (const chunk of chunks) {
    const lines = framer.accept(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    if (lines.length > 0) yield lines;
  }
  const last = framer.end();
  if (last !== undefined) yield [last];
}

type Framer = { accept(chunk: Buffer): readonly Line[]; end(): Line | undefined };

function createFramer(maxLineBytes: number): Framer {
  let lineNumber = 0;
  let unfinished = createUnfinishedLine(maxLineBytes);

  function finish(): Line {
    lineNumber += 1;
    const line = unfinished.finish(lineNumber);
    unfinished = createUnfinishedLine(maxLineBytes);
    return line;
  }

  return {
    accept(chunk) {
      const lines: Line[] = [];
      let from = 0;
      for (let at = chunk.indexOf(lineFeed); at !== -1; at = chunk.indexOf(lineFeed, from)) {
        unfinished.add(chunk.subarray(from, at));
        lines.push(finish());
        from = at + 1;
      }
      unfinished.add(chunk.subarray(from));
      return lines;
    },
    end: () => (unfinished.isEmpty() ? undefined : finish()),
  };
}

/**
 * The line being read. It keeps a byte more than the bound for the carriage
 * return that may follow, and begins to hash only once that is exceeded.
 */
function createUnfinishedLine(maxLineBytes: number) {
  const keepBytes = maxLineBytes + 1 + byteOrderMark.length;
  const parts: Buffer[] = [];
  let keptBytes = 0;
  let totalBytes = 0;
  let hash: Hash | undefined;

  return {
    isEmpty: () => totalBytes === 0,
    add(part: Buffer): void {
      if (part.length === 0) return;
      const kept = part.subarray(0, keepBytes - keptBytes);
      if (kept.length > 0) parts.push(kept);
      keptBytes += kept.length;
      totalBytes += part.length;
      if (totalBytes <= keepBytes) return;
      if (hash === undefined) {
        hash = createHash('sha256');
        for (const earlier of parts) hash.update(earlier);
        hash.update(part.subarray(kept.length));
      } else {
        hash.update(part);
      }
    },
    finish(number: number): Line {
      const [only = Buffer.alloc(0)] = parts;
      const kept = parts.length > 1 ? Buffer.concat(parts) : only;
      if (hash !== undefined) {
        const oversized = { totalBytes, sha256: hash.digest('hex') };
        return { number, bytes: kept.subarray(0, maxLineBytes), oversized };
      }
      const bytes = withoutMarks(kept, number);
      if (bytes.length <= maxLineBytes) return { number, bytes, oversized: null };
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return {
        number,
        bytes: bytes.subarray(0, maxLineBytes),
        oversized: { totalBytes: bytes.length, sha256 },
      };
    },
  };
}

function withoutMarks(line: Buffer, number: number): Buffer {
  const from =
    number === 1 && line.subarray(0, byteOrderMark.length).equals(byteOrderMark) ? byteOrderMark.length : 0;
  const to = line.at(-1) === carriageReturn ? line.length - 1 : line.length;
  return line.subarray(Math.min(from, to), to);
}
