/** Where the relay is, and how a mail gets there. */
export type SmtpAddress = {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (smtps), instead of STARTTLS. */
  readonly implicitTls: boolean;
  /** A relay on this machine: what is sent to it crosses no wire. */
  readonly isLoopback: boolean;
  readonly credentials: { readonly user: string; readonly password: string } | undefined;
};

export type SmtpUrlOutcome =
  { readonly ok: true; readonly address: SmtpAddress } | { readonly ok: false; readonly problem: string };

const loopbackHosts: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Reads SMTP_URL. Options behind a question mark are refused, not passed on:
 * some libraries take "?tls.rejectUnauthorized=false" from there.
 */
export function readSmtpUrl(text: string): SmtpUrlOutcome {
  const refused = (problem: string): SmtpUrlOutcome => ({ ok: false, problem });
  const url = URL.parse(text);
  if (url === null || url.hostname === '') return refused('expected a URL with a host');
  if (url.search !== '' || url.hash !== '' || !['', '/'].includes(url.pathname))
    return refused('expected nothing behind host and port');
  const [user, password] = [decoded(url.username), decoded(url.password)];
  if (user === undefined || password === undefined)
    return refused('expected user and password with reserved characters percent-encoded');
  if ((user === '') !== (password === '')) return refused('expected user and password, or neither');
  const implicitTls = url.protocol === 'smtps:';
  return {
    ok: true,
    address: {
      host: url.hostname.replaceAll(/^\[|\]$/g, ''),
      port: url.port === '' ? (implicitTls ? 465 : 587) : Number(url.port),
      implicitTls,
      isLoopback: loopbackHosts.has(url.hostname),
      credentials: user === '' ? undefined : { user, password },
    },
  };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
