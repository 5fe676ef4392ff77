import type { DeliveryOutcome } from '../channel.ts';

/** Why a relay did not take a mail, or could not be asked. What it said is left out: it may repeat what it was sent. */
export type MailCode =
  /** There is no way to it: no address, no route, nothing that listens. */
  | 'unreachable'
  | 'timed_out'
  /** In the middle, after the mail itself perhaps: it may have been taken. */
  | 'connection_cut'
  /** It offers no TLS, or none that is new enough. */
  | 'tls_failed'
  /** Its certificate is not valid for its name, now. */
  | 'certificate_invalid'
  | 'login_refused'
  /** It serves nobody just now, or not us. */
  | 'relay_refused'
  /** This mail, for now. */
  | 'mail_deferred'
  /** This mail, for good. */
  | 'mail_refused'
  /** The receiver has no such address any more. */
  | 'address_gone'
  | 'unknown';

const unavailable = (code: MailCode, status?: number): DeliveryOutcome => ({
  kind: 'unavailable',
  code,
  status,
});
export const refused = (code: MailCode, status?: number): DeliveryOutcome => ({
  kind: 'refused',
  code,
  status,
});

/** RFC 4954: these speak of who sends and not of what is sent, so another password mends them. */
const loginStatuses: ReadonlySet<number> = new Set([530, 534, 535, 538]);
/** What OpenSSL and Node call a certificate that can't be trusted. */
const certificateCode = /CERT|ISSUER|LEAF_SIGNATURE|HOSTNAME|_CRL|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH/;
const tlsCode = /^ERR_SSL_|^EPROTO$/;
const noWayCode = /^(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|ENOTFOUND|EAI_AGAIN|EHOSTDOWN)$/;

/**
 * What an error of nodemailer says of a delivery, by its codes alone. Only a 5xx to the mail itself is for
 * good; whatever is wrong with the relay, the way to it or the login may be mended while the mail waits.
 */
export function outcomeOfError(error: unknown): DeliveryOutcome {
  const { code, originalCode, responseCode } = (error ?? {}) as Record<string, unknown>;
  const status = typeof responseCode === 'number' ? responseCode : undefined;
  const cause = typeof originalCode === 'string' ? originalCode : '';
  if (certificateCode.test(cause)) return unavailable('certificate_invalid');
  if (tlsCode.test(cause) || code === 'ETLS') return unavailable('tls_failed', status);
  if (noWayCode.test(cause)) return unavailable('unreachable');
  switch (code) {
    case 'EABORT':
    case 'ETIMEDOUT':
      return unavailable('timed_out');
    case 'EDNS':
      return unavailable('unreachable');
    case 'EAUTH':
    case 'ENOAUTH':
      return unavailable('login_refused', status);
    case 'EENVELOPE':
    case 'EMESSAGE':
      return aboutTheMail(status);
    case 'ECONNECTION':
    case 'ESOCKET':
      return status === undefined ? unavailable('connection_cut') : unavailable('relay_refused', status);
    case 'EPROTOCOL':
      return unavailable('relay_refused', status);
    default:
      return unavailable('unknown', status);
  }
}

function aboutTheMail(status: number | undefined): DeliveryOutcome {
  // Without a status it was never offered: the address can't be one.
  if (status === undefined) return refused('mail_refused');
  if (loginStatuses.has(status)) return unavailable('login_refused', status);
  return status >= 500 ? refused('mail_refused', status) : unavailable('mail_deferred', status);
}
