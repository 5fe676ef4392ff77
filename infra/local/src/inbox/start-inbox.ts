import { once } from 'node:events';
import { createInboxHttp } from './inbox-http.ts';
import { openMailStore } from './mail-store.ts';
import { createSmtpReceiver } from './smtp-receiver.ts';

const mostMails = 1_000;

/** A running inbox. */
export type Inbox = { readonly stop: () => Promise<void> };

/**
 * Takes mail on one loopback port and shows it on another.
 *
 * Rejects with the system's error (EADDRINUSE, EACCES) when it cannot listen.
 */
export async function startInbox(options: {
  readonly folder: string;
  readonly smtpPort: number;
  readonly httpPort: number;
  readonly now: () => Date;
}): Promise<Inbox> {
  const store = openMailStore(options.folder, mostMails);
  const receiver = createSmtpReceiver({ deliver: (mail) => void store.deliver(mail), now: options.now });
  const pages = createInboxHttp(store);
  receiver.listen(options.smtpPort, '127.0.0.1');
  pages.listen(options.httpPort, '127.0.0.1');
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
