import { hash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { ReceivedMessage } from '../../history-checks/check-deliveries.ts';

/** Takes every mail that is sent to it and remembers by which Message-ID, how often, and what alerts it tells of. */
export type MailReceiver = {
  readonly port: number;
  /** How often each Message-ID was accepted for each recipient, by `<id> recipient`. */
  readonly deliveries: ReadonlyMap<string, number>;
  /** The mails themselves, of those that are the same one. */
  readonly messages: () => readonly ReceivedMessage[];
  readonly close: () => Promise<void>;
};

/** Above any mail of Weir's; a longer one ends the connection. */
const mailLimitBytes = 1_048_576;

/**
 * Speaks as much SMTP (RFC 5321) as a client needs to hand over a mail, on a
 * loopback port. A mail counts as delivered the moment its 250 is written.
 */
export async function startMailReceiver(): Promise<MailReceiver> {
  const deliveries = new Map<string, number>();
  const messages = new Map<string, ReceivedMessage>();
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
    converse(socket, (mail, recipients) => {
      for (const recipient of recipients) {
        const message = messageOf(mail, recipient);
        const name = `${message.deliveryKey} ${recipient}`;
        deliveries.set(name, (deliveries.get(name) ?? 0) + 1);
        messages.set(`${name} ${message.content}`, message);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    deliveries,
    messages: () => [...messages.values()],
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

/** A mail says by its headers which it is, and which alerts it tells of. */
const messageOf = (mail: string, target: string): ReceivedMessage => ({
  deliveryKey: /^message-id:\s*(<[^>]*>)/im.exec(mail)?.[1] ?? '',
  target,
  alertIds: [...mail.matchAll(/^x-weir-alert:\s*([0-9a-f]{64})/gim)].map(([, alertId = '']) => alertId),
  content: hash('sha256', mail),
});

function converse(socket: Socket, accept: (mail: string, recipients: readonly string[]) => void): void {
  let received = '';
  let recipients: string[] = [];
  let isMail = false;
  const say = (line: string): void => void socket.write(`${line}\r\n`);
  const answer = (line: string): void => {
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === 'DATA') isMail = true;
    if (verb === 'RCPT') recipients.push(/<([^>]*)>/.exec(line)?.[1] ?? '');
    if (verb === 'MAIL' || verb === 'RSET') recipients = [];
    say(verb === 'DATA' ? '354 go on' : verb === 'QUIT' ? '221 bye' : '250 ok');
    if (verb === 'QUIT') socket.end();
  };
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    received += text;
    if (received.length > mailLimitBytes) return void socket.destroy();
    for (;;) {
      const ending = isMail ? '\r\n.\r\n' : '\r\n';
      const end = received.indexOf(ending);
      if (end < 0) return;
      const part = received.slice(0, end);
      received = received.slice(end + ending.length);
      if (!isMail) answer(part);
      else {
        isMail = false;
        accept(part, recipients);
        recipients = [];
        say('250 kept');
      }
    }
  });
  say('220 ready');
}
