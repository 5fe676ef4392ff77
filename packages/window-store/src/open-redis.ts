import { WeirError } from '@weir/contracts';
import { Redis } from 'ioredis';
import { asWeirError } from './redis-error.ts';

const defaultConnectTimeoutMs = 5_000;
const defaultCommandTimeoutMs = 5_000;
const firstReconnectDelayMs = 50;
const longestReconnectDelayMs = 1_000;
const sendsPerCommand = 10;

export type OpenRedisOptions = {
  /** redis:// or rediss://, with user, password and database number where needed. */
  readonly url: string;
  readonly connectTimeoutMs?: number;
  /** How long a command may wait for its answer, reconnecting included. */
  readonly commandTimeoutMs?: number;
  /** Told of every failure of the connection, reconnecting included, in a sentence that may be logged. */
  readonly onConnectionError?: (sentence: string) => void;
};

/** A connection that finds its way back by itself. Only this package looks into it. */
export type RedisConnection = {
  readonly client: Redis;
  /** Ends it for good. Idempotent. */
  readonly close: () => Promise<void>;
};

/**
 * Connects to a Redis that may hold windows. Once open it reconnects for as
 * long as it isn't closed, at most a second apart, and sends commands without
 * an answer again: the chain commit tells a repeat by its token, and everything
 * else sent may be said twice.
 *
 * Throws WeirError: `config_invalid` for a url that isn't one or a user that is
 * refused, `redis_unavailable` when nobody serves there, `redis_policy_unsafe`
 * when that Redis may evict keys by itself.
 */
export async function openRedis(options: OpenRedisOptions): Promise<RedisConnection> {
  requireRedisUrl(options.url);
  const commandTimeoutMs = options.commandTimeoutMs ?? defaultCommandTimeoutMs;
  const client = new Redis(options.url, {
    lazyConnect: true,
    connectTimeout: options.connectTimeoutMs ?? defaultConnectTimeoutMs,
    commandTimeout: commandTimeoutMs,
    // A connection that is dead without saying so is given up in time to ask once more.
    socketTimeout: Math.ceil(commandTimeoutMs / 2),
    maxRetriesPerRequest: sendsPerCommand,
    retryStrategy: (attempt) => Math.min(firstReconnectDelayMs * 2 ** (attempt - 1), longestReconnectDelayMs),
    autoResendUnfulfilledCommands: true,
  });
  let lastFailure: unknown;
  // Without a listener the client prints its errors itself.
  client.on('error', (error: Error) => {
    lastFailure = error;
    options.onConnectionError?.(asWeirError(error).message);
  });
  const close = async (): Promise<void> => client.disconnect();
  try {
    await client.connect().catch((error: unknown) => {
      // The client rejects with "closed"; why it was closed it has only emitted.
      throw lastFailure ?? error;
    });
    await requireNoEviction(client);
  } catch (error) {
    await close();
    throw asWeirError(error);
  }
  return { client, close };
}

function requireRedisUrl(text: string): void {
  const protocol = URL.parse(text)?.protocol;
  if (protocol === 'redis:' || protocol === 'rediss:') return;
  throw new WeirError('config_invalid', 'The Redis url is not a redis:// or rediss:// url');
}

/** Asks by INFO, since managed services forbid CONFIG. An answer that doesn't say is no promise. */
async function requireNoEviction(client: Redis): Promise<void> {
  const memory = await client.info('memory');
  const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1];
  if (policy === 'noeviction') return;
  throw new WeirError(
    'redis_policy_unsafe',
    `This Redis has maxmemory-policy ${policy ?? 'unknown'}: it would forget windows under pressure. Set noeviction`,
  );
}
