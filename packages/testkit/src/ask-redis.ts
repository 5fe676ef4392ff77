import { connect } from 'node:net';

const answerDeadlineMs = 5_000;

/**
 * Sends one command to a Redis on 127.0.0.1 and answers the first line of what
 * comes back, or the text that line announces. For the few commands that set a
 * cluster up. Rejects when Redis refuses or gives no answer in time.
 */
export async function askRedis(port: number, ...words: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.setTimeout(answerDeadlineMs, () => socket.destroy(new Error('Redis gave no answer in time.')));
  socket.write(`*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`);
  let received = '';
  for await (const chunk of socket) {
    received += String(chunk);
    const answer = readAnswer(received);
    if (answer !== undefined) return answer;
  }
  throw new Error('Redis ended the connection without an answer.');
}

/** Undefined while there is more to come. */
function readAnswer(received: string): string | undefined {
  const lineEnd = received.indexOf('\r\n');
  if (lineEnd === -1) return undefined;
  const line = received.slice(1, lineEnd);
  if (received.startsWith('-')) throw new Error(`Redis refused: ${line}`);
  if (!received.startsWith('$')) return line;
  const length = Number(line);
  const text = received.slice(lineEnd + 2, lineEnd + 2 + length);
  return text.length === length ? text : undefined;
}
