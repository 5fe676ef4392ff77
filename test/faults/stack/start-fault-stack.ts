import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeMain, pickFreePort, readRoleEnvironment, startProcess, startStack } from '@weir/local';
import type { RunningStack } from '@weir/local';
import { connectOps } from '../../../packages/cli/src/ops/connect-ops.ts';
import type { Ops } from '../../../packages/cli/src/ops/connect-ops.ts';
import { makeDeskTokens } from '../alerts/release-desk.ts';
import type { DeskTokens } from '../alerts/release-desk.ts';
import { createKeptWorker } from './kept-worker.ts';
import type { KeptWorker, WorkerEnd } from './kept-worker.ts';
import { startLocalBroker } from './local-broker.ts';
import type { LocalBroker } from './local-broker.ts';
import { startLocalRedis } from './local-redis.ts';
import type { LocalRedis } from './local-redis.ts';
import { startMailReceiver } from './mail-receiver.ts';
import type { MailReceiver } from './mail-receiver.ts';

import { createProxyHost } from './proxy-host.ts';
import type { HostedProxy, ProxyHost } from './proxy-host.ts';

export const logPartitions = 4;
const mailDomain = 'faults.example';
const mailRecipient = `analyst@${mailDomain}`;

type Role = Parameters<typeof readRoleEnvironment>[1];
type Environment = Readonly<Record<string, string>>;

/** A whole pipeline on ports of its own, every part of which can be hurt. */
export type FaultStack = {
  readonly home: string;
  readonly broker: LocalBroker;
  readonly redis: LocalRedis;
  readonly proxies: ProxyHost;
  /** The ways to the KMS: that of ingest, and that of detection and alerting. */
  readonly kmsProxies: { readonly ingest: HostedProxy; readonly others: HostedProxy };
  readonly mails: MailReceiver;
  /** Two that run, and a third that is away until it is added. */
  readonly detection: readonly [KeptWorker, KeptWorker, KeptWorker];
  readonly alerting: KeptWorker;
  /** Where people work alerts, and as whom. */
  readonly api: { readonly url: string; readonly tokens: DeskTokens };
  /** What a process acting in a role is configured with, its way leading through the proxies. */
  readonly workerEnvironment: (role: Role) => Environment;
  /** The same straight to the parts, for who looks on. */
  readonly directEnvironment: (role: Role) => Environment;
  /** Looks on from outside in the role of ops: it reads and opens, and can't seal. */
  readonly observer: Ops;
  /** Stops everything that runs. Idempotent. */
  readonly stop: () => Promise<void>;
};

/** One mail for each alert and soon, so that whatever isn't told shows: the limit is far away, and nobody is reminded. */
const routes = {
  receivers: [
    { id: 'mail', channel: 'mail', to: [mailRecipient], rateLimit: { most: 1_000, perMinutes: 1 } },
  ],
  routes: [{ id: 'all', to: ['mail'], groupBy: 'alert', waitSeconds: 1, updateMinutes: 1 }],
};

/** The shortest there may be, so that the partitions of the dead and the frozen go to others soon. */
const sessionTimeoutMs = 6_000;
const readyDeadlineMs = 60_000;
const pollEveryMs = 200;

/**
 * Starts everything on loopback ports, with a home of its own: broker, Redis,
 * KMS, mail receiver, two detection processes and alerting. The log is made and
 * named. `onEnd` is told of workers that end by themselves.
 */
