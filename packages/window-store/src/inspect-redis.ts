import type { Redis } from 'ioredis';
import { infoField } from './eviction-policy.ts';
import { connectRedis } from './open-redis.ts';
import type { OpenRedisOptions } from './open-redis.ts';
import { askRedis } from './redis-error.ts';
import { logKey } from './redis-keys.ts';

/** What one server says of itself. Fields that it keeps to itself, as managed ones may, are undefined. */
export type RedisNodeDescription = {
  readonly version: string | undefined;
  readonly policy: string | undefined;
  readonly usedBytes: number | undefined;
  /** 0: no limit of its own. */
  readonly maxMemoryBytes: number;
  readonly machineBytes: number | undefined;
  readonly appendOnly: boolean;
  readonly appendSync: string | undefined;
  /** False where its last write to the append-only file failed. */
  readonly appendIntact: boolean;
  /** False where the last snapshot failed, upon which a Redis that makes any refuses writes. */
  readonly snapshotIntact: boolean;
  /** A replica takes no writes. */
  readonly isReplica: boolean;
  readonly evictedKeys: number;
  readonly expiredKeys: number;
  readonly keys: number;
  /** Its clock, undefined where it isn't told, and this process's own at that moment, both in milliseconds since the epoch. */
  readonly clockMs: number | undefined;
  readonly ownClockMs: number;
};

export type RedisDescription = {
  readonly nodes: readonly RedisNodeDescription[];
  /** The log whose windows it keeps in this environment; undefined where none has claimed it yet. */
  readonly log: { readonly logId: string; readonly partitionCount: number } | undefined;
};

/**
 * Describes a Redis without changing anything in it, whatever its policy is.
 * Throws WeirError `config_invalid` for a url that isn't one or a refused user,
 * `redis_unavailable` where nobody serves there.
 */
export async function inspectRedis(
  options: OpenRedisOptions & { readonly environment: string; readonly nowMs: () => number },
): Promise<RedisDescription> {
  const connection = await connectRedis(options);
  try {
    return await askRedis(async () => {
      const nodes: RedisNodeDescription[] = [];
      for (const node of connection.nodes()) nodes.push(await describeNode(node, options.nowMs));
      const [partitionCount, logId] = (
        (await connection.client.get(logKey(options.environment))) ?? ''
      ).split(' ');
      return {
        nodes,
        log: logId === undefined ? undefined : { logId, partitionCount: Number(partitionCount) },
      };
    });
  } finally {
    await connection.close();
  }
}

async function describeNode(node: Redis, nowMs: () => number): Promise<RedisNodeDescription> {
  const askedMs = nowMs();
  const info = await node.info();
  // Half of the way there and back is as near as one question comes.
  const ownClockMs = (askedMs + nowMs()) / 2;
  // From INFO, because a worker's user has no right to TIME.
  const microseconds = infoField(info, 'server_time_usec');
  const number = (name: string): number => Number(infoField(info, name) ?? 0);
  const machineBytes = number('total_system_memory');
  const usedBytes = infoField(info, 'used_memory');
  const appendSync = await appendSyncOf(node);
  return {
    version: infoField(info, 'redis_version'),
    policy: infoField(info, 'maxmemory_policy'),
    usedBytes: usedBytes === undefined ? undefined : Number(usedBytes),
    maxMemoryBytes: number('maxmemory'),
    machineBytes: machineBytes === 0 ? undefined : machineBytes,
    appendOnly: number('aof_enabled') === 1,
    appendSync,
    appendIntact: infoField(info, 'aof_last_write_status') !== 'err',
    snapshotIntact: infoField(info, 'rdb_last_bgsave_status') !== 'err',
    isReplica: infoField(info, 'role') === 'slave',
    evictedKeys: number('evicted_keys'),
    expiredKeys: number('expired_keys'),
    keys: await node.dbsize(),
    clockMs: microseconds === undefined ? undefined : Number(microseconds) / 1_000,
    ownClockMs,
  };
}

/** Managed services forbid CONFIG: then nobody can say how often the file is synced. */
async function appendSyncOf(node: Redis): Promise<string | undefined> {
  try {
    const answer: unknown = await node.config('GET', 'appendfsync');
    return Array.isArray(answer) && typeof answer[1] === 'string' ? answer[1] : undefined;
  } catch {
    return undefined;
  }
}
