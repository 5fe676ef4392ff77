import { WeirError } from '@weir/contracts';
import type { ChainCommit, ChainOutcome, StoredPosition, WindowStore } from '@weir/windows';
import type { Redis } from 'ioredis';
import { checkAccounts, checkCommit } from './check-call.ts';
import { commitScript, commitScriptSha1, headerArgument, readOutcome } from './commit-script.ts';
import { segmentHeader, segmentsPerRead } from './limits.ts';
import type { RedisConnection } from './open-redis.ts';
import { askRedis } from './redis-error.ts';
import { partitionKeys } from './redis-keys.ts';
import type { PartitionKeys } from './redis-keys.ts';

const keysPerScan = 1_000;
const maxClearings = 5;

export type RedisWindowStoreOptions = {
  readonly connection: RedisConnection;
  readonly logId: string;
};

async function readPosition(client: Redis, keys: PartitionKeys): Promise<StoredPosition | undefined> {
  const [next, token] = await client.hmget(keys.position, 'next', 'token');
  if (typeof next !== 'string' || typeof token !== 'string') return undefined;
  return { next: Number(next), token };
}

/** One page of every account that isn't read to its end yet: full segments from where it stands, and the head. */
async function readPage(
  client: Redis,
  keys: PartitionKeys,
  unread: ReadonlyMap<string, readonly Uint8Array[]>,
): Promise<Buffer[][]> {
  const pipeline = client.pipeline();
  for (const [account, { length }] of unread) {
    // The head second: should another writer put it aside in between, a segment
    // is missed instead of read twice, and the chain refuses what comes of it.
    pipeline.lrangeBuffer(keys.full(account), length, length + segmentsPerRead - 1);
    pipeline.getBuffer(keys.head(account));
  }
  const replies = (await pipeline.exec()) ?? [];
  return replies.map(([error, reply]) => {
    if (error !== null) throw error;
    return (Array.isArray(reply) ? reply : reply === null ? [] : [reply]) as Buffer[];
  });
}

async function loadSegments(
  client: Redis,
  keys: PartitionKeys,
  accounts: readonly string[],
): Promise<Map<string, Uint8Array[]>> {
  const loaded = new Map<string, Uint8Array[]>();
  let unread = new Map<string, Uint8Array[]>(accounts.map((account) => [account, []]));
  // Ends because lists do: each round reads 60 segments further.
  while (unread.size > 0) {
    const replies = (await readPage(client, keys, unread)).values();
    const longer = new Map<string, Uint8Array[]>();
    for (const [account, segments] of unread) {
      const page = replies.next().value ?? [];
      const head = replies.next().value ?? [];
      segments.push(...page);
      if (page.length === segmentsPerRead) longer.set(account, segments);
      else if (segments.push(...head) > 0) loaded.set(account, segments);
    }
    unread = longer;
  }
  return new Map([...loaded].map(([account, segments]) => [account, segments.map(recordsOf)]));
}

function recordsOf(segment: Uint8Array): Uint8Array {
  if (segment[0] !== segmentHeader[0])
    throw new WeirError('windows_damaged', 'a segment of the windows is of an unknown format');
  return segment.subarray(segmentHeader.byteLength);
}

async function listAccounts(client: Redis, keys: PartitionKeys): Promise<string[]> {
  const accounts: string[] = [];
  let cursor = '0';
  do {
    const [next, found] = await client.scan(cursor, 'MATCH', keys.head('*'), 'COUNT', keysPerScan);
    for (const key of found) accounts.push(key.slice(key.lastIndexOf(':') + 1));
    cursor = next;
  } while (cursor !== '0');
  return [...new Set(accounts)];
}

async function runCommit(client: Redis, keys: PartitionKeys, commit: ChainCommit): Promise<ChainOutcome> {
  const scriptKeys = [keys.position];
  const scriptArguments: (string | Buffer)[] = [
    commit.expected === undefined ? '' : String(commit.expected),
    String(commit.next),
    commit.token,
    headerArgument,
  ];
  for (const [account, packed] of commit.appends) {
    scriptKeys.push(keys.head(account), keys.full(account));
    const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
    scriptArguments.push(bytes, String(commit.horizons.get(account) ?? 0));
  }
  const call = [scriptKeys.length, ...scriptKeys, ...scriptArguments] as const;
  try {
    return readOutcome(await client.evalsha(commitScriptSha1, ...call));
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return readOutcome(await client.eval(commitScript, ...call));
  }
}

/**
 * The position goes first, so that nobody believes what is left of the records.
 * A worker that was taken for dead may begin anew while they are being removed:
 * its commit leaves a position behind, and then all of it is removed again. It
 * has one such commit, since it can't publish.
 */
async function forget(client: Redis, keys: PartitionKeys): Promise<void> {
  for (let attempt = 1; attempt <= maxClearings; attempt += 1) {
    await client.unlink(keys.position);
    await removeRecords(client, keys);
    if ((await client.exists(keys.position)) === 0) return;
  }
  throw new WeirError('position_moved', 'another worker keeps writing to the partition while it is cleared');
}

async function removeRecords(client: Redis, keys: PartitionKeys): Promise<void> {
  let cursor = '0';
  do {
    const [next, found] = await client.scan(cursor, 'MATCH', keys.pattern, 'COUNT', keysPerScan);
    const records = found.filter((key) => key !== keys.position);
    if (records.length > 0) await client.unlink(...records);
    cursor = next;
  } while (cursor !== '0');
}

/**
 * The windows of one log in Redis. A commit is one script, a load one round
 * trip for accounts of up to 60 full segments. After a repeat of the connection
 * a commit that had been applied answers `alreadyMine`.
 *
 * Every call throws WeirError `redis_unavailable` when there is no answer in
 * time; whether a commit was applied is then unknown until the position has
 * been read. RangeError for a call out of bounds.
 */
export function createRedisWindowStore({ connection, logId }: RedisWindowStoreOptions): WindowStore {
  const { client } = connection;
  return {
    position: (partition) => askRedis(() => readPosition(client, partitionKeys(logId, partition))),
    load: (partition, accounts) =>
      askRedis(() => {
        checkAccounts(accounts);
        return loadSegments(client, partitionKeys(logId, partition), accounts);
      }),
    accountPages: 1,
    listAccounts: (partition) => askRedis(() => listAccounts(client, partitionKeys(logId, partition))),
    commit: (commit) =>
      askRedis(() => {
        checkCommit(commit);
        return runCommit(client, partitionKeys(logId, commit.partition), commit);
      }),
    clear: (partition) => askRedis(() => forget(client, partitionKeys(logId, partition))),
  };
}
