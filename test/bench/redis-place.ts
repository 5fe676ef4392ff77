import { startRedis, waitFor } from '@weir/testkit';
import { createRedisWindowStore, openRedis } from '@weir/window-store';
import { defaultWindowPlan } from '@weir/windows';
import type { WindowStore } from '@weir/windows';
import type { BenchLog } from './bench-log.ts';
import type { Watched } from './process-usage.ts';

/** A Redis that holds windows, and what of it is measured. */
export type RedisPlace = {
  readonly url: string;
  readonly watched: Watched;
  readonly storeOf: (log: BenchLog) => WindowStore;
  /** What its keys and values take, with all that Redis keeps for them. */
  readonly usedBytes: () => Promise<number>;
  /** Rewrites the append-only file now, so that Redis does not choose to while something is measured. */
  readonly compact: () => Promise<void>;
  readonly close: () => Promise<void>;
};

const idleDeadline = { deadlineMs: 120_000, what: 'the append-only file to be rewritten' };

export async function openRedisPlace(url: string): Promise<RedisPlace> {
  const connection = await openRedis({ url });
  const { client } = connection;
  const field = async (section: string, name: string): Promise<string> => {
    const text = await client.info(section);
    const found = new RegExp(`^${name}:(.*)\\r?$`, 'm').exec(text)?.[1];
    if (found === undefined) throw new Error(`Redis says nothing of ${name}`);
    return found;
  };
  const isIdle = async () =>
    (await field('persistence', 'aof_rewrite_in_progress')) === '0' &&
    (await field('persistence', 'aof_rewrite_scheduled')) === '0';
  const pid = Number(await field('server', 'process_id'));
  return {
    url,
    watched: [{ name: 'redis', pid }],
    storeOf: ({ logId }) => createRedisWindowStore({ connection, logId, windowSet: defaultWindowPlan.ref }),
    usedBytes: async () => {
      // A rewrite of the append-only file that is under way keeps what is written meanwhile in memory as well.
      await waitFor(isIdle, idleDeadline);
      return Number(await field('memory', 'used_memory'));
    },
    compact: async () => {
      // Redis may be at it of its own accord, and refuses to begin another.
      await waitFor(isIdle, idleDeadline);
      await client.bgrewriteaof();
      await waitFor(isIdle, idleDeadline);
    },
    close: connection.close,
  };
}

/** A Redis of its own beside the stack's, run as that is. */
export async function startRedisPlace(): Promise<RedisPlace> {
  const redis = await startRedis({ own: true });
  const place = await openRedisPlace(redis.url);
  return {
    ...place,
    close: async () => {
      await place.close();
      await redis.stop();
    },
  };
}
