import type { Scalar } from 'yaml';

const blank = /\s/;

/**
 * Where the character at `offset` of a text stands in the YAML it was read from. YAML folds lines, indents
 * them and writes some quotes with two characters, but leaves every character that is no blank in its
 * order: as many of them lie before it there as here. Behind an escape such as \u0020 it may be off.
 */
export function offsetInSource(source: string, { value, type, range }: Scalar, offset: number): number {
  if (!range) return 0;
  const text = String(value);
  let left = 0;
  for (const character of text.slice(0, offset)) if (!blank.test(character)) left += 1;
  const [start, end] = range;
  const escape = type === 'QUOTE_SINGLE' ? "''" : type === 'QUOTE_DOUBLE' ? '\\' : undefined;
  let at = startOfText(source, start, type);
  for (; at < end; at += 1) {
    if (blank.test(source.charAt(at))) continue;
    if (left === 0) break;
    left -= 1;
    if (escape !== undefined && source.startsWith(escape, at)) at += 1;
  }
  return Math.max(start, Math.min(at, end - 1));
}

function startOfText(source: string, start: number, type: Scalar['type']): number {
  if (type === 'BLOCK_FOLDED' || type === 'BLOCK_LITERAL') return source.indexOf('\n', start) + 1;
  return type === 'QUOTE_SINGLE' || type === 'QUOTE_DOUBLE' ? start + 1 : start;
}
