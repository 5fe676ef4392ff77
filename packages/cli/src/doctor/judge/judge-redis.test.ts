import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RedisNodeDescription } from '@weir/window-store';
import { neededMemoryBytes, windowBytes } from '../window-memory.ts';
import { judgeRedis } from './judge-redis.ts';
import type { RedisFacts } from './judge-redis.ts';
import { tableOf } from './judges.fixture.ts';

const gibibyte = 1_073_741_824;
const node: RedisNodeDescription = {
  version: '7.0.15',
  policy: 'noeviction',
  usedBytes: gibibyte,
  maxMemoryBytes: 4 * gibibyte,
  machineBytes: 16 * gibibyte,
  appendOnly: true,
  appendSync: 'everysec',
  appendIntact: true,
  snapshotIntact: true,
  isReplica: false,
  evictedKeys: 0,
  expiredKeys: 0,
  keys: 10,
  clockMs: 0,
  ownClockMs: 0,
};
const log = { logId: 'log-1', partitionCount: 4 };
const facts = (change: Partial<RedisNodeDescription>, more: Partial<RedisFacts> = {}): RedisFacts => ({
  redis: { nodes: [{ ...node, ...change }], log },
  isLoopback: false,
  expected: undefined,
  log,
  ...more,
});

test('a Redis as Weir wants it is well', () => {
  assert.ok(judgeRedis(facts({})).every(({ status }) => status === 'ok'));
});

tableOf(judgeRedis, [
  [
    'a policy that evicts fails, with the line that mends it',
    facts({ policy: 'allkeys-lru' }),
    'redis.policy',
    { status: 'fail', what: /allkeys-lru/, mend: /CONFIG SET maxmemory-policy noeviction/ },
  ],
  [
    'a policy that is not told is no promise',
    facts({ policy: undefined }),
    'redis.policy',
    { status: 'fail' },
  ],
  ['an old Redis fails', facts({ version: '6.0.9' }), 'redis.version', { status: 'fail' }],
  [
    'memory three quarters used is warned of',
    facts({ usedBytes: 3.1 * gibibyte }),
    'redis.memory',
    { status: 'warn' },
  ],
  ['memory that is used up fails', facts({ usedBytes: 3.9 * gibibyte }), 'redis.memory', { status: 'fail' }],
  [
    'a Redis without a limit on another machine is warned of',
    facts({ maxMemoryBytes: 0 }),
    'redis.memory',
    { status: 'warn', what: /maxmemory is 0/ },
  ],
  [
    'a Redis without a limit on this machine is well',
    facts({ maxMemoryBytes: 0 }, { isLoopback: true }),
    'redis.memory',
    { status: 'ok' },
  ],
  [
    'less memory than the log needs by the formula is warned of, with the number',
    facts({}, { expected: { accounts: 2_000_000, records: 100_000_000 } }),
    'redis.memory',
    { status: 'warn', mend: /maxmemory 8040000000/ },
  ],
  ['no append-only file is warned of', facts({ appendOnly: false }), 'redis.persistence', { status: 'warn' }],
  [
    'a file that is never synced is warned of',
    facts({ appendSync: 'no' }),
    'redis.persistence',
    { status: 'warn' },
  ],
  [
    'a snapshot that failed fails',
    facts({ snapshotIntact: false }),
    'redis.persistence',
    { status: 'fail', mend: /BGSAVE/ },
  ],
  ['a replica takes no writes, and fails', facts({ isReplica: true }), 'redis.reachable', { status: 'fail' }],
  [
    'memory that is not told is not judged',
    facts({ usedBytes: undefined }),
    'redis.memory',
    { status: 'skipped' },
  ],
  [
    'one full server of a cluster fails, however empty the other is',
    {
      ...facts({}),
      redis: {
        nodes: [
          { ...node, usedBytes: 0 },
          { ...node, usedBytes: 4 * gibibyte },
        ],
        log,
      },
    },
    'redis.memory',
    { status: 'fail', mend: /each server/ },
  ],
  [
    'windows that cannot be held against a log are not judged',
    facts({}, { log: undefined }),
    'redis.log',
    { status: 'skipped' },
  ],
  ['a write that failed fails', facts({ appendIntact: false }), 'redis.persistence', { status: 'fail' }],
  [
    'a managed Redis that does not tell its settings is well',
    facts({ appendSync: undefined }),
    'redis.persistence',
    { status: 'ok' },
  ],
  [
    'evicted keys fail',
    facts({ evictedKeys: 1 }),
    'redis.lostKeys',
    { status: 'fail', mend: /windows verify/ },
  ],
  ['expired keys are warned of', facts({ expiredKeys: 1 }), 'redis.lostKeys', { status: 'warn' }],
  [
    "another log's windows fail",
    facts({}, { log: { logId: 'log-2', partitionCount: 4 } }),
    'redis.log',
    { status: 'fail', mend: /another-log/ },
  ],
  [
    'windows of another partition count fail',
    facts({}, { log: { logId: 'log-1', partitionCount: 8 } }),
    'redis.log',
    { status: 'fail', mend: /partition-count/ },
  ],
]);

test('the memory formula meets what was measured, and errs to the safe side for short histories', () => {
  const perRecord = (records: number): number => windowBytes({ accounts: 1, records }) / records;
  assert.ok(Math.abs(perRecord(1_000) - 44) < 1);
  assert.ok(Math.abs(perRecord(50) - 53) < 1);
  assert.ok(perRecord(10) >= 80);
  assert.equal(neededMemoryBytes({ accounts: 0, records: 2 }), 132);
});
