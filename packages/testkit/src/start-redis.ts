import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pickFreePort, resolveHome, startRedisServer } from '@weir/local';
import type { OwnedProcess } from '@weir/local';
import { makeTempFolder } from './temp-folder.ts';

const stopGraceMs = 5_000;

/** A Redis for tests. */
export type TestRedis = {
  /** What REDIS_URL would say. */
  readonly url: string;
  /** Unique to this call: put it into the log id or before every key of the test. */
  readonly prefix: string;
  /** kill -9. Only on a Redis of one's own. */
  readonly kill: () => Promise<void>;
  /** Starts again on the same port with the same data, after `kill` or `stop`. Only on a Redis of one's own. */
  readonly restart: () => Promise<void>;
  /** Stops a Redis of one's own; leaves the shared one alone. Idempotent. */
  readonly stop: () => Promise<void>;
};

/**
 * Answers a Redis that serves. When the test run has started a shared one
 * (WEIR_TEST_REDIS_URL), that is it; otherwise, or with `own`, one is started
 * with its data in a temporary folder and ends with this process at the latest.
 */
export async function startRedis(options: { readonly own?: boolean } = {}): Promise<TestRedis> {
  const prefix = `t${randomBytes(5).toString('hex')}.`;
  const shared = process.env['WEIR_TEST_REDIS_URL'];
  if (shared !== undefined && shared !== '' && options.own !== true) {
    return { url: shared, prefix, kill: refuse, restart: refuse, stop: async () => undefined };
  }
  const place = {
    home: resolveHome(process.env),
    dataDir: join(makeTempFolder('redis'), 'data'),
    port: await pickFreePort(),
    onProgress: (sentence: string) => void process.stderr.write(`${sentence}\n`),
  };
  let server: OwnedProcess = await startRedisServer(place);
  return {
    url: `redis://127.0.0.1:${place.port}`,
    prefix,
    kill: () => server.kill(),
    restart: async () => {
      await server.stop(stopGraceMs);
      server = await startRedisServer(place);
    },
    stop: () => server.stop(stopGraceMs),
  };
}

async function refuse(): Promise<never> {
  throw new Error('This Redis is shared with other tests: ask for startRedis({ own: true }).');
}
