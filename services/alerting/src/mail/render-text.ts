import type { Block, MailDocument } from './mail-document.ts';

/** The document as plain text: headings in capitals, facts in aligned columns. */
export function renderText({ headline, severity, sections, footer }: MailDocument): string {
  const body = sections.map(({ title, blocks }) =>
    [title.toUpperCase(), ...blocks.map(renderBlock)].join('\n\n'),
  );
  return `${[`${severity.toUpperCase()}: ${headline}`, ...body, `-- \n${footer}`].join('\n\n')}\n`;
}

function renderBlock(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return block.text;
    case 'list':
      return block.items.map((item) => `- ${item}`).join('\n');
    case 'facts':
      return columns(block.rows.map(([label, value]) => [`${label}:`, value]));
    case 'commands':
      return columns(block.rows);
  }
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`).join('\n');
}
