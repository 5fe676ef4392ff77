import { Cluster, Redis } from 'ioredis';
import type { RedisCommander, RedisOptions } from 'ioredis';
import { requireNoEviction } from './eviction-policy.ts';
import { readRedisAddress } from './redis-address.ts';
import type { RedisAddress } from './redis-address.ts';
import { asWeirError } from './redis-error.ts';

const defaultConnectTimeoutMs = 5_000;
const defaultCommandTimeoutMs = 5_000;
const firstReconnectDelayMs = 50;
const longestReconnectDelayMs = 1_000;
const sendsPerCommand = 10;

/** How long a cluster's command waits before it looks for its node again. */
const clusterRetryDelayMs = 100;
/** How many answers that lead elsewhere one such wait may bring: MOVED, ASK, TRYAGAIN. */
const redirectionsPerRetry = 4;

export type RedisTls = { readonly ca?: string; readonly cert?: string; readonly key?: string };

export type OpenRedisOptions = {
  /**
   * redis:// or rediss://, with user, password and database number where needed; for a cluster
   * redis+cluster:// or rediss+cluster:// urls of some of its nodes, parted by commas.
   */
  readonly url: string;
  /** What a rediss:// server's certificate is checked against instead of the system's authorities, and what this client shows; PEM. */
  readonly tls?: RedisTls | undefined;
  readonly connectTimeoutMs?: number;
  /** How long a command may wait for its answer, reconnecting included. */
  readonly commandTimeoutMs?: number;
  /** Told of every failure of the connection, reconnecting included, in a sentence that may be logged. */
  readonly onConnectionError?: (sentence: string) => void;
};

/** What one server and a cluster have in common: every command goes to the node that holds its keys. */
export type RedisClient = RedisCommander;

/** A connection that finds its way back by itself. Only this package looks into it. */
export type RedisConnection = {
  readonly client: RedisClient;
  /** The servers that hold keys at present. */
  readonly nodes: () => readonly Redis[];
  /** Ends it for good. Idempotent. */
  readonly close: () => Promise<void>;
};

/**
 * Connects to a Redis or a Redis Cluster that may hold windows. Once open it
 * reconnects for as long as it isn't closed, at most a second apart, and sends
 * commands without an answer again: the chain commit tells a repeat by its token,
 * and everything else sent may be said twice.
 *
 * Throws WeirError: `config_invalid` for a url that isn't one or a user that is
 * refused, `redis_unavailable` when nobody serves there, `redis_policy_unsafe`
 * when that Redis may evict keys by itself.
 */
export async function openRedis(options: OpenRedisOptions): Promise<RedisConnection> {
  const connection = await connectRedis(options);
  try {
    for (const node of connection.nodes()) await requireNoEviction(node);
  } catch (error) {
    await connection.close();
    throw asWeirError(error);
  }
  return connection;
}

/** The same without asking for the policy: for whoever only looks. */
export async function connectRedis(options: OpenRedisOptions): Promise<RedisConnection> {
  const address = readRedisAddress(options.url);
  const { client, nodes } =
    address.kind === 'server' ? openServer(address, options) : openCluster(address, options);
  let lastFailure: unknown;
  const onFailure = (error: Error): void => {
    lastFailure = error;
    options.onConnectionError?.(asWeirError(error).message);
  };
  // Without a listener the client prints its errors itself.
  client.on('error', onFailure);
  client.on('node error', onFailure);
  const close = async (): Promise<void> => client.disconnect();
  try {
    await client.connect().catch((error: unknown) => {
      // The client rejects with "closed"; why it was closed it has only emitted.
      throw lastFailure ?? error;
    });
  } catch (error) {
    await close();
    throw asWeirError(error);
  }
  return { client, nodes, close };
}

/** Delays that double from attempt to attempt, up to a second. */
const reconnectDelayMs = (attempt: number): number =>
  Math.min(firstReconnectDelayMs * 2 ** (attempt - 1), longestReconnectDelayMs);

type OpenClient = { readonly client: Redis | Cluster; readonly nodes: () => readonly Redis[] };

const timeouts = (options: OpenRedisOptions) => {
  const commandTimeoutMs = options.commandTimeoutMs ?? defaultCommandTimeoutMs;
  return {
    connectTimeout: options.connectTimeoutMs ?? defaultConnectTimeoutMs,
    commandTimeout: commandTimeoutMs,
    // A connection that is dead without saying so is given up in time to ask once more.
    socketTimeout: Math.ceil(commandTimeoutMs / 2),
  } satisfies RedisOptions;
};

/** TLS 1.3 is the least; the certificate is always checked. */
const tlsOptions = ({ tls }: OpenRedisOptions) => ({ ...tls, minVersion: 'TLSv1.3' as const });

function openServer(address: RedisAddress & { kind: 'server' }, options: OpenRedisOptions): OpenClient {
  const client = new Redis(address.url, {
    ...timeouts(options),
    ...(address.tls && { tls: tlsOptions(options) }),
    lazyConnect: true,
    maxRetriesPerRequest: sendsPerCommand,
    retryStrategy: reconnectDelayMs,
    autoResendUnfulfilledCommands: true,
  });
  return { client, nodes: () => [client] };
}

/**
 * A node that is lost is forgotten, and its commands look for whoever holds their
 * slot now, until their time is up. Where no node is left they fail at once: one
 * waiting for a cluster to come back would wait without an end.
 */
function openCluster(address: RedisAddress & { kind: 'cluster' }, options: OpenRedisOptions): OpenClient {
  const { commandTimeout, ...rest } = timeouts(options);
  const client = new Cluster([...address.nodes], {
    lazyConnect: true,
    enableOfflineQueue: false,
    clusterRetryStrategy: reconnectDelayMs,
    retryDelayOnFailover: clusterRetryDelayMs,
    retryDelayOnClusterDown: clusterRetryDelayMs,
    retryDelayOnTryAgain: clusterRetryDelayMs,
    maxRedirections: redirectionsPerRetry * Math.ceil(commandTimeout / clusterRetryDelayMs),
    slotsRefreshTimeout: rest.connectTimeout,
    // Certificates name hosts, not addresses.
    ...(address.tls && { dnsLookup: (host, callback) => callback(null, host) }),
    redisOptions: {
      ...rest,
      commandTimeout,
      ...(address.username !== '' && { username: address.username }),
      ...(address.password !== '' && { password: address.password }),
      ...(address.tls && { tls: tlsOptions(options) }),
    },
  });
  return { client, nodes: () => client.nodes('master') };
}
