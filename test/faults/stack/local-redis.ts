import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pickFreePort, resolveHome, startRedisServer } from '@weir/local';
import type { OwnedProcess } from '@weir/local';
import { openRedis } from '@weir/window-store';
import type { RedisConnection } from '@weir/window-store';
import type { HostedProxy, ProxyHost } from './proxy-host.ts';

/** A Redis with a proxy in front of it. */
export type LocalRedis = {
  /** Through the proxy, for workers. */
  readonly proxied: string;
  readonly proxy: HostedProxy;
  /** A connection straight to it, for who looks on; the caller closes it. */
  readonly connect: () => Promise<RedisConnection>;
  /** kill -9. Answers whether it ran. */
  readonly kill: () => Promise<boolean>;
  /** Starts it again with what it had written; resolves when it serves. */
  readonly start: () => Promise<void>;
  /** Keeps a copy of what it has written until now. */
  readonly keepCopy: () => void;
  /** Puts that copy in the place of what it has written since. Only while it is away. */
  readonly bringCopyBack: () => void;
  readonly stop: () => Promise<void>;
};

const stopGraceMs = 5_000;
const appendOnlyFile = 'appendonly.aof';

export async function startLocalRedis(folder: string, proxies: ProxyHost): Promise<LocalRedis> {
  const port = await pickFreePort();
  const proxy = await proxies.start(port);
  const dataDir = join(folder, 'redis');
  const place = { home: resolveHome(process.env), dataDir, port, onProgress: () => undefined };
  const file = join(dataDir, appendOnlyFile);
  const copy = join(folder, 'redis-copy.aof');
  let server: OwnedProcess = await startRedisServer(place);
  return {
    proxied: `redis://127.0.0.1:${proxy.port}`,
    proxy,
    connect: () => openRedis({ url: `redis://127.0.0.1:${port}` }),
    kill: async () => {
      const ran = !server.hasExited();
      await server.kill();
      return ran;
    },
    start: async () => {
      server = await startRedisServer(place);
    },
    // A copy made while it writes may end in half a command, which Redis leaves out when it loads it.
    keepCopy: () => cpSync(file, copy),
    bringCopyBack: () => {
      cpSync(copy, file);
      rmSync(copy);
    },
    stop: async () => {
      await proxy.close();
      await server.stop(stopGraceMs);
    },
  };
}