export async function startFaultStack(home: string, onEnd: (end: WorkerEnd) => void): Promise<FaultStack> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const stopOne of stops.splice(0).toReversed()) await stopOne();
  };
  try {
    for (const folder of ['logs', 'ledgers']) mkdirSync(join(home, folder), { recursive: true, mode: 0o700 });
    const proxies = createProxyHost();
    stops.push(proxies.stop);
    const [broker, redis, mails] = await Promise.all([
      startLocalBroker(home, proxies),
      startLocalRedis(home, proxies),
      startMailReceiver(),
    ]);
    stops.push(broker.stop, redis.stop, mails.close);
    const kms = await startKms(home, { broker, redis, mails });
    stops.push(kms.stop);
    const kmsPort = Number(new URL(kms.addresses['KMS_ENDPOINT'] ?? '').port);
    const kmsProxies = { ingest: await proxies.start(kmsPort), others: await proxies.start(kmsPort) };
    stops.push(kmsProxies.ingest.close, kmsProxies.others.close);

    const directEnvironment = (role: Role): Environment => ({
      ...readRoleEnvironment(home, role),
      KAFKA_BROKERS: broker.direct,
    });
    const workerEnvironment = (role: Role): Environment => ({
      ...readRoleEnvironment(home, role),
      KMS_ENDPOINT: `http://127.0.0.1:${kmsProxies[role === 'ingest' ? 'ingest' : 'others'].port}`,
    });
    await openLog(home, directEnvironment('ingest'));
    const observer = connectOps(directEnvironment('ops'), home);
    stops.push(observer.close);

    const tokensFile = join(home, 'api-tokens.json');
    const api = { url: `http://127.0.0.1:${await pickFreePort()}`, tokens: makeDeskTokens(tokensFile) };
    const alertsEnvironment = {
      // Also how soon a mail that was on its way when alerting was killed is sent again.
      MAIL_TIMEOUT_MS: String(sessionTimeoutMs / 2),
      API_PORT: new URL(api.url).port,
      API_TOKENS_FILE: tokensFile,
    };

    const worker = async (name: string, role: 'detection' | 'alerting'): Promise<KeptWorker> => {
      const one = createKeptWorker({
        name,
        main: `services/${role}/src/main.ts`,
        port: await pickFreePort(),
        env: {
          ...workerEnvironment(role),
          GROUP_SESSION_TIMEOUT_MS: String(sessionTimeoutMs),
          ...(role === 'alerting' ? alertsEnvironment : {}),
        },
        logFile: join(home, 'logs', `${name}.log`),
        onEnd,
      });
      stops.push(one.stop);
      return one;
    };
    const detection = [
      await worker('detection-1', 'detection'),
      await worker('detection-2', 'detection'),
      await worker('detection-3', 'detection'),
    ] as const;
    const alerting = await worker('alerting', 'alerting');
    const first = [detection[0], detection[1], alerting];
    for (const one of first) one.start();
    await Promise.all(first.map(untilReady));
    return {
      home,
      broker,
      redis,
      proxies,
      kmsProxies,
      mails,
      detection,
      alerting,
      api,
      workerEnvironment,
      directEnvironment,
      observer,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The local runner starts the KMS and makes its keys and callers; everything else is ours to start and to hurt. */
function startKms(
  home: string,
  parts: { readonly broker: LocalBroker; readonly redis: LocalRedis; readonly mails: MailReceiver },
): Promise<RunningStack> {
  const routesFile = join(home, 'routes.json');
  writeFileSync(routesFile, JSON.stringify(routes));
  return startStack({
    home,
    env: {
      WEIR_PORT_BASE: '0',
      KAFKA_BROKERS: parts.broker.proxied,
      REDIS_URL: parts.redis.proxied,
      SMTP_URL: `smtp://127.0.0.1:${parts.mails.port}`,
      MAIL_FROM: `weir@${mailDomain}`,
      ROUTES_FILE: routesFile,
    },
    workers: false,
    onProgress: () => undefined,
  });
}

/** Makes the topics and names the log. */
async function openLog(home: string, env: Environment): Promise<void> {
  const process = startProcess({
    name: 'open-log',
    command: globalThis.process.execPath,
    args: nodeMain('services/ingest/src/main.ts'),
    env: { ...env, MODE: 'open-log', LOG_PARTITIONS: String(logPartitions), HTTP_PORT: '0' },
    logFile: join(home, 'logs', 'open-log.log'),
    ipc: false,
  });
  const exit = await process.exited;
  if (exit.kind !== 'code' || exit.code !== 0)
    throw new Error('The log could not be opened: see logs/open-log.log');
}

async function untilReady(worker: KeptWorker): Promise<void> {
  const endsAtMs = performance.now() + readyDeadlineMs;
  while (!(await worker.isReady())) {
    if (performance.now() > endsAtMs) throw new Error(`${worker.name} doesn't get ready: see its log`);
    await sleep(pollEveryMs);
  }
}
