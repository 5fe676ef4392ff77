import { WeirError } from '@weir/contracts';
import { retryWithBackoff, sleep } from '@weir/runtime';
import type { Channel } from './channel.ts';
import type { AlertingObserver } from './observe.ts';

/**
 * Tries a channel's receiver until it can be used once, so that a wrong setting
 * shows at the start and not with the first alert. From then on each delivery is
 * the check. Resolves when the receiver answered or `signal` aborts; never
 * rejects.
 */
export async function watchChannel(options: {
  readonly channel: Pick<Channel, 'name' | 'check'>;
  readonly observe: Pick<AlertingObserver, 'checked'>;
  readonly maxDelayMs: number;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { channel, observe, maxDelayMs, signal } = options;
  const check = async (): Promise<void> => {
    const outcome = await channel.check();
    observe.checked(channel.name, outcome);
    if (outcome.kind === 'accepted') return;
    throw new WeirError(`${channel.name}_unavailable`, 'the receiver can not be used');
  };
  const backoff = { baseDelayMs: 500, maxDelayMs, random: Math.random };
  await retryWithBackoff({ ...backoff, attempts: Number.MAX_SAFE_INTEGER, sleep, signal }, check).catch(
    (error: unknown) => {
      if (!signal.aborted) throw error;
    },
  );
}
