import { WeirError } from '@weir/contracts';
import type { Redis } from 'ioredis';
import type { RedisConnection } from './open-redis.ts';
import type { WindowKeys } from './redis-keys.ts';

const keysPerScan = 1_000;
const maxClearings = 5;

/**
 * Forgets a partition, whatever is left of it. The position goes first, so that
 * nobody believes what is left of the records. A worker that was taken for dead
 * may begin anew while they are being removed: its commit leaves a position
 * behind, and then all of it is removed again. It has one such commit, since it
 * can't publish.
 *
 * Every node is looked through, key by key: what no bucket knows of any more is
 * removed as well, also where a cluster is just moving it.
 */
export async function clearPartition({ client, nodes }: RedisConnection, keys: WindowKeys): Promise<void> {
  for (let attempt = 1; attempt <= maxClearings; attempt += 1) {
    await client.unlink(keys.position);
    for (const node of nodes()) await removeRecords(node, keys, client);
    if ((await client.exists(keys.position)) === 0) return;
  }
  throw new WeirError('position_moved', 'another worker keeps writing to the partition while it is cleared');
}

async function removeRecords(
  node: Redis,
  keys: WindowKeys,
  client: RedisConnection['client'],
): Promise<void> {
  let cursor = '0';
  do {
    const [next, found] = await node.scan(cursor, 'MATCH', keys.pattern, 'COUNT', keysPerScan);
    const records = found.filter((key) => key !== keys.position);
    if (records.length > 0) await client.unlink(...records);
    cursor = next;
  } while (cursor !== '0');
}
