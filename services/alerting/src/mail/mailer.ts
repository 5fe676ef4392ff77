import { createTransport } from 'nodemailer';
import type { DeliveryOutcome } from '../channel.ts';
import type { RenderedMail } from './render-mail.ts';
import type { SmtpAddress } from './smtp-url.ts';

/** A mail with the key that makes a second sending of it recognisable. */
export type Mail = RenderedMail & { readonly deliveryKey: string };

export type Mailer = {
  /** Hands a mail for one recipient to the relay, within the timeout. Never throws. */
  send(mail: Mail, recipient: string): Promise<DeliveryOutcome>;
  /** Connects, authenticates and hangs up, so that a wrong SMTP_URL shows before the first alert. Never throws. */
  check(): Promise<DeliveryOutcome>;
  close(): void;
};

export type MailerOptions = {
  readonly address: SmtpAddress;
  readonly from: string;
  readonly maxConnections: number;
  readonly timeoutMs: number;
};

/** The only user of nodemailer: a bounded pool of connections to one relay. */
export function createMailer({ address, from, maxConnections, timeoutMs }: MailerOptions): Mailer {
  const { host, port, implicitTls, isLoopback, credentials } = address;
  const domain = from.slice(from.lastIndexOf('@') + 1);
  const transport = createTransport({
    pool: true,
    host,
    port,
    secure: implicitTls,
    // On this machine a relay's certificate is made for nobody and TLS protects nothing.
    requireTLS: !implicitTls && !isLoopback,
    ignoreTLS: !implicitTls && isLoopback,
    tls: { minVersion: 'TLSv1.2' },
    ...(credentials === undefined ? {} : { auth: { user: credentials.user, pass: credentials.password } }),
    maxConnections,
    // Whether to send again is decided in one place, where the partition is paused.
    maxRequeues: 0,
    dnsTimeout: timeoutMs,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });

  return {
    send: (mail, recipient) =>
      outcomeOf(
        transport.sendMail({
          from: { name: 'Weir', address: from },
          to: recipient,
          subject: mail.subject,
          text: mail.text,
          html: mail.html,
          messageId: `<${mail.deliveryKey}@${domain}>`,
          xMailer: false,
          headers: {
            // RFC 3834: no out-of-office answer comes back to it.
            'Auto-Submitted': 'auto-generated',
            'List-Id': `Weir alerts <alerts.weir.${domain}>`,
          },
          // Covers waiting for a connection too, and ends a relay that trickles.
          signal: AbortSignal.timeout(timeoutMs),
        }),
      ),
    check: () => outcomeOf(transport.verify()),
    close: () => transport.close({ force: true }),
  };
}

/** SMTP reply 5xx: never; anything else: not now. The code is a closed one of nodemailer. */
async function outcomeOf(work: Promise<unknown>): Promise<DeliveryOutcome> {
  try {
    await work;
    return { kind: 'accepted' };
  } catch (error) {
    const { code, responseCode } = (error ?? {}) as { code?: unknown; responseCode?: unknown };
    const status = typeof responseCode === 'number' ? responseCode : undefined;
    return {
      kind: status !== undefined && status >= 500 ? 'refused' : 'unavailable',
      code: typeof code === 'string' ? code : 'EUNKNOWN',
      status,
    };
  }
}
