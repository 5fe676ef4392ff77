import type { ReadOutcome } from '@weir/contracts';
import type { Line } from './frame-lines.ts';

/** One record of the input, not yet read. */
export type SourceRecord = {
  /** The line it begins on, counted from 1. */
  readonly line: number;
  /** The line it ends on: a quoted CSV field may hold line feeds. */
  readonly endLine: number;
  readonly bytes: Buffer;
  readonly oversized: Line['oversized'];
};

/** How an input is cut into records and how one of them is read. */
export type SourceFormat = {
  /** Blank lines are no records. Throws SourceError for a fault of the whole input. */
  records(lines: AsyncIterable<readonly Line[]>): AsyncIterable<readonly SourceRecord[]>;
  /** Reads a record that is not oversized. Never throws: what is wrong with it is a value. */
  read(bytes: Buffer, nowMs: number): ReadOutcome;
};

export const recordOfLine = (line: Line): SourceRecord => ({
  line: line.number,
  endLine: line.number,
  bytes: line.bytes,
  oversized: line.oversized,
});
