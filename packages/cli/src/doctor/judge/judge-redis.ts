import type { RedisDescription, RedisNodeDescription } from '@weir/window-store';
import { fail, ok, skipped, warn } from '../check.ts';
import type { Check } from '../check.ts';
import { inBytes, limits } from '../limits.ts';
import { neededMemoryBytes } from '../window-memory.ts';
import { grouped } from '../../terminal/table.ts';

export type RedisFacts = {
  readonly redis: RedisDescription;
  readonly isLoopback: boolean;
  /** What the log's windows will hold when it is full; undefined where nothing is known of the log. */
  readonly expected: { readonly accounts: number; readonly records: number } | undefined;
  /** The log's own name and partition count, where they could be read. */
  readonly log: { readonly logId: string; readonly partitionCount: number } | undefined;
};

export const judgeRedis = (facts: RedisFacts): readonly Check[] => [
  judgeReachable(facts.redis.nodes),
  judgeVersion(facts.redis.nodes),
  judgePolicy(facts.redis.nodes),
  judgeMemory(facts),
  judgePersistence(facts.redis.nodes),
  judgeLostKeys(facts.redis.nodes),
  judgeOwner(facts),
];

type Nodes = readonly RedisNodeDescription[];

function judgeReachable(nodes: Nodes): Check {
  const what = nodes.length === 1 ? 'one server' : `${nodes.length} servers`;
  return nodes.some(({ isReplica }) => isReplica)
    ? fail(
        'redis.reachable',
        `${what}, of which one is a replica and takes no writes`,
        'Name the primary in REDIS_URL.',
      )
    : ok('redis.reachable', what);
}

function judgeVersion(nodes: Nodes): Check {
  const [major, minor] = limits.redisVersion;
  const isOld = ({ version = '0.0' }: RedisNodeDescription): boolean => {
    const [has = 0, hasMinor = 0] = version.split('.').map(Number);
    return has < major || (has === major && hasMinor < minor);
  };
  const what = `Redis ${[...new Set(nodes.map(({ version }) => version ?? 'unknown'))].join(', ')}`;
  return nodes.some(isOld)
    ? fail('redis.version', what, `Bring Redis to ${limits.redisVersion.join('.')} or later.`)
    : ok('redis.version', what);
}

function judgePolicy(nodes: Nodes): Check {
  const unsafe = nodes.find(({ policy }) => policy !== 'noeviction');
  if (unsafe === undefined) return ok('redis.policy', 'noeviction');
  return fail(
    'redis.policy',
    `maxmemory-policy is ${unsafe.policy ?? 'not told'}: windows would be forgotten under pressure`,
    'redis-cli CONFIG SET maxmemory-policy noeviction, and the same in redis.conf (or the parameter group of a managed Redis).',
  );
}

function judgeMemory({ redis: { nodes }, expected, isLoopback }: RedisFacts): Check {
  const sum = (of: (node: RedisNodeDescription) => number): number =>
    nodes.reduce((total, node) => total + of(node), 0);
  const used = sum(({ usedBytes }) => usedBytes ?? 0);
  if (nodes.some(({ usedBytes }) => usedBytes === undefined))
    return skipped('redis.memory', 'it does not tell how much it uses: look at what its provider shows');
  const isLimited = nodes.every(({ maxMemoryBytes }) => maxMemoryBytes > 0);
  const limitOf = ({ maxMemoryBytes, machineBytes }: RedisNodeDescription): number =>
    maxMemoryBytes > 0 ? maxMemoryBytes : (machineBytes ?? Infinity);
  const limit = sum(limitOf);
  // The fullest server of a cluster refuses writes, however empty the others are.
  const fullest = Math.max(...nodes.map((node) => (node.usedBytes ?? 0) / limitOf(node)));
  const needed = expected === undefined ? 0 : neededMemoryBytes(expected);
  const forWhat =
    expected === undefined
      ? '; what the log needs is not known'
      : `; ${grouped(expected.records)} records of ${grouped(expected.accounts)} accounts need ${inBytes(needed)}`;
  const what = `${inBytes(used)} used of ${limit === Infinity ? 'no known limit' : inBytes(limit)}${isLimited ? '' : ' (the machine; maxmemory is 0)'}${forWhat}`;
  const wanted = Math.ceil(Math.max(needed, used / limits.redisUsedWarnShare) / nodes.length);
  const mend = `Give ${nodes.length === 1 ? 'Redis' : 'each server'} more memory: redis-cli CONFIG SET maxmemory ${wanted}, and the same in redis.conf (docs/operations/doctor.md has the formula).`;
  if (fullest > limits.redisUsedFailShare) return fail('redis.memory', what, mend);
  if (fullest > limits.redisUsedWarnShare || needed > limit) return warn('redis.memory', what, mend);
  if (!isLimited && !isLoopback) return warn('redis.memory', what, mend);
  return ok('redis.memory', what);
}

