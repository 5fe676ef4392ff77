import { WeirError } from '@weir/contracts';
import type { RedisConnection } from './open-redis.ts';
import { askRedis } from './redis-error.ts';
import { logKey } from './redis-keys.ts';

export type LogClaim = {
  readonly environment: string;
  readonly logId: string;
  readonly partitionCount: number;
};

/**
 * Makes sure that this Redis holds the windows of this log and no other. The
 * first claim of an environment is remembered; a later one has to be the same.
 * Idempotent.
 *
 * Throws WeirError: `log_other` when the environment's windows are another
 * log's, `log_partition_count_changed` when the log has been repartitioned
 * since, `redis_unavailable`.
 */
export async function claimLog(connection: RedisConnection, claim: LogClaim): Promise<void> {
  const key = logKey(claim.environment);
  const remembered = await askRedis(async () => {
    await connection.client.setnx(key, `${claim.partitionCount} ${claim.logId}`);
    return connection.client.get(key);
  });
  const [partitionCount, logId] = (remembered ?? '').split(' ');
  if (logId !== claim.logId) {
    throw new WeirError(
      'log_other',
      `The windows in this Redis belong to log ${logId ?? 'unknown'}, not ${claim.logId} (key ${key})`,
    );
  }
  if (partitionCount !== String(claim.partitionCount)) {
    throw new WeirError(
      'log_partition_count_changed',
      `The windows in this Redis are of ${partitionCount} partitions, the log has ${claim.partitionCount} (key ${key})`,
    );
  }
}
