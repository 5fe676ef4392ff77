import { createHash } from 'node:crypto';
import { createTransport } from 'nodemailer';
import type { DeliveryOutcome } from '../channel.ts';
import { outcomeOfError } from './mail-outcome.ts';
import type { SmtpAddress } from './smtp-url.ts';

/** A mail as it goes out to one address. */
export type Mail = {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Shown in the HTML by its content id, and not as an attachment. */
  readonly image: { readonly cid: string; readonly png: Uint8Array } | undefined;
  /** Makes a second sending of it recognisable: it is its Message-ID. */
  readonly deliveryKey: string;
  /** Mails with the same one are one conversation. */
  readonly threadId: string;
  readonly alertIds: readonly string[];
  readonly isUrgent: boolean;
  readonly createdAtMs: number;
};

export type Mailer = {
  /** Hands a mail for one recipient to the relay, within the timeout. Never throws. */
  readonly send: (mail: Mail, recipient: string) => Promise<DeliveryOutcome>;
  /** Connects, authenticates and hangs up, so that a wrong SMTP_URL shows before the first alert. Never throws. */
  readonly check: () => Promise<DeliveryOutcome>;
  readonly close: () => void;
};

export type MailerOptions = {
  readonly address: SmtpAddress;
  readonly from: string;
  readonly maxConnections: number;
  readonly timeoutMs: number;
};

/**
 * TLS 1.2 and not 1.3 is the least: Exchange Server 2019 speaks no 1.3 over SMTP, even with its last
 * cumulative update, and a relay that can't be used sends no alerts at all. Of 1.2 only what RFC 9325
 * recommends: forward secrecy and AEAD.
 */
const leastTls = {
  minVersion: 'TLSv1.2',
  ciphers: [
    ...['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'],
    ...['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
    ...['ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
    ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'],
  ].join(':'),
} as const;

/** The only user of nodemailer: a bounded pool of connections to one relay. */
export function createMailer({ address, from, maxConnections, timeoutMs }: MailerOptions): Mailer {
  const { host, port, implicitTls, isLoopback, credentials } = address;
  const transport = createTransport({
    pool: true,
    host,
    port,
    secure: implicitTls,
    // On this machine a relay's certificate is made for nobody and TLS protects nothing.
    requireTLS: !implicitTls && !isLoopback,
    ignoreTLS: !implicitTls && isLoopback,
    tls: leastTls,
    ...(credentials === undefined ? {} : { auth: { user: credentials.user, pass: credentials.password } }),
    maxConnections,
    // Whether to send again is decided in one place, where the delivery waits.
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
          ...envelopeOf(mail, from, recipient),
          subject: mail.subject,
          text: mail.text,
          html: mail.html,
          attachments: mail.image === undefined ? [] : [inlineImage(mail.image)],
          // Covers waiting for a connection too, and ends a relay that trickles.
          signal: AbortSignal.timeout(timeoutMs),
        }),
      ),
    check: () => outcomeOf(within(timeoutMs, transport.verify())),
    close: () => transport.close({ force: true }),
  };
}

/** Everything of a mail but its content; nothing in it is drawn or taken from a clock, so that a mail sent again is the same. */
function envelopeOf(mail: Mail, from: string, recipient: string) {
  const domain = from.slice(from.lastIndexOf('@') + 1);
  const root = `<${mail.threadId}@${domain}>`;
  return {
    from: { name: 'Weir', address: from },
    to: recipient,
    date: new Date(mail.createdAtMs),
    messageId: `<${mail.deliveryKey}@${domain}>`,
    // No mail has the root's id: whichever arrives first, all are answers to it and stand side by side.
    inReplyTo: root,
    references: root,
    ...(mail.isUrgent ? ({ priority: 'high' } as const) : {}),
    xMailer: false as const,
    baseBoundary: createHash('sha256').update(`${mail.deliveryKey} ${recipient}`).digest('hex').slice(0, 24),
    headers: {
      // RFC 3834: no out-of-office answer comes back to it.
      'Auto-Submitted': 'auto-generated',
      'List-Id': `Weir alerts <alerts.weir.${domain}>`,
      'X-Weir-Alert': [...mail.alertIds],
    },
  };
}

const inlineImage = ({ cid, png }: NonNullable<Mail['image']>) =>
  ({
    cid,
    content: Buffer.from(png),
    contentType: 'image/png',
    contentDisposition: 'inline',
    filename: false,
  }) as const;

/** As it ends, or as timed out: a relay that answers a letter at a time never lets an idle timeout pass. */
async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })),
    timeoutMs,
  );
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}

async function outcomeOf(work: Promise<unknown>): Promise<DeliveryOutcome> {
  try {
    await work;
    return { kind: 'accepted' };
  } catch (error) {
    return outcomeOfError(error);
  }
}
