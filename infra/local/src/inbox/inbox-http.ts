import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { listPage, mailPage, readView } from './inbox-pages.ts';
import { mailsOfThread } from './mail-threads.ts';
import type { MailImage, MailStore } from './mail-store.ts';

const requestDeadlineMs = 5_000;
const headerLimitBytes = 16 * 1024;

/** Pages of ours may style themselves and frame a mail; nothing else, and nothing from elsewhere. */
const pagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** A mail's HTML is a stranger's: no script, no request, its own origin. */
const mailPolicy =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

type Answer = {
  readonly status: number;
  readonly type: string;
  readonly policy: string;
  readonly body: string;
};

/** Shows a mail store on a loopback port, to read only. */
export function createInboxHttp(store: MailStore): Server {
  const server = createServer({ maxHeaderSize: headerLimitBytes }, (request, response) =>
    send(request, response, answer(store, request)),
  );
  server.requestTimeout = requestDeadlineMs;
  server.headersTimeout = requestDeadlineMs;
  return server;
}

function answer(store: MailStore, request: IncomingMessage): Answer {
  // A page of another site whose name was made to point here may not read the mails.
  if (!isLoopbackHost(request.headers.host)) return text(403, 'Ask for this page as 127.0.0.1 or localhost.');
  if (request.method !== 'GET' && request.method !== 'HEAD') return text(405, 'This page can only be read.');
  // Undefined for a target that is no URL, such as "//".
  const url = URL.parse(request.url ?? '/', 'http://127.0.0.1');
  const pathname = url?.pathname ?? '';
  if (pathname === '/') return html(listPage(store.list()));
  if (pathname === '/healthz') return text(200, 'ok');
  if (pathname === '/api/mails') return json(store.list());
  const match = /^\/(mails|api\/mails)\/([0-9a-f]{24})(\/html)?$/.exec(pathname);
  const mail = match?.[2] === undefined ? undefined : store.find(match[2]);
  if (mail === undefined) return text(404, 'There is no such mail.');
  if (match?.[1] === 'api/mails') return json(mail);
  if (match?.[3] !== undefined) return html(withImages(mail.html, store.images(mail.id)), mailPolicy);
  return html(mailPage(mail, mailsOfThread(store.list(), mail), readView(url?.searchParams.get('view'))));
}

/** Pictures that came with the mail, put into it: the page may not ask for anything. */
const withImages = (html: string, images: readonly MailImage[]): string =>
  images.reduce(
    (shown, { cid, contentType, base64 }) =>
      shown.replaceAll(`"cid:${cid}"`, `"data:${contentType};base64,${base64}"`),
    html,
  );

/** The Host header of a request made to this machine's own address. */
export function isLoopbackHost(host: string | undefined): boolean {
  return host !== undefined && /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/.test(host);
}

function html(body: string, policy: string = pagePolicy): Answer {
  return { status: 200, type: 'text/html; charset=utf-8', policy, body };
}

function json(value: unknown): Answer {
  const body = JSON.stringify(value);
  return { status: 200, type: 'application/json; charset=utf-8', policy: pagePolicy, body };
}

function text(status: number, body: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', policy: pagePolicy, body: `${body}\n` };
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, type, policy, body }: Answer,
): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
