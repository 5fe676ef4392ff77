import type { Socket } from 'node:net';
import { outcomeOfError } from './post-outcome.ts';
import type { DeliveryOutcome } from './post-outcome.ts';

/** Whether a connection comes about, by the event that says so. It is closed at once. Never throws. */
export function tryConnection(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
): Promise<DeliveryOutcome> {
  return new Promise((resolve) => {
    const settle = (outcome: DeliveryOutcome): void => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      resolve(outcome);
    };
    const onAbort = (): void => settle(outcomeOfError(new Error('timeout'), signal));
    signal.addEventListener('abort', onAbort);
    socket.once(event, () => settle({ kind: 'accepted' }));
    socket.on('error', (error) => settle(outcomeOfError(error, signal)));
  });
}
