import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@weir/local';

/** A fenced `sh` block of a page, and what the page shows of its output. */
export type PageBlock = {
  /** The last heading above it, without its marks. */
  readonly section: string;
  readonly line: number;
  readonly commands: string;
  /** The `text` block right behind it, if there is one. */
  readonly shown: readonly string[];
};

const fence = /^```(\w*)$/;

/** The commands that a page tells its reader to run, in its order. `page` is a path from the repository's root. */
export function readBlocks(page: string): readonly PageBlock[] {
  const blocks: PageBlock[] = [];
  let section = '';
  let open: { readonly kind: string; readonly line: number; readonly lines: string[] } | undefined;
  /** Only a text block with nothing but empty lines in between shows what the commands above it print. */
  let showsOutput = false;
  const lines = readFileSync(join(repositoryRoot, page), 'utf8').split('\n');
  for (const [index, text] of lines.entries()) {
    const mark = fence.exec(text);
    if (open === undefined && mark !== null) {
      open = { kind: mark[1] ?? '', line: index + 2, lines: [] };
    } else if (open !== undefined && text === '```') {
      const last = blocks.at(-1);
      if (open.kind === 'sh') {
        blocks.push({ section, line: open.line, commands: open.lines.join('\n'), shown: [] });
      } else if (open.kind === 'text' && showsOutput && last !== undefined) {
        blocks[blocks.length - 1] = { ...last, shown: open.lines };
      }
      showsOutput = open.kind === 'sh';
      open = undefined;
    } else if (open !== undefined) {
      open.lines.push(text);
    } else if (text !== '') {
      showsOutput = false;
      if (/^#+ /.test(text)) section = text.replace(/^#+ /, '');
    }
  }
  return blocks;
}

/**
 * The first line of those a page shows that the output doesn't have, in their order, or
 * undefined. `…` stands for whatever varies; a line of it alone for any lines; columns may be
 * wider or narrower than shown.
 */
export function firstMissing(shown: readonly string[], output: string): string | undefined {
  const printed = output.split('\n');
  let next = 0;
  for (const line of shown.filter((one) => one.trim() !== '' && one.trim() !== '…')) {
    const found = printed.findIndex((text, index) => index >= next && patternOf(line).test(text));
    if (found === -1) return line;
    next = found + 1;
  }
  return undefined;
}

function patternOf(line: string): RegExp {
  const pattern = line
    .trim()
    .replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll(/\s+/g, String.raw`\s+`)
    .replaceAll('…', '.*');
  return new RegExp(`^\\s*${pattern}\\s*$`);
}
