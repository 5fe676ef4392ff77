// Proxies in a thread of their own: while the checkers compute, connections
// have to go on, or every worker would take its broker for dead.
import { parentPort } from 'node:worker_threads';
import type { ProxyAnswer, ProxyCall } from './proxy-calls.ts';
import { startTcpProxy } from './tcp-proxy.ts';
import type { TcpProxy } from './tcp-proxy.ts';

const proxies: TcpProxy[] = [];

async function answer({ to, name, value }: ProxyCall): Promise<ProxyAnswer['value']> {
  if (name === 'start') {
    const started = await startTcpProxy(value);
    return { port: started.port, number: proxies.push(started) - 1 };
  }
  const proxy = proxies[to];
  if (proxy === undefined) throw new RangeError(`There is no proxy ${to}.`);
  if (name === 'cut' || name === 'restore') return proxy[name]();
  if (name === 'delay') proxy.delay(value);
  else await proxy[name]();
  return 0;
}

parentPort?.on('message', (call: ProxyCall) => {
  // A call that fails ends the thread, and with it the run.
  void answer(call).then((value) => parentPort?.postMessage({ id: call.id, value } satisfies ProxyAnswer));
});
