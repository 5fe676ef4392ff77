import type { KeptMail } from './mail-store.ts';
import { threadsOf } from './mail-threads.ts';
import type { MailThread } from './mail-threads.ts';

const style = `
  :root { color-scheme: light dark; }
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 1.5rem auto; padding: 0 1rem; }
  h1 { font-size: 1.2rem; margin: .5rem 0; overflow-wrap: anywhere; } .note { opacity: .8; margin: .5rem 0; }
  ol { list-style: none; margin: 1rem 0; padding: 0; } ol ol { margin: 0; padding-left: 1rem; border-left: 3px solid #8886; }
  li { padding: .45rem 0; overflow-wrap: anywhere; } ol.threads > li { border-top: 1px solid #8886; }
  li li { padding: .15rem 0; } time, .count { font-variant-numeric: tabular-nums; opacity: .8; white-space: nowrap; }
  a.newest { font-weight: 600; } nav a { display: inline-block; padding: .3rem .9rem .3rem 0; }
  nav a[aria-current] { font-weight: 700; text-decoration: none; color: inherit; }
  iframe { box-sizing: border-box; width: 100%; height: calc(100vh - 13rem); min-height: 28rem; border: 1px solid #8886; background: Canvas; }
  iframe.light { color-scheme: light; } iframe.dark { color-scheme: dark; }
  table { border-collapse: collapse; } th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; overflow-wrap: anywhere; }
  th { white-space: nowrap; } pre { white-space: pre-wrap; overflow-wrap: anywhere; }
`;

/** How a mail is looked at: as the browser likes it, in light or in dark, as text, or its headers. */
const views = { html: 'Mail', light: 'Light', dark: 'Dark', text: 'Text', headers: 'Headers' } as const;
export type View = keyof typeof views;

/** The view a request asks for; of anything else the mail itself. */
export const readView = (asked: string | null | undefined): View =>
  typeof asked === 'string' && Object.hasOwn(views, asked) ? (asked as View) : 'html';

/** Makes text safe as HTML content and as a double-quoted attribute. */
function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** The mails as threads, the newest first. It asks for itself again every five seconds. */
export function listPage(mails: readonly KeptMail[]): string {
  const threads = threadsOf(mails);
  const list =
    threads.length === 0
      ? '<p>No mail yet.</p>'
      : `<ol class="threads">${threads.map(threadItem).join('')}</ol>`;
  return page(
    'Inbox',
    `<h1>Inbox</h1><p class="note">Development only: mails that Weir sent on this machine. Nothing left it. Times are UTC.</p>${list}`,
    '<meta http-equiv="refresh" content="5">',
  );
}

/** More mails of one thread than this are counted. */
const mostOfThread = 10;

function threadItem({ mails }: MailThread): string {
  const [newest, ...earlier] = mails;
  if (newest === undefined) return '';
  const left = earlier.length - mostOfThread;
  const below = earlier.slice(0, mostOfThread).map((mail) => `<li>${mailLine(mail)}</li>`);
  if (left > 0) below.push(`<li class="count">and ${left} earlier</li>`);
  return `<li>${mailLine(newest, ' class="newest"')}${below.length === 0 ? '' : `<ol>${below.join('')}</ol>`}</li>`;
}

const mailLine = (mail: KeptMail, attributes = ''): string =>
  `<time datetime="${escapeHtml(mail.receivedAt)}">${shortTime(mail.receivedAt)}</time>
   <a${attributes} href="/mails/${mail.id}">${subjectOf(mail)}</a>
   <span class="count">to ${escapeHtml(mail.to.join(', '))}${mail.deliveries === 1 ? '' : `, delivered ${mail.deliveries} times`}</span>`;

const subjectOf = ({ subject }: KeptMail): string => escapeHtml(subject === '' ? '(no subject)' : subject);

/** One mail: its HTML in a frame that may do nothing, or its text, or its headers; and the others of its thread. */
export function mailPage(mail: KeptMail, thread: readonly KeptMail[], view: View): string {
  const links = Object.entries(views).map(
    ([name, title]) =>
      `<a href="/mails/${mail.id}?view=${name}"${name === view ? ' aria-current="page"' : ''}>${title}</a>`,
  );
  const others = thread.filter(({ id }) => id !== mail.id);
  const conversation =
    others.length === 0
      ? ''
      : `<h2>In this thread</h2><ol>${others.map((one) => `<li>${mailLine(one)}</li>`).join('')}</ol>`;
  return page(
    mail.subject,
    `<p><a href="/">All mails</a></p><h1>${subjectOf(mail)}</h1>
    <p class="note">Received ${shortTime(mail.receivedAt)} UTC by ${escapeHtml(mail.to.join(', '))};
    ${mail.deliveries === 1 ? 'delivered once' : `delivered ${mail.deliveries} times, kept once`}.</p>
    <nav aria-label="Views of the mail">${links.join('')}</nav>${content(mail, view)}${conversation}`,
  );
}

function content(mail: KeptMail, view: View): string {
  if (view === 'headers') {
    const rows = mail.headers.map(
      ({ name, value }) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
    );
    return `<table>${rows.join('')}</table>`;
  }
  if (view === 'text' || mail.html === '') return `<pre>${escapeHtml(mail.text)}</pre>`;
  return `<iframe sandbox class="${view}" title="The mail as HTML" src="/mails/${mail.id}/html"></iframe>`;
}

function shortTime(iso: string): string {
  return escapeHtml(iso.slice(0, 19).replace('T', ' '));
}

function page(title: string, body: string, head = ''): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">${head}
    <title>${escapeHtml(title)}</title><style>${style}</style></head><body>${body}</body></html>`;
}
