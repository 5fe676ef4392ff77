import type { Severity } from '@weir/contracts';
import { chartHeight, chartWidth } from './chart/chart-svg.ts';
import { escapeMarkup } from './escape-markup.ts';
import type { AlertBlock, Block, MailDocument } from './mail-document.ts';

/** White on each of them has a contrast above 4.5:1 (WCAG 2.2, 1.4.3). */
const badgeColours: Readonly<Record<Severity, string>> = {
  low: '#4a5568',
  medium: '#8a5a00',
  high: '#b3341e',
  critical: '#8b0a1a',
};
const labelColour = '#2f4a6b';

const font = 'font:16px/1.45 system-ui,-apple-system,Segoe UI,Roboto,sans-serif';
const mono = 'font-family:ui-monospace,Menlo,Consolas,monospace;font-size:14px;font-weight:600';

/**
 * The document as HTML. All styles stand at their elements, because mail
 * programs drop style sheets; nothing is loaded from anywhere but the chart, which
 * comes with the mail (`chartCid`; undefined where it doesn't). But for badges
 * it sets no colours, so that a dark mode needs nothing but to be allowed.
 */
export function renderHtml(document: MailDocument, chartCid: string | undefined): string {
  const { subject, headline, severity, label, standing, lead, sections, footer } = document;
  const badges = [
    ...(severity === undefined ? [] : [badge(severity, filled(badgeColours[severity]))]),
    ...(label === undefined ? [] : [badge(label, filled(labelColour))]),
    ...(standing === undefined ? [] : [badge(standing, 'border:1px solid')]),
  ];
  const body = sections.map(
    ({ title, blocks, isFine }) =>
      `<h2 style="font-size:13px;letter-spacing:.06em;text-transform:uppercase;margin:16px 0 6px;padding-top:10px;border-top:1px solid #999999">${escapeMarkup(title)}</h2>
<div${isFine === true ? ' style="font-size:14px"' : ''}>${blocks.map((block) => renderBlock(block, chartCid)).join('\n')}</div>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeMarkup(subject)}</title>
</head>
<body style="margin:0;padding:16px;color-scheme:light dark;${font}">
<div style="max-width:600px;margin:0 auto;overflow-wrap:anywhere" lang="en">
<p style="margin:0 0 6px">${badges.join(' ')}</p>
<h1 style="font-size:20px;line-height:1.3;margin:0">${escapeMarkup(unbroken(headline))}</h1>
${lead === undefined ? '' : `<p style="margin:8px 0 0">${escapeMarkup(lead)}</p>`}
${body.join('\n')}
<p style="margin:20px 0 0;padding-top:12px;border-top:1px solid #999999;font-size:13px;line-height:1.4">${escapeMarkup(footer)}</p>
</div>
</body>
</html>
`;
}

const filled = (colour: string): string => `border:1px solid ${colour};background:${colour};color:#ffffff`;

const badge = (words: string, style: string): string =>
  `<span style="display:inline-block;margin:0 0 4px;padding:1px 9px;border-radius:4px;font-weight:600;font-size:13px;${style}">${escapeMarkup(words.toUpperCase())}</span>`;

/** More letters than this don't fit a phone's line, so they may be broken. */
const mostUnbroken = 30;

/** An option is not broken at its hyphens, or it could not be read. */
const unbrokenWord = (word: string): string =>
  word.length > mostUnbroken
    ? escapeMarkup(word)
    : `<span style="white-space:nowrap">${escapeMarkup(word)}</span>`;

/** An account is not broken where it is masked. */
const unbroken = (headline: string): string => headline.replaceAll(/• (?=[•\d])/g, '•\u00a0');

function renderBlock(block: Block, chartCid: string | undefined): string {
  switch (block.kind) {
    case 'paragraph':
      return paragraph(block.text);
    case 'list':
      return `<ul style="margin:0 0 8px;padding-left:18px">${block.items
        .map((item) => `<li style="margin:0 0 4px">${escapeMarkup(item)}</li>`)
        .join('')}</ul>`;
    case 'facts':
      return `<table style="width:100%;font-size:inherit;border-collapse:collapse;margin:0 0 8px">${block.rows
        .map(
          ([label, value]) =>
            `<tr><th scope="row" style="width:1%;white-space:nowrap;text-align:left;vertical-align:top;font-weight:600;padding:2px 12px 2px 0">${escapeMarkup(label)}</th><td style="vertical-align:top;padding:2px 0">${escapeMarkup(value)}</td></tr>`,
        )
        .join('')}</table>`;
    case 'commands':
      return block.rows
        .map(
          ([command, purpose]) =>
            `<p style="margin:0 0 6px"><code style="${mono}">${command.split(' ').map(unbrokenWord).join(' ')}</code><br><span style="font-size:15px">${escapeMarkup(purpose)}</span></p>`,
        )
        .join('\n');
    case 'alerts':
      return `<ol style="margin:0;padding:0;list-style:none">${block.alerts.map(alertItem).join('\n')}</ol>`;
    case 'chart':
      return chartCid === undefined
        ? paragraph(block.chart.words)
        : `<img src="cid:${chartCid}" width="${chartWidth}" height="${chartHeight}" alt="${escapeMarkup(block.chart.words)}" style="display:block;width:100%;max-width:${chartWidth}px;height:auto;border:0;border-radius:8px">`;
  }
}

const paragraph = (text: string): string => `<p style="margin:0 0 6px">${escapeMarkup(text)}</p>`;

const alertItem = ({ severity, headline, lines }: AlertBlock): string =>
  `<li style="margin:0 0 14px;padding-left:12px;border-left:4px solid ${badgeColours[severity]}"><p style="margin:0;font-weight:600">${escapeMarkup(unbroken(`${severity.toUpperCase()}: ${headline}`))}</p>${lines
    .map((line) => `<p style="margin:2px 0 0;font-size:14px">${escapeMarkup(line)}</p>`)
    .join('')}</li>`;
