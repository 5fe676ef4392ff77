import { connect } from 'node:net';

const answerDeadlineMs = 1_000;
const answerLimitBytes = 65_536;

/**
 * Sends one question to a loopback port and answers what came back as soon as
 * `isComplete` says so; undefined when nothing listens, the connection ends
 * early, a second passes, or the answer is longer than 64 KB.
 */
export function askOverTcp(options: {
  readonly port: number;
  readonly question: Buffer;
  readonly isComplete: (received: Buffer) => boolean;
}): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = connect(options.port, '127.0.0.1');
    let received = Buffer.alloc(0);
    const finish = (answer: Buffer | undefined): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(answerDeadlineMs, () => finish(undefined));
    socket.once('error', () => finish(undefined));
    socket.once('close', () => finish(undefined));
    socket.once('connect', () => socket.write(options.question));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (options.isComplete(received)) finish(received);
      else if (received.length > answerLimitBytes) finish(undefined);
    });
  });
}
