import type { LineCounter } from 'yaml';

/** A place in a text, both counted from 1; columns in characters. */
export type Place = { readonly line: number; readonly column: number };

/** Of offsets in characters. A text of one line has no line break to count by. */
export const placeOf =
  (lines: LineCounter) =>
  (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return line === 0 ? { line: 1, column: offset + 1 } : { line, column: col };
  };
