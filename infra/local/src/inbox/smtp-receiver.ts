import { simpleParser } from 'mailparser';
import type { AddressObject, ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerDataStream } from 'smtp-server';
import type { IssuedCertificate } from '../authority/development-authority.ts';
import type { DeliveredMail } from './mail-store.ts';

const mailLimitBytes = 1024 * 1024;
const mostClients = 20;
const idleMs = 30_000;
/** A stop waits this long for open connections, then cuts them. */
const closeMs = 1_000;

/** Pictures that a browser shows and that run nothing. */
const shownImages: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif']);

class MailRefused extends Error {
  readonly responseCode: number;

  constructor(responseCode: number, message: string) {
    super(message);
    this.responseCode = responseCode;
  }
}

/**
 * Takes mail without authentication, as a relay for development does; with a
 * certificate only after STARTTLS, and by TLS 1.3. A mail above 1 MB is refused with 552; one that can't be
 * kept is refused with 451, so that the sender tries again.
 */
export function createSmtpReceiver(options: {
  readonly deliver: (mail: DeliveredMail) => void;
  readonly now: () => Date;
  readonly certificate?: IssuedCertificate | undefined;
}): SMTPServer {
  const { certificate } = options;
  return new SMTPServer({
    name: 'weir-inbox',
    banner: 'development inbox',
    disabledCommands: certificate === undefined ? ['AUTH', 'STARTTLS'] : ['AUTH'],
    ...(certificate && { cert: certificate.certPem, key: certificate.keyPem, minVersion: 'TLSv1.3' }),
    onMailFrom: (_address, session, callback) =>
      callback(
        certificate === undefined || session.secure ? null : new MailRefused(530, 'Say STARTTLS first'),
      ),
    disableReverseLookup: true,
    logger: false,
    size: mailLimitBytes,
    maxClients: mostClients,
    socketTimeout: idleMs,
    closeTimeout: closeMs,
    onData: (stream, session, callback) => {
      const to = session.envelope.rcptTo.map((recipient) => recipient.address);
      readMail(stream)
        .then((mail) => options.deliver(describeMail(mail, to, options.now())))
        .then(
          () => callback(null),
          (error: unknown) =>
            callback(
              error instanceof MailRefused ? error : new MailRefused(451, 'The mail could not be kept'),
            ),
        );
    },
  });
}

async function readMail(stream: SMTPServerDataStream): Promise<ParsedMail> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  // The stream has to be read to its end, else the client never gets an answer.
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes <= mailLimitBytes) chunks.push(chunk);
  }
  if (stream.sizeExceeded || sizeBytes > mailLimitBytes)
    throw new MailRefused(552, 'The mail is larger than 1 MB');
  return simpleParser(Buffer.concat(chunks), { skipImageLinks: true, skipTextToHtml: true });
}

function describeMail(mail: ParsedMail, to: readonly string[], receivedAt: Date): DeliveredMail {
  return {
    messageId: mail.messageId ?? '',
    receivedAt: receivedAt.toISOString(),
    from: addressText(mail.from),
    to: [...to],
    subject: mail.subject ?? '',
    headers: mail.headerLines.map(({ key, line }) => ({
      name: line.slice(0, key.length),
      value: line.slice(key.length + 1).trim(),
    })),
    text: mail.text ?? '',
    html: typeof mail.html === 'string' ? mail.html : '',
    images: mail.attachments.flatMap(({ cid, contentType, content }) =>
      cid !== undefined && shownImages.has(contentType)
        ? [{ cid, contentType, base64: content.toString('base64') }]
        : [],
    ),
  };
}

function addressText(address: AddressObject | undefined): string {
  return address?.text ?? '';
}
