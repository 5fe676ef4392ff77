import type { ChainCommit, ChainOutcome, StoredPosition, WindowStore } from '@weir/windows';
import { checkAccounts, checkCommit, checkPage } from './check-call.ts';
import { clearPartition } from './clear-partition.ts';
import { commitScript, readOutcome } from './commit-script.ts';
import { bucketCount, windowLayout } from './limits.ts';
import { loadAccounts } from './load-accounts.ts';
import { listScript } from './load-script.ts';
import type { RedisClient, RedisConnection } from './open-redis.ts';
import { packAppends } from './pack-call.ts';
import { createPositionWitness } from './position-witness.ts';
import { askRedis } from './redis-error.ts';
import { windowKeys } from './redis-keys.ts';
import type { WindowKeys } from './redis-keys.ts';
import { runScript } from './run-script.ts';
import { damaged } from './stored-account.ts';

export type RedisWindowStoreOptions = {
  readonly connection: RedisConnection;
  readonly logId: string;
  /** The ref of the plan these windows are for. Sets of several plans stand beside one another. */
  readonly windowSet: string;
};

/** A position of another layout is none: its partition has to be cleared and rebuilt from the log. */
async function readPosition(client: RedisClient, keys: WindowKeys): Promise<StoredPosition | undefined> {
  const [next, token, layout] = await client.hmget(keys.position, 'next', 'token', 'layout');
  if (typeof next !== 'string' || typeof token !== 'string' || layout !== windowLayout) return undefined;
  return { next: Number(next), token };
}

async function listAccounts(client: RedisClient, keys: WindowKeys, bucket: number): Promise<string[]> {
  const reply = await runScript(client, listScript, keys, [String(bucket)]);
  if (!Array.isArray(reply)) throw damaged('an account or a bucket is missing');
  return reply.map(String).filter((field) => field !== '#');
}

async function runCommit(client: RedisClient, keys: WindowKeys, commit: ChainCommit): Promise<ChainOutcome> {
  const reply = await runScript(client, commitScript, keys, [
    commit.expected === undefined ? '' : String(commit.expected.next),
    commit.expected?.token ?? '',
    String(commit.next),
    commit.token,
    packAppends(commit),
  ]);
  return readOutcome(reply);
}

/**
 * The windows of one log and one plan in Redis. A commit is one script, a load
 * one for every 2 MiB. After a repeat of the connection a commit that had been
 * applied answers `alreadyMine`. Pieces that were loaded may share memory with
 * others: copy what you keep.
 *
 * Every call throws WeirError `redis_unavailable` when there is no answer in
 * time; whether a commit was applied is then unknown until the position has
 * been read. `load` throws `position_moved` when the position is gone or smaller
 * than this store has seen it. RangeError for a call out of bounds.
 */
export function createRedisWindowStore(options: RedisWindowStoreOptions): WindowStore {
  const { connection, logId, windowSet } = options;
  const { client } = connection;
  const witness = createPositionWitness();
  const keysOf = (partition: number): WindowKeys => windowKeys({ logId, windowSet, partition });
  return {
    position: (partition) =>
      askRedis(async () => {
        const position = await readPosition(client, keysOf(partition));
        witness.saw(partition, position?.next);
        return position;
      }),
    load: (partition, accounts) =>
      askRedis(() => {
        checkAccounts(accounts);
        return loadAccounts(client, keysOf(partition), accounts, (next) =>
          witness.requireNotBack(partition, next),
        );
      }),
    accountPages: bucketCount,
    listAccounts: (partition, page) =>
      askRedis(() => {
        checkPage(page);
        return listAccounts(client, keysOf(partition), page);
      }),
    commit: (commit) =>
      askRedis(async () => {
        checkCommit(commit);
        const outcome = await runCommit(client, keysOf(commit.partition), commit);
        if (outcome === 'applied' || outcome === 'alreadyMine') witness.saw(commit.partition, commit.next);
        return outcome;
      }),
    clear: (partition) =>
      askRedis(async () => {
        await clearPartition(connection, keysOf(partition));
        witness.saw(partition, undefined);
      }),
  };
}
