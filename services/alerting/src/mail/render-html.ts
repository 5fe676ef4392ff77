import type { Severity } from '@weir/contracts';
import type { Block, MailDocument } from './mail-document.ts';

/** White on each of them has a contrast above 4.5:1 (WCAG 2.2, 1.4.3). */
const badgeColours: Readonly<Record<Severity, string>> = {
  low: '#4a5568',
  medium: '#8a5a00',
  high: '#b3341e',
  critical: '#8b0a1a',
};

const font = 'font:16px/1.5 system-ui,-apple-system,Segoe UI,Roboto,sans-serif';
const mono = 'font-family:ui-monospace,Menlo,Consolas,monospace;font-size:14px';

/**
 * The document as HTML. All styles stand at their elements, because mail
 * programs drop style sheets; nothing is loaded from anywhere. But for the badge
 * it sets no colours, so that a dark mode needs nothing but to be allowed.
 */
export function renderHtml({ subject, headline, severity, sections, footer }: MailDocument): string {
  const badge = `<span style="display:inline-block;padding:2px 10px;border-radius:4px;background:${badgeColours[severity]};color:#ffffff;font-weight:600;font-size:14px">${escapeHtml(severity.toUpperCase())}</span>`;
  const body = sections.map(
    ({ title, blocks }) =>
      `<h2 style="font-size:17px;margin:28px 0 8px">${escapeHtml(title)}</h2>\n${blocks.map(renderBlock).join('\n')}`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(subject)}</title>
</head>
<body style="margin:0;padding:16px;color-scheme:light dark;${font}">
<div style="max-width:600px;margin:0 auto;overflow-wrap:anywhere">
<p style="margin:0 0 8px">${badge}</p>
<h1 style="font-size:21px;line-height:1.3;margin:0">${escapeHtml(headline)}</h1>
${body.join('\n')}
<p style="margin:28px 0 0;padding-top:12px;border-top:1px solid #888888;font-size:14px">${escapeHtml(footer)}</p>
</div>
</body>
</html>
`;
}

function renderBlock(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return `<p style="margin:0 0 10px">${escapeHtml(block.text)}</p>`;
    case 'list':
      return `<ul style="margin:0 0 10px;padding-left:20px">${block.items
        .map((item) => `<li style="margin:0 0 6px">${escapeHtml(item)}</li>`)
        .join('')}</ul>`;
    case 'facts':
      return `<table style="width:100%;border-collapse:collapse;margin:0 0 10px">${block.rows
        .map(
          ([label, value]) =>
            `<tr><th scope="row" style="width:1%;white-space:nowrap;text-align:left;vertical-align:top;font-weight:600;padding:3px 12px 3px 0">${escapeHtml(label)}</th><td style="vertical-align:top;padding:3px 0">${escapeHtml(value)}</td></tr>`,
        )
        .join('')}</table>`;
    case 'commands':
      return block.rows
        .map(
          ([command, purpose]) =>
            `<p style="margin:0 0 8px"><code style="${mono}">${escapeHtml(command)}</code><br>${escapeHtml(purpose)}</p>`,
        )
        .join('\n');
  }
}

/** Makes text safe as the content of an element and inside a double-quoted attribute. */
function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
