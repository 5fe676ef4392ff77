import type { Line } from './frame-lines.ts';
import { recordOfLine, type SourceRecord } from './source-format.ts';

/** Lines one CSV record may span. A quote that is never closed costs its own line, not the rest of the file. */
const maxLinesPerRecord = 50;

const quote = 0x22;

/**
 * True where a line that begins inside or outside of a quoted field ends inside
 * one (RFC 4180: a quote opens a field only at its beginning, two are one).
 */
function endsInsideQuotes(line: Buffer, beginsInside: boolean, delimiter: number): boolean {
  let inside = beginsInside;
  let at = 0;
  while (at <= line.length) {
    if (inside) {
      const closing = line.indexOf(quote, at);
      if (closing === -1) return true;
      const isEscape = line[closing + 1] === quote;
      inside = isEscape;
      at = closing + (isEscape ? 2 : 1);
    } else if (line[at] === quote && (at === 0 || line[at - 1] === delimiter)) {
      inside = true;
      at += 1;
    } else {
      const next = line.indexOf(delimiter, at);
      if (next === -1) return false;
      at = next + 1;
    }
  }
  return inside;
}

/** Joins the lines of records whose quoted fields hold line feeds. `end` gives what is left. */
export function createCsvJoiner(options: { readonly delimiter: number; readonly maxRecordBytes: number }): {
  accept(lines: readonly Line[]): SourceRecord[];
  end(): SourceRecord[];
} {
  const { delimiter, maxRecordBytes } = options;
  let pending: Line[] = [];
  let pendingBytes = 0;

  function join(line: Line, records: SourceRecord[]): void {
    if (line.oversized !== null) {
      giveUp(records);
      records.push(recordOfLine(line));
      return;
    }
    const opened = pending.length > 0;
    if (!opened && line.bytes.length === 0) return;
    pending.push(line);
    pendingBytes += line.bytes.length + 1;
    if (!endsInsideQuotes(line.bytes, opened, delimiter)) {
      records.push(joined(pending));
      pending = [];
      pendingBytes = 0;
    } else if (pending.length >= maxLinesPerRecord || pendingBytes > maxRecordBytes) {
      giveUpFirst(records);
    }
  }

  /** The first pending line stands alone, and those after it are looked at anew. */
  function giveUpFirst(records: SourceRecord[]): void {
    const [first, ...rest] = pending;
    pending = [];
    pendingBytes = 0;
    if (first === undefined) return;
    records.push(recordOfLine(first));
    for (const line of rest) join(line, records);
  }

  function giveUp(records: SourceRecord[]): void {
    while (pending.length > 0) giveUpFirst(records);
  }

  return {
    accept(lines) {
      const records: SourceRecord[] = [];
      for (const line of lines) join(line, records);
      return records;
    },
    end() {
      const records: SourceRecord[] = [];
      giveUp(records);
      return records;
    },
  };
}

function joined(lines: readonly Line[]): SourceRecord {
  const first = lines[0] as Line;
  const last = lines.at(-1) as Line;
  if (lines.length === 1) return recordOfLine(first);
  const parts = lines.flatMap((line, index) => (index === 0 ? [line.bytes] : [lineBreak, line.bytes]));
  return { line: first.number, endLine: last.number, bytes: Buffer.concat(parts), oversized: null };
}

const lineBreak = Buffer.from('\n');
