import { connect as connectPlain } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { MailFacts } from '../judge/judge-reach.ts';

/**
 * Greets a relay and leaves: no user proves itself and no mail is begun. Throws
 * what the network says, and for a relay that refuses. RFC 5321, section 4.1.1.1.
 */
export async function probeMail(smtpUrl: string): Promise<MailFacts> {
  const url = new URL(smtpUrl);
  const isImplicit = url.protocol === 'smtps:';
  const host = url.hostname.replaceAll(/^\[|\]$/g, '');
  const port = url.port === '' ? (isImplicit ? 465 : 587) : Number(url.port);
  const socket = isImplicit
    ? connectTls({ host, port, servername: host, minVersion: 'TLSv1.2' })
    : connectPlain({ host, port });
  socket.setTimeout(4_000, () => socket.destroy(new Error('no answer in time')));
  try {
    const ask = conversation(socket);
    await ask(undefined, 220);
    const said = await ask('EHLO doctor.invalid', 250);
    await ask('QUIT', 221);
    return { isEncrypted: isImplicit, offersStartTls: /^250[ -]STARTTLS/im.test(said) };
  } finally {
    socket.destroy();
  }
}

/** Longer than any greeting; what says more is no relay. */
const mostAnswerBytes = 65_536;

/** Says a line and waits for an answer of this code, which may have several lines; the last has a space behind its code. */
function conversation(socket: Socket): (line: string | undefined, code: number) => Promise<string> {
  const chunks = socket[Symbol.asyncIterator]();
  return async (line, code) => {
    if (line !== undefined) socket.write(`${line}\r\n`);
    let said = '';
    while (!/^\d{3} .*\r?\n$/m.test(said)) {
      const next: IteratorResult<unknown> = await chunks.next();
      if (next.done === true || said.length > mostAnswerBytes)
        throw new Error('the relay ended the conversation');
      said += String(next.value);
    }
    if (!said.startsWith(String(code))) throw new Error(`the relay answers ${said.slice(0, 3)}`);
    return said;
  };
}
