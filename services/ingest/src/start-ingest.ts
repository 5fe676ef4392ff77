import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { createTlsRenewal, type TlsRenewal } from '@weir/access';
import { recordStart } from '@weir/audit';
import { connectKafka, connectKms } from '@weir/connections';
import type { Producer, ProducerOptions } from '@weir/kafka';
import {
  createLogger,
  createMetrics,
  loadConfig,
  redactConfig,
  startHttpEndpoint,
  sleep,
  type Logger,
  type RunningWorker,
} from '@weir/runtime';
import { ingestConfig, type IngestConfig } from './config.ts';
import { createDoorHealth, type DoorHealth } from './door/door-health.ts';
import { createDoorMetrics } from './door/door-metrics.ts';
import { doorSettingsOf } from './door/door-settings.ts';
import { serveDoor } from './door/serve-door.ts';
import { createFeedMetrics, type FeedMetrics } from './feed-metrics.ts';
import { feedPortsOf, feedSettingsOf, readKeys } from './feed-settings.ts';
import { requireWritable } from './ledger/ledger-file.ts';
import { openLog } from './log/open-log.ts';
import { createFollowSigns, followBesideDoor, runFollow, type FollowSigns } from './modes/follow-mode.ts';
import { runImportList, runTestList } from './modes/list-modes.ts';
import { runIdentify } from './modes/identify-mode.ts';
import { runActivateModel, runModelPolicy, runRollBackModel } from './modes/model-modes.ts';
import { runOutcomes } from './modes/outcomes-mode.ts';
import { runActivatePlan, runPublishPlan } from './modes/plan-modes.ts';
import { runActivateTeamModel } from './modes/team-model-mode.ts';
import { redriveAppendTimeoutMs, runRedrive } from './modes/redrive-mode.ts';
import type { ModeParts } from './modes/parts.ts';
import { createReporter } from './reporter.ts';
import { startFeed, type FeedPorts, type FeedSettings } from './run-feed.ts';
import { createLazyProducer } from './send/lazy-producer.ts';
import type { RetryWithin } from './send/retry-within.ts';
import { SourceError } from './source/source-error.ts';

type SourcePorts = ReturnType<typeof feedPortsOf> & Pick<FeedPorts, 'stdin'>;

/** The parts the modes are made of. */
type Parts = ModeParts & {
  /** What source mode is told; undefined in the other. */
  readonly source: { readonly settings: FeedSettings; readonly ports: SourcePorts } | undefined;
  readonly stdin: NodeJS.Process['stdin'];
  readonly feedMetrics: FeedMetrics;
  readonly doorHealth: DoorHealth;
  readonly follow: FollowSigns;
  readonly tlsRenewal: TlsRenewal;
};

/**
 * Composes the worker from its environment. A fault of the input ends the
 * process with its own code (65, 66, 73) after everything is closed.
 */
