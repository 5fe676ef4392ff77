import { Worker } from 'node:worker_threads';
import type { ProxyAnswer, ProxyCall } from './proxy-calls.ts';

/** A TCP proxy that runs in the thread of the proxies. */
export type HostedProxy = {
  readonly port: number;
  /** Ends every connection there is; answers how many there were. */
  readonly cut: () => Promise<number>;
  /** Ends every connection there is, and every new one at once, until `restore`. */
  readonly block: () => Promise<void>;
  /** Lets every byte of either direction wait this long. */
  readonly delay: (delayMs: number) => Promise<void>;
  /** Lets everything through again; answers how much was held up since: connections refused, pieces that waited. */
  readonly restore: () => Promise<number>;
  readonly close: () => Promise<void>;
};

export type ProxyHost = {
  /** Starts a proxy in front of a loopback port, where nothing needs to listen yet. */
  readonly start: (targetPort: number) => Promise<HostedProxy>;
  /** Ends the thread and every proxy. */
  readonly stop: () => Promise<void>;
};

export function createProxyHost(): ProxyHost {
  const thread = new Worker(new URL('proxy-thread.ts', import.meta.url));
  const waiting = new Map<number, PromiseWithResolvers<ProxyAnswer['value']>>();
  let calls = 0;
  // It must not keep a process alive that has nothing else to do.
  thread.unref();
  thread.on('message', ({ id, value }: ProxyAnswer) => {
    waiting.get(id)?.resolve(value);
    waiting.delete(id);
  });
  thread.on('error', (error) => {
    for (const one of waiting.values()) one.reject(error);
  });
  const call = (to: number, name: ProxyCall['name'], value = 0): Promise<ProxyAnswer['value']> => {
    calls += 1;
    const answered = Promise.withResolvers<ProxyAnswer['value']>();
    waiting.set(calls, answered);
    thread.postMessage({ id: calls, to, name, value } satisfies ProxyCall);
    return answered.promise;
  };
  return {
    start: async (targetPort) => {
      const started = await call(-1, 'start', targetPort);
      if (typeof started === 'number') throw new TypeError('a proxy was started and not named');
      const { port, number } = started;
      return {
        port,
        cut: async () => Number(await call(number, 'cut')),
        block: async () => void (await call(number, 'block')),
        delay: async (delayMs) => void (await call(number, 'delay', delayMs)),
        restore: async () => Number(await call(number, 'restore')),
        close: async () => void (await call(number, 'close')),
      };
    },
    stop: async () => void (await thread.terminate()),
  };
}
