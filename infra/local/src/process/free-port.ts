import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { LocalError } from '../local-error.ts';

// Below the range the operating system hands out for outgoing connections
// (32768 and up on Linux), one of which could otherwise sit on a chosen port.
const lowestPort = 20_000;
const highestPort = 32_000;
const tries = 200;

/** Whether nothing listens on a loopback port now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * Picks a port that is free now. Somebody else may take it before it is used,
 * so whoever listens on it must still say so when that fails.
 */
export async function pickFreePort(): Promise<number> {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const port = randomInt(lowestPort, highestPort);
    if (await isPortFree(port)) return port;
  }
  throw new LocalError('port_in_use', `No free port was found between ${lowestPort} and ${highestPort}.`);
}
