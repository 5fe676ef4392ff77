import { setTimeout as sleep } from 'node:timers/promises';
import { streams } from '@weir/contracts';
import { createOpener } from '@weir/envelope';
import { createKafkaReader } from '@weir/kafka/reading';
import { createAwsKeyProvider, withRetry } from '@weir/kms';
import { checkOptions } from './options.ts';
import type { SubscribeOptions } from './options.ts';
import { callerPositions, committedPositions } from './position-store.ts';
import { runSubscription } from './run-subscription.ts';
import type { Subscription } from './run-subscription.ts';

/** What every sealed record is bound to besides its environment. */
const app = 'weir';
/** Three tries within about a second; a longer outage is waited out with the partition paused. */
const retry = { attempts: 3, baseDelayMs: 100, maxDelayMs: 500 };
const requestTimeoutMs = 5_000;
const firstWaitMs = 250;

/**
 * Subscribes to the transactions that Weir has cleared, and those it held that people
 * released: each is opened, held against its contract and handed to `onTransaction`, in the order of its
 * partition. Resolves when it has joined its group.
 *
 * Throws SubscriptionError: config_invalid, and topic_mismatch or
 * broker_unavailable where the topic can't be had now. Later errors end the
 * subscription and reject its `done`.
 */
export async function subscribe(options: SubscribeOptions): Promise<Subscription> {
  checkOptions(options);
  options.signal?.throwIfAborted();
  const { groupId, environment, stream, signal } = options;
  const topic = options.topic ?? streams[stream].topic;
  const nowMs = (): number => performance.now();
  const { keyIds, requestTimeoutMs: timeoutMs = requestTimeoutMs, ...access } = options.kms;
  const aws = createAwsKeyProvider({ ...access, requestTimeoutMs: timeoutMs });
  const allowed = new Set(keyIds);
  const none: ReadonlySet<string> = new Set();
  const opener = createOpener({
    keyProvider: withRetry(aws, { ...retry, sleep: (delayMs) => sleep(delayMs), random: Math.random }),
    app,
    environment,
    nowMs,
    allowedKeyIds: (asked) => (asked === stream ? allowed : none),
  });
  const { clientId = 'weir-subscriber', ...connection } = options.kafka;
  // What matters of what the client says comes as an error or a notice.
  const kafka = createKafkaReader({ ...connection, clientId, logger: () => undefined });

  const subscription = await runSubscription({
    kafka,
    topic,
    groupId,
    opening: { opener, stream, environment },
    store:
      options.positions === undefined
        ? committedPositions(kafka, { groupId, topic })
        : callerPositions(options.positions, { groupId, topic }),
    onTransaction: options.onTransaction,
    onNotice: options.onNotice ?? (() => undefined),
    partitionsAtOnce: options.partitionsAtOnce ?? 4,
    handlerAttempts: options.handlerAttempts ?? 3,
    sessionTimeoutMs: options.sessionTimeoutMs ?? 30_000,
    nowMs,
    firstWaitMs,
    close: async () => {
      await kafka.close();
      opener.close();
      aws.close();
    },
  });
  stopWhenAborted(subscription, signal);
  return subscription;
}

function stopWhenAborted(subscription: Subscription, signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  const stop = (): void => void subscription.stop();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const forget = (): void => signal.removeEventListener('abort', stop);
  subscription.done.then(forget, forget);
}
