import type { AcceptableTransaction, Rejection } from '@weir/contracts';
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

/** What a record says, or why it is refused. `eventTimeMs` is the time it goes by. */
export type ReadRecord<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly rejections: readonly [Rejection, ...Rejection[]] };

/** What a record holds once it is parsed, checked against its contract. Never throws. */
export type CheckRecord<Value> = (json: unknown, nowMs: number) => ReadRecord<Value>;

/** How an input is cut into records and how one of them is read. */
export type SourceFormat<Value = AcceptableTransaction> = {
  /** Blank lines are no records. Throws SourceError for a fault of the whole input. */
  records(lines: AsyncIterable<readonly Line[]>): AsyncIterable<readonly SourceRecord[]>;
  /** Reads a record that is not oversized. Never throws: what is wrong with it is a value. */
  read(bytes: Buffer, nowMs: number): ReadRecord<Value>;
  /** The header of a table, once a record of it was cut; null where the input has none. */
  columns(): readonly string[] | null;
};

export const recordOfLine = (line: Line): SourceRecord => ({
  line: line.number,
  endLine: line.number,
  bytes: line.bytes,
  oversized: line.oversized,
});