export async function startIngest(process: NodeJS.Process, signal: AbortSignal): Promise<RunningWorker> {
  const config = loadConfig(ingestConfig, process.env, { secrets: [] });
  const log = createLogger({ service: 'ingest', level: config.LOG_LEVEL });
  log.info('ingest starts', { config: redactConfig(config) });
  if (config.REPORT_FILE !== undefined) await requireWritable('REPORT_FILE', config.REPORT_FILE);
  const source =
    config.MODE === 'source'
      ? { settings: feedSettingsOf(config), ports: { ...feedPortsOf(config), stdin: process.stdin } }
      : undefined;
  const stopping = new AbortController();
  // Every partition's wait for a retry listens for the stop.
  setMaxListeners(0, stopping.signal);
  signal.addEventListener('abort', () => stopping.abort(), { once: true });

  const metrics = createMetrics({ service: 'ingest' });
  const feedMetrics = createFeedMetrics(metrics);
  const doorHealth = createDoorHealth();
  const follow = createFollowSigns(metrics);
  const readyOf: Partial<Record<IngestConfig['MODE'], Pick<DoorHealth, 'problems'>>> = {
    serve: doorHealth,
    follow,
  };
  const tlsRenewal = createTlsRenewal();
  const endpoint = await startHttpEndpoint({
    host: config.HTTP_HOST,
    port: config.HTTP_PORT,
    metrics,
    live: () => [],
    ready: readyOf[config.MODE]?.problems ?? feedMetrics.problems,
  });
  const kms = connectKms(config, metrics);
  const kafka = connectKafka(config, 'weir-ingest', log);
  const parts: Parts = {
    config,
    source,
    log,
    metrics,
    feedMetrics,
    doorHealth,
    follow,
    stdin: process.stdin,
    tlsRenewal,
    reporter: createReporter(process, log),
    retry: retryOf(config, feedMetrics, log),
    kafka,
    kms,
    stopping,
  };

  let exitCode: number | undefined;
  const done = run(parts).catch((error: unknown) => {
    if (!(error instanceof SourceError)) throw error;
    log.error('the input was not fed to its end', { exitCode: error.exitCode, error });
    exitCode = error.exitCode;
    return parts.reporter.problem(error);
  });
  return {
    done,
    reload: () => {
      try {
        kms.reload();
      } finally {
        // A keys file that is refused keeps no certificate from being renewed.
        if (config.MODE === 'serve') renewCertificate(process, tlsRenewal);
      }
    },
    stop: async () => {
      stopping.abort();
      // How it ended is told by `done` itself.
      await done.catch(() => undefined);
      await kafka.close();
      kms.close();
      await endpoint.close();
      if (exitCode !== undefined) process.exit(exitCode);
    },
  };
}

/** Reads the files of the door's certificate again. Throws WeirError config_invalid where they can't be read. */
function renewCertificate({ env }: NodeJS.Process, tlsRenewal: TlsRenewal): void {
  const { tls } = doorSettingsOf(loadConfig(ingestConfig, env, { secrets: [] }));
  if (tls !== undefined) tlsRenewal.take(tls);
}

async function run(parts: Parts): Promise<void> {
  const { config } = parts;
  const producer = createLazyProducer(parts.kafka, appendTimeoutOf(config));
  try {
    switch (config.MODE) {
      case 'source':
        return await runSource(parts, producer);
      case 'serve':
        return await runDoor(parts, producer);
      case 'open-log':
        return await runOpenLog(parts, producer);
      case 'publish-plan':
        return await runPublishPlan(parts, producer);
      case 'activate-plan':
        return await runActivatePlan(parts, producer);
      case 'outcomes':
        return await runOutcomes(parts, producer, parts);
      case 'follow':
        return await runFollow(parts, producer, parts.follow);
      case 'activate-model':
        return await runActivateModel(parts, producer);
      case 'roll-back-model':
        return await runRollBackModel(parts, producer);
      case 'model-policy':
        return await runModelPolicy(parts, producer);
      case 'activate-team-model':
        return await runActivateTeamModel(parts, producer);
      case 'import-list':
        return await runImportList(parts, producer, parts);
      case 'identify':
        return await runIdentify(parts, parts);
      case 'test-list':
        return await runTestList(parts, parts);
      case 'redrive':
        return await runRedrive(parts, producer, parts);
    }
  } finally {
    await producer.close();
  }
}

/** A caller doesn't wait for as long as a feed sits an outage out, and nobody waits for a batch of dead letters. */
function appendTimeoutOf({ MODE: mode, DOOR_SEND_LIMIT_MS: limitMs }: IngestConfig): ProducerOptions {
  if (mode === 'serve') return { appendTimeoutMs: limitMs };
  return mode === 'redrive' ? { appendTimeoutMs: redriveAppendTimeoutMs } : {};
}

