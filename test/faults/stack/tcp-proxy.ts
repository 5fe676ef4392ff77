import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A TCP proxy on 127.0.0.1 that stands between workers and what they work with. */
export type TcpProxy = {
  readonly port: number;
  /** Ends every connection there is; new ones are let through. Answers how many there were. */
  readonly cut: () => number;
  /** Ends every connection there is, and every new one at once, until `restore`. */
  readonly block: () => void;
  /** Lets every byte of either direction wait this long; 0 for not at all. */
  readonly delay: (delayMs: number) => void;
  /** Lets everything through again, at once. Answers how much it has held up since: connections it refused, and pieces it let wait. */
  readonly restore: () => number;
  readonly close: () => Promise<void>;
};

/** So much of one direction waits at most; then its sender is not read from. */
const mostWaitingBytes = 4 * 1_048_576;

/** Starts one. The target need not listen yet: a connection that can't be made on is ended. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const open = new Set<Socket>();
  let isBlocked = false;
  let delayMs = 0;
  let heldUp = 0;
  const cut = (): number => {
    const count = open.size / 2;
    for (const socket of open) socket.destroy();
    return count;
  };
  const waitMs = (): number => {
    if (delayMs > 0) heldUp += 1;
    return delayMs;
  };
  const server = createServer((client) => {
    if (isBlocked) {
      heldUp += 1;
      return void client.destroy();
    }
    const target = connect({ port: targetPort, host: '127.0.0.1', noDelay: true });
    client.setNoDelay(true);
    for (const socket of [client, target]) {
      open.add(socket);
      // Either end may go at any time; the other one is told by its close.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        target.destroy();
      });
    }
    passOn(client, target, waitMs);
    passOn(target, client, waitMs);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    block: () => {
      isBlocked = true;
      cut();
    },
    delay: (newDelayMs) => {
      delayMs = newDelayMs;
    },
    restore: () => {
      isBlocked = false;
      delayMs = 0;
      const before = heldUp;
      heldUp = 0;
      return before;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
  };
}

/** Hands bytes on in their order, each after the delay that held when it came. */
function passOn(from: Socket, to: Socket, delayMs: () => number): void {
  let waitingBytes = 0;
  let before: Promise<unknown> = Promise.resolve();
  const write = (chunk: Buffer): void => {
    if (to.destroyed) return;
    if (!to.write(chunk)) {
      from.pause();
      to.once('drain', () => from.resume());
    }
  };
  from.on('data', (chunk: Buffer) => {
    const waitMs = delayMs();
    if (waitMs === 0 && waitingBytes === 0) return write(chunk);
    waitingBytes += chunk.length;
    if (waitingBytes > mostWaitingBytes) from.pause();
    // Whatever came first goes first, also where the delay has just been taken away.
    before = Promise.all([before, sleep(waitMs)]).then(() => {
      waitingBytes -= chunk.length;
      if (waitingBytes <= mostWaitingBytes) from.resume();
      write(chunk);
    });
  });
}
