import type { RejectionCode } from '@weir/contracts';
import { createListBuilder, prefixBytes } from '@weir/lists';
import { frameLines } from '../source/frame-lines.ts';
import { SourceError } from '../source/source-error.ts';
import { createEntryReader, type EntryOptions } from './entry-of.ts';
import { headerIn, plainLine, type ReadLine } from './list-lines.ts';
import type { Refusals } from './refusals-file.ts';
import type { Line } from '../source/frame-lines.ts';

/** What was wrong with so many lines, and the first of them. */
export type RefusedLines = {
  readonly code: RejectionCode;
  readonly count: number;
  readonly firstLines: readonly number[];
};

/** How far reading is. Blank lines and the header are no lines. */
export type ListCounts = {
  readonly lines: number;
  readonly bad: number;
  /** Entries that had expired already, which are left out. */
  readonly expired: number;
};

export type ListFile = {
  readonly counts: () => ListCounts;
  readonly refused: () => readonly RefusedLines[];
  /**
   * The entries as the bytes of a list; undefined where the signal aborted before the end. Throws SourceError
   * for a fault of the whole input, and WeirError `config_invalid` for more entries than a list may have.
   */
  readonly read: () => Promise<Uint8Array | undefined>;
};

/** An account and a date are far shorter. */
const maxLineBytes = 4_096;
const maxFirstLines = 5;

/**
 * Reads the file of a list line by line: memory is ten bytes for each entry, however long the file is. A bad
 * line is counted, told by its number and a code, and the reading goes on.
 */
export function createListFile(options: {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly entry: EntryOptions;
  readonly nowMs: number;
  readonly refusals: Refusals;
  readonly signal: AbortSignal;
}): ListFile {
  const { entry, nowMs, signal } = options;
  const readEntry = createEntryReader(entry);
  const builder = createListBuilder(entry.of);
  const counts = { lines: 0, bad: 0, expired: 0 };
  const refused = new Map<RejectionCode, { count: number; firstLines: number[] }>();
  const hmac = Buffer.alloc(16);
  const prefix = hmac.subarray(0, prefixBytes);
  let readLine: ((line: Line) => ReadLine) | undefined;

  /** The code of what is wrong with it. */
  function take(cells: ReadLine): RejectionCode | undefined {
    const read = typeof cells === 'string' ? { ok: false as const, code: cells } : readEntry(cells);
    if (!read.ok) return read.code;
    if (read.expiresAtMs <= nowMs) {
      counts.expired += 1;
      return undefined;
    }
    hmac.write(read.pseudonym.slice(read.pseudonym.indexOf('_') + 1), 'base64url');
    builder.add(prefix, read.expiresAtMs);
    return undefined;
  }

  async function refuse(line: number, code: RejectionCode): Promise<void> {
    counts.bad += 1;
    const known = refused.get(code) ?? { count: 0, firstLines: [] };
    refused.set(code, known);
    known.count += 1;
    if (known.firstLines.length < maxFirstLines) known.firstLines.push(line);
    await options.refusals.write(line, code);
  }

  async function readAll(): Promise<void> {
    for await (const lines of frameLines(options.chunks, maxLineBytes)) {
      for (const line of lines) {
        if (line.oversized === null && line.bytes.length === 0) continue;
        if (readLine === undefined) {
          const table = headerIn(line);
          readLine = table ?? plainLine;
          if (table !== undefined) continue;
        }
        counts.lines += 1;
        const code = take(readLine(line));
        if (code !== undefined) await refuse(line.number, code);
      }
    }
  }

  return {
    counts: () => ({ ...counts }),
    refused: () => [...refused].map(([code, { count, firstLines }]) => ({ code, count, firstLines })),
    async read() {
      try {
        await readAll();
      } finally {
        await options.refusals.close();
      }
      if (signal.aborted) return undefined;
      if (counts.lines === 0) throw new SourceError(65, 'the input holds no entry, so nothing is changed');
      return builder.build();
    },
  };
}