async function runOpenLog(parts: Parts, producer: Producer): Promise<void> {
  const { config, log } = parts;
  const { opening, written } = await openLog({
    kafka: parts.kafka,
    producer,
    sealer: parts.kms.sealerFor('received'),
    opener: parts.kms.opener,
    environment: config.WEIR_ENVIRONMENT,
    logPartitions: config.LOG_PARTITIONS,
    replicationFactor: config.REPLICATION_FACTOR,
    versions: { ruleset: config.RULESET, windowPlan: config.WINDOW_PLAN },
    newLogId: randomUUID(),
    nowMs: Date.now,
    retry: parts.retry,
    signal: parts.stopping.signal,
  });
  log.info('the log is open', { logId: opening?.logId, partitions: config.LOG_PARTITIONS, count: written });
}

async function runSource(parts: Parts, producer: Producer): Promise<void> {
  if (parts.source === undefined) throw new Error('source mode without the settings of a source');
  const { settings, ports } = parts.source;
  const { config, log, feedMetrics, reporter, kms } = parts;
  const sealers = { received: kms.sealerFor('received'), rejected: kms.sealerFor('rejected') };
  const feed = await startFeed(settings, {
    ...ports,
    kafka: parts.kafka,
    retry: parts.retry,
    stopping: parts.stopping,
    opener: kms.opener,
    producer,
    sealers,
  });
  log.info('feeding has begun', { source: settings.source, state: feed.resumed ? 'resumed' : 'begun' });
  const stopReporting = reporter.follow(feed, (progress) => feedMetrics.update(progress, feed.openRecords()));
  try {
    await feed.ended;
  } finally {
    stopReporting();
    feedMetrics.update(feed.progress(), feed.openRecords());
    await reporter.summary(feed.summary(), config.REPORT_FILE);
  }
}

/** How long the door's end waits for an activation under way. */
const followGoodbyeMs = 2_000;

async function runDoor(parts: Parts, producer: Producer): Promise<void> {
  const { config, kms, kafka, retry, stopping } = parts;
  const intake = kms.sealerFor('intake');
  const unrecorded = Promise.withResolvers<never>();
  recordStart({
    kafka,
    sealer: intake,
    environment: config.WEIR_ENVIRONMENT,
    service: 'ingest',
    configuration: redactConfig(config),
    signal: stopping.signal,
  }).catch((error: unknown) => {
    unrecorded.reject(error);
    stopping.abort();
  });
  const served = serveDoor(doorSettingsOf(config), {
    ...readKeys(config),
    kafka: parts.kafka,
    producer,
    sealers: {
      received: kms.sealerFor('received'),
      rejected: kms.sealerFor('rejected'),
      artefacts: kms.sealerFor('artefacts'),
      intake,
    },
    opener: kms.opener,
    retry: { opening: retry, sending: { ...retry, limitMs: config.DOOR_SEND_LIMIT_MS } },
    metrics: createDoorMetrics(parts.metrics),
    health: parts.doorHealth,
    tlsRenewal: parts.tlsRenewal,
    log: parts.log,
    newId: randomUUID,
    nowMs: Date.now,
    monotonicMs: () => performance.now(),
    signal: parts.stopping.signal,
  });
  const following =
    config.FOLLOW_MODELS === 'true' ? followBesideDoor(parts, producer, parts.follow) : undefined;
  try {
    await Promise.race([served, unrecorded.promise]);
  } finally {
    stopping.abort();
    // What is interrupted is finished by the next; a broker that is away must not hold up the end.
    const goodbye = new AbortController();
    const late = sleep(followGoodbyeMs, goodbye.signal).catch(() => undefined);
    await Promise.race([following, late]);
    goodbye.abort();
  }
}

const retryOf = (config: IngestConfig, feedMetrics: FeedMetrics, log: Logger): RetryWithin => ({
  limitMs: config.OUTAGE_LIMIT_MS,
  nowMs: () => performance.now(),
  random: Math.random,
  sleep,
  onRetry: (error) => {
    feedMetrics.retried(error.code);
    log.warn('trying again', { code: error.code });
  },
});
