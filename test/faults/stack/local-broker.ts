import { join } from 'node:path';
import { pickFreePort, resolveHome, startKafkaBroker } from '@weir/local';
import type { OwnedProcess } from '@weir/local';
import type { HostedProxy, ProxyHost } from './proxy-host.ts';

/** A broker with a proxy in front of it. */
export type LocalBroker = {
  /** Straight to the broker, for who looks on. */
  readonly direct: string;
  /** Through the proxy, for workers. */
  readonly proxied: string;
  readonly proxy: HostedProxy;
  /** kill -9. Answers whether it ran. */
  readonly kill: () => Promise<boolean>;
  /** Starts it again with the same records; resolves when it serves. */
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

const stopGraceMs = 10_000;

export async function startLocalBroker(folder: string, proxies: ProxyHost): Promise<LocalBroker> {
  const behindPort = await pickFreePort();
  const proxy = await proxies.start(behindPort);
  const place = {
    home: resolveHome(process.env),
    dataDir: join(folder, 'kafka'),
    port: await pickFreePort(),
    controllerPort: await pickFreePort(),
    behindProxy: { port: behindPort, advertisedPort: proxy.port },
    onProgress: () => undefined,
  };
  let broker: OwnedProcess = await startKafkaBroker(place);
  return {
    direct: `127.0.0.1:${place.port}`,
    proxied: `127.0.0.1:${proxy.port}`,
    proxy,
    kill: async () => {
      const ran = !broker.hasExited();
      await broker.kill();
      return ran;
    },
    start: async () => {
      broker = await startKafkaBroker(place);
    },
    stop: async () => {
      await proxy.close();
      await broker.stop(stopGraceMs);
    },
  };
}