function judgePersistence(nodes: Nodes): Check {
  if (nodes.some(({ appendIntact }) => !appendIntact)) {
    return fail(
      'redis.persistence',
      'the last write to the append-only file failed',
      "Free space on Redis's disk and look at its log; it refuses writes until one succeeds.",
    );
  }
  if (nodes.some(({ snapshotIntact }) => !snapshotIntact)) {
    return fail(
      'redis.persistence',
      'the last snapshot failed; a Redis that makes any refuses writes then',
      "Free space on Redis's disk and redis-cli BGSAVE SCHEDULE; or turn snapshots off, which Weir does not need: redis-cli CONFIG SET save ''.",
    );
  }
  const mend =
    'redis-cli CONFIG SET appendonly yes, then CONFIG SET appendfsync everysec, and the same in redis.conf.';
  if (nodes.some(({ appendOnly }) => !appendOnly))
    return warn(
      'redis.persistence',
      'no append-only file: a restart rebuilds all windows from the log',
      mend,
    );
  if (nodes.some(({ appendSync }) => appendSync === 'no'))
    return warn(
      'redis.persistence',
      'appendfsync is no: a crash of the machine loses up to half a minute',
      mend,
    );
  const sync = nodes[0]?.appendSync;
  return ok(
    'redis.persistence',
    `append-only file, ${sync === undefined ? 'how often it is synced is not told' : `synced ${sync}`}`,
  );
}

function judgeLostKeys(nodes: Nodes): Check {
  const sum = (of: (node: RedisNodeDescription) => number): number =>
    nodes.reduce((total, node) => total + of(node), 0);
  const [evicted, expired] = [sum(({ evictedKeys }) => evictedKeys), sum(({ expiredKeys }) => expiredKeys)];
  const what = `${grouped(evicted)} keys evicted and ${grouped(expired)} expired since its start`;
  if (evicted > 0) {
    return fail(
      'redis.lostKeys',
      what,
      'Set maxmemory-policy noeviction, then compare the windows with the log: npx weir windows verify.',
    );
  }
  if (expired > 0) {
    return warn(
      'redis.lostKeys',
      what,
      'Give Weir a Redis of its own: its keys never expire, so another application uses this one.',
    );
  }
  return ok('redis.lostKeys', what);
}

function judgeOwner({ redis: { log: claimed, nodes }, log }: RedisFacts): Check {
  const mend = 'Point REDIS_URL at the Redis of this log, or follow docs/runbooks/another-log.md.';
  const keys = grouped(nodes.reduce((total, node) => total + node.keys, 0));
  if (claimed === undefined) return ok('redis.log', `no log has claimed it yet; ${keys} keys`);
  const what = `windows of log ${claimed.logId}, ${claimed.partitionCount} partitions, ${keys} keys`;
  if (log === undefined) return skipped('redis.log', `${what}; the log's own name is not known`);
  if (log.logId !== claimed.logId) return fail('redis.log', `${what}; the log here is ${log.logId}`, mend);
  if (log.partitionCount !== claimed.partitionCount)
    return fail(
      'redis.log',
      `${what}; the log has ${log.partitionCount}`,
      'Follow docs/runbooks/partition-count-changed.md.',
    );
  return ok('redis.log', what);
}
