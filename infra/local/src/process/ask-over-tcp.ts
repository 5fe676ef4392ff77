import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { PartyFiles } from '../security/secured-parties.ts';

const answerDeadlineMs = 1_000;
const answerLimitBytes = 65_536;

/**
 * Sends one question to a loopback port and answers what came back as soon as
 * `isComplete` says so; undefined when nothing listens, the connection ends
 * early, a second passes, or the answer is longer than 64 KB.
 */
export function askOverTcp(options: {
  readonly port: number;
  /** Whose certificate to show, where the port speaks TLS. */
  readonly tls?: PartyFiles | undefined;
  readonly question: Buffer;
  readonly isComplete: (received: Buffer) => boolean;
}): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = open(options.port, options.tls);
    let received = Buffer.alloc(0);
    const finish = (answer: Buffer | undefined): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(answerDeadlineMs, () => finish(undefined));
    socket.once('error', () => finish(undefined));
    socket.once('close', () => finish(undefined));
    socket.once(options.tls === undefined ? 'connect' : 'secureConnect', () =>
      socket.write(options.question),
    );
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (options.isComplete(received)) finish(received);
      else if (received.length > answerLimitBytes) finish(undefined);
    });
  });
}

function open(port: number, tls: PartyFiles | undefined) {
  if (tls === undefined) return connect(port, '127.0.0.1');
  const [ca, cert, key] = [tls.ca, tls.cert, tls.key].map((path) => readFileSync(path));
  return connectTls({ port, host: '127.0.0.1', ca, cert, key, minVersion: 'TLSv1.3' });
}
