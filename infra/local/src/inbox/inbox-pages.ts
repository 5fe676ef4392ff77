import type { KeptMail } from './mail-store.ts';

const style = `
  :root { color-scheme: light dark; }
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
  h1 { font-size: 1.25rem; } table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #8884; vertical-align: top; }
  th { font-weight: 600; } td.time { white-space: nowrap; font-variant-numeric: tabular-nums; }
  iframe { width: 100%; height: 36rem; border: 1px solid #8886; background: #fff; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; } .note { opacity: .75; }
`;

/** Makes text safe as HTML content and as a double-quoted attribute. */
function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** The list of mails, newest first. It asks for itself again every five seconds. */
export function listPage(mails: readonly KeptMail[]): string {
  const rows = mails.map(
    (mail) => `<tr>
      <td class="time"><time datetime="${mail.receivedAt}">${shortTime(mail.receivedAt)}</time></td>
      <td><a href="/mails/${mail.id}">${escapeHtml(mail.subject === '' ? '(no subject)' : mail.subject)}</a></td>
      <td>${escapeHtml(mail.to.join(', '))}</td>
      <td>${mail.deliveries}</td></tr>`,
  );
  const table =
    rows.length === 0
      ? '<p>No mail yet.</p>'
      : `<table><thead><tr><th>Received (UTC)</th><th>Subject</th><th>To</th><th>Deliveries</th></tr></thead>
        <tbody>${rows.join('')}</tbody></table>`;
  return page(
    'Inbox',
    `<h1>Inbox</h1><p class="note">Development only: mails that Weir sent on this machine. Nothing left it.</p>${table}`,
    '<meta http-equiv="refresh" content="5">',
  );
}

/** One mail: its HTML in a frame that may do nothing, its text, its headers. */
export function mailPage(mail: KeptMail): string {
  const html =
    mail.html === ''
      ? ''
      : `<h2>Message</h2><iframe sandbox title="The mail as HTML" src="/mails/${mail.id}/html"></iframe>`;
  const headers = mail.headers
    .map(({ name, value }) => `<tr><th>${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`)
    .join('');
  return page(
    mail.subject,
    `<p><a href="/">All mails</a></p><h1>${escapeHtml(mail.subject === '' ? '(no subject)' : mail.subject)}</h1>
    <p class="note">Received ${shortTime(mail.receivedAt)} UTC by ${escapeHtml(mail.to.join(', '))};
    ${mail.deliveries === 1 ? 'delivered once' : `delivered ${mail.deliveries} times, kept once`}.</p>
    ${html}<h2>Text</h2><pre>${escapeHtml(mail.text)}</pre><h2>Headers</h2><table>${headers}</table>`,
  );
}

function shortTime(iso: string): string {
  return escapeHtml(iso.slice(0, 19).replace('T', ' '));
}

function page(title: string, body: string, head = ''): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">${head}
    <title>${escapeHtml(title)}</title><style>${style}</style></head><body>${body}</body></html>`;
}
