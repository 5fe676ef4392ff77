import { once } from 'node:events';
import type { IssuedCertificate } from '../authority/development-authority.ts';
import { createInboxHttp } from './inbox-http.ts';
import { openMailStore } from './mail-store.ts';
import { createSmtpReceiver } from './smtp-receiver.ts';

const mostMails = 1_000;

/** A running inbox. */
export type Inbox = { readonly stop: () => Promise<void> };

/**
 * Takes mail on one port and shows it on another, on loopback unless told otherwise.
 *
 * Rejects with the system's error (EADDRINUSE, EACCES) when it cannot listen.
 */
export async function startInbox(options: {
  readonly folder: string;
  readonly smtpHost?: string;
  readonly smtpPort: number;
  /** Mail is taken by TLS 1.3 alone then, after STARTTLS. */
  readonly certificate?: IssuedCertificate | undefined;
  readonly httpHost?: string;
  readonly httpPort: number;
  readonly now: () => Date;
}): Promise<Inbox> {
  const store = openMailStore(options.folder, mostMails);
  const receiver = createSmtpReceiver({
    deliver: (mail) => void store.deliver(mail),
    now: options.now,
    certificate: options.certificate,
  });
  const pages = createInboxHttp(store);
  receiver.listen(options.smtpPort, options.smtpHost ?? '127.0.0.1');
  pages.listen(options.httpPort, options.httpHost ?? '127.0.0.1');
  await Promise.all([once(receiver.server, 'listening'), once(pages, 'listening')]);
  // A client that hangs up in the middle is its own affair.
  receiver.on('error', () => undefined);
  return {
    stop: async () => {
      pages.closeAllConnections();
      await Promise.all([
        new Promise<void>((resolve) => receiver.close(resolve)),
        new Promise<void>((resolve) => void pages.close(() => resolve())),
      ]);
    },
  };
}
