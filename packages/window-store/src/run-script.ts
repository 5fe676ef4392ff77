import { createHash } from 'node:crypto';
import type { WindowKeys } from './redis-keys.ts';
import type { RedisClient } from './open-redis.ts';

/** A script and the name by which a Redis knows it that has seen it before. */
export type RedisScript = { readonly source: string; readonly sha1: string };

export const defineScript = (source: string): RedisScript => ({
  source,
  sha1: createHash('sha1').update(source).digest('hex'),
});

/** Runs a script over the keys of one partition. Texts in its answer are bytes. */
export async function runScript(
  client: RedisClient,
  script: RedisScript,
  keys: WindowKeys,
  scriptArguments: readonly (string | Buffer)[],
): Promise<unknown> {
  const call = [2, keys.position, keys.nowhere, ...scriptArguments] as const;
  try {
    return await client.callBuffer('evalsha', script.sha1, ...call);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return client.callBuffer('eval', script.source, ...call);
  }
}
