import { WeirError } from '@weir/contracts';
import { retryWithBackoff, sleep } from '@weir/runtime';
import type { AlertingHealth } from './health.ts';
import type { Mailer } from './mailer.ts';
import type { AlertingObserver } from './observe.ts';

/**
 * Tries the relay until it can be used once, so that a wrong SMTP_URL shows at
 * the start and not with the first alert. From then on each mail is the check.
 * Resolves when the relay answered or `signal` aborts; never rejects.
 */
export async function watchRelay(options: {
  readonly mailer: Pick<Mailer, 'check'>;
  readonly health: AlertingHealth;
  readonly observe: Pick<AlertingObserver, 'relayUnchecked'>;
  readonly maxDelayMs: number;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { mailer, health, observe, maxDelayMs, signal } = options;
  const check = async (): Promise<void> => {
    const outcome = await mailer.check();
    if (outcome.kind === 'accepted') return health.works('relay');
    health.fails('relay', 'mail_unavailable');
    observe.relayUnchecked(outcome);
    throw new WeirError('mail_unavailable', 'the relay can not be used; SMTP_URL says where it is');
  };
  const backoff = { baseDelayMs: 500, maxDelayMs, random: Math.random };
  await retryWithBackoff({ ...backoff, attempts: Number.MAX_SAFE_INTEGER, sleep, signal }, check).catch(
    (error: unknown) => {
      if (!signal.aborted) throw error;
    },
  );
}
