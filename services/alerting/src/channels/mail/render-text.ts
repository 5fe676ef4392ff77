import type { Block, MailDocument } from './mail-document.ts';

/** The document as plain text: headings in capitals, facts in aligned columns. */
export function renderText(document: MailDocument): string {
  const { headline, severity, label, standing, lead, sections, footer } = document;
  const body = sections.map(({ title, blocks }) =>
    [title.toUpperCase(), ...blocks.map(renderBlock)].join('\n\n'),
  );
  const begins = [severity, label, standing].filter((one) => one !== undefined);
  const opening = [`${begins.join(', ').toUpperCase()}: ${headline}`, ...(lead === undefined ? [] : [lead])];
  return `${[...opening, ...body, `-- \n${footer}`].join('\n\n')}\n`;
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
      return block.rows.map(([command, purpose]) => `  ${command}\n    ${purpose}`).join('\n');
    case 'alerts':
      return block.alerts
        .map(({ severity, headline, lines }) =>
          [`${severity.toUpperCase()}: ${headline}`, ...lines.map((line) => `  ${line}`)].join('\n'),
        )
        .join('\n\n');
    case 'chart':
      return block.chart.words;
  }
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`).join('\n');
}
