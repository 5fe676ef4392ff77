import type { Server } from 'node:net';
import { addressKey } from './address-key.ts';

/**
 * Closes connections of an address beyond `mostPerAddress` before anything of
 * theirs is read, so that one caller can't hold all there are. Counts those that
 * are open, whose number the server itself bounds.
 */
export function shareConnections(
  server: Server,
  options: { readonly mostPerAddress: number; readonly onRefused: () => void },
): void {
  const open = new Map<string, number>();
  server.on('connection', (socket) => {
    const key = addressKey(socket.remoteAddress ?? '');
    const count = (open.get(key) ?? 0) + 1;
    if (count > options.mostPerAddress) {
      options.onRefused();
      // After the other listeners, which take it for one that is open.
      process.nextTick(() => socket.destroy());
      return;
    }
    open.set(key, count);
    socket.once('close', () => {
      const left = (open.get(key) ?? 1) - 1;
      if (left === 0) open.delete(key);
      else open.set(key, left);
    });
  });
}
