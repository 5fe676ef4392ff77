import { infoField, requireSafePolicy } from './eviction-policy.ts';
import type { RedisConnection } from './open-redis.ts';
import { askRedis } from './redis-error.ts';

/**
 * What happened to the servers since they were last asked. Keys that were evicted
 * or expired may be another application's: Weir's have no expiry, and one of
 * Weir's that is missing is found as damage when its account is next needed.
 */
export type RedisChanges = {
  readonly evictedKeys: number;
  readonly expiredKeys: number;
  /** How many servers have been started again, or have taken another's place. */
  readonly restarts: number;
};

type Counters = { readonly runId: string; readonly evicted: number; readonly expired: number };

/**
 * Watches the servers of a connection. Each call asks them all, and answers what
 * has changed since the one before; the first one answers no change.
 *
 * Throws WeirError `redis_policy_unsafe` when one of them may evict keys by now,
 * `redis_unavailable` when one gives no answer.
 */
export function watchRedis(connection: RedisConnection): () => Promise<RedisChanges> {
  let known: ReadonlyMap<string, Counters> | undefined;
  return () =>
    askRedis(async () => {
      const found = new Map<string, Counters>();
      for (const node of connection.nodes()) {
        const info = await node.info();
        requireSafePolicy(infoField(info, 'maxmemory_policy'));
        const { host = '', port = 0 } = node.options;
        found.set(`${host}:${port}`, {
          runId: infoField(info, 'run_id') ?? '',
          evicted: Number(infoField(info, 'evicted_keys') ?? 0),
          expired: Number(infoField(info, 'expired_keys') ?? 0),
        });
      }
      const before = known;
      known = found;
      return before === undefined ? noChanges : compare(before, found);
    });
}

const noChanges: RedisChanges = { evictedKeys: 0, expiredKeys: 0, restarts: 0 };

/** A server that was started again counts from zero. */
function compare(before: ReadonlyMap<string, Counters>, now: ReadonlyMap<string, Counters>): RedisChanges {
  let { evictedKeys, expiredKeys, restarts } = noChanges;
  for (const [node, counters] of now) {
    const last = before.get(node);
    const isSame = last?.runId === counters.runId;
    evictedKeys += counters.evicted - (isSame ? last.evicted : 0);
    expiredKeys += counters.expired - (isSame ? last.expired : 0);
    if (!isSame) restarts += 1;
  }
  return { evictedKeys, expiredKeys, restarts };
}
