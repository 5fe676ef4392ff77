import { setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectKafka, connectKms } from '@weir/connections';
import { createLogger, createMetrics, loadConfig, redactConfig, redisTlsOf } from '@weir/runtime';
import type { Logger, RunningWorker } from '@weir/runtime';
import { createResolvers } from '@weir/verdicts';
import { claimLog, createRedisWindowStore, openRedis } from '@weir/window-store';
import { machineClock } from '../clock.ts';
import { logPartsOf } from '../log-parts.ts';
import { createUpkeepReporter } from './reporter.ts';
import type { UpkeepReporter } from './reporter.ts';
import { rebuildWindows } from './rebuild-windows.ts';
import type { RebuildParts } from './rebuild-windows.ts';
import { switchWindows } from './switch-windows.ts';
import { upkeepConfig } from './upkeep-config.ts';
import type { UpkeepConfig } from './upkeep-config.ts';
import { upkeepAnswer } from './upkeep-messages.ts';
import type { UpkeepParts } from './upkeep-parts.ts';
import { verifyWindows } from './verify-windows.ts';

/** As low as may be asked for without being root: the workers go first. */
const lowPriority = 10;

/**
 * Composes the process from its environment: it looks after windows beside the
 * workers, with their rights to read, and ends when it is done.
 */
export async function startUpkeep(process: NodeJS.Process, signal: AbortSignal): Promise<RunningWorker> {
  const config = loadConfig(upkeepConfig, process.env, { secrets: ['REDIS_URL', 'TARGET_REDIS_URL'] });
  const log = createLogger({ service: 'windows', level: config.LOG_LEVEL });
  log.info('looking after windows', { config: redactConfig(config) });
  setPriority(lowPriority);
  const environment = config.WEIR_ENVIRONMENT;
  const kms = connectKms(config, createMetrics({ service: 'windows' }));
  const kafka = connectKafka(config, `weir-${environment}-windows`, log);
  const redis = await openRedis({ url: config.REDIS_URL, tls: redisTlsOf(config) });
  const reporter = createUpkeepReporter(process, log, machineClock.nowMs);
  const { resolvePlan, resolveRuleset } = createResolvers({ kafka, opener: kms.opener, environment });
  const parts: UpkeepParts = {
    kafka: stoppable(kafka, signal),
    groupId: config.DETECTION_GROUP_ID,
    opening: { opener: kms.opener, environment },
    ...logPartsOf(kafka),
    resolvePlan,
    resolveRuleset,
    openStore: async ({ logId, versions }) =>
      createRedisWindowStore({ connection: redis, logId, windowSet: versions.windowPlan }),
  };
  const elsewhere =
    config.TARGET_REDIS_URL === undefined
      ? undefined
      : await openRedis({ url: config.TARGET_REDIS_URL, tls: redisTlsOf(config) });
  const openTarget: RebuildParts['openTarget'] = async ({ logId, partitionCount, versions }) => {
    const connection = elsewhere ?? redis;
    await claimLog(connection, { environment, logId, partitionCount });
    return createRedisWindowStore({ connection, logId, windowSet: versions.windowPlan });
  };
  const context = { config, reporter, log, signal, process };
  const done = config.MODE === 'verify' ? verify(parts, context) : rebuild({ ...parts, openTarget }, context);
  return {
    done,
    reload: kms.reload,
    stop: async () => {
      // How it ended is told by `done` itself.
      await done.catch(() => undefined);
      await elsewhere?.close();
      await redis.close();
      await kafka.close();
      kms.close();
    },
  };
}

type Context = {
  readonly config: UpkeepConfig;
  readonly reporter: UpkeepReporter;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly process: NodeJS.Process;
};

async function verify(parts: UpkeepParts, { config, reporter, log }: Context): Promise<void> {
  const { VERIFY_PARTITION: partition, VERIFY_ACCOUNTS: accounts, VERIFY_SEED: seed } = config;
  const summary = await verifyWindows(
    parts,
    {
      seed,
      ...(partition === undefined ? {} : { partition }),
      ...(accounts === undefined ? {} : { accounts }),
    },
    {
      onProgress: reporter.progress,
      onDifference: (found) => {
        log.error('the windows of an account differ from the log', {
          partition: found.partition,
          accountPseudonym: found.account,
          reason: found.difference,
        });
        void reporter.tell({ kind: 'difference', ...found });
      },
    },
  );
  const { differing, accounts: compared } = summary;
  log.info('the windows were compared with the log', { count: compared, attempts: summary.partitions });
  if (differing > 0) log.error('windows differ from the log', { count: differing });
  await reporter.tell({ kind: 'verified', ...summary });
}

async function rebuild(
  parts: RebuildParts,
  { config, reporter, log, signal, process }: Context,
): Promise<void> {
  const filled = await rebuildWindows(
    parts,
    {
      isElsewhere: config.TARGET_REDIS_URL !== undefined,
      historyCacheBytes: config.HISTORY_CACHE_BYTES,
      ...(config.PLAN === undefined ? {} : { plan: config.PLAN }),
    },
    {
      onProgress: reporter.progress,
      onBegunAnew: (partition, loss) =>
        log.warn('windows that were being filled begin anew', { partition, reason: loss }),
    },
  );
  const { ref } = filled.plan;
  const { logId, partitions } = filled;
  let inForce = filled.inForce.length;
  log.info('the windows are filled', { artefact: ref, logId, partitions });
  if (config.ACTIVATE === 'true' && inForce < partitions) {
    const answer = answerFrom(process, signal);
    await reporter.tell({ kind: 'caughtUp', plan: ref, logId, partitions, inForce });
    inForce = await switchWindows(parts, filled, {
      positions: await answer,
      sleep: (delayMs) => sleep(delayMs, undefined, { signal }),
      nowMs: machineClock.nowMs,
      withinMs: config.SWITCH_TIMEOUT_MS,
      onProgress: ({ done, total }) => void reporter.tell({ kind: 'switching', done, total }),
    });
    log.info('the log brought the window plan into force', { artefact: ref, partitions: inForce });
  }
  await reporter.tell({ kind: 'rebuilt', plan: ref, partitions, inForce });
}

/** Where the control records end, as whoever had them written says. */
function answerFrom(process: NodeJS.Process, signal: AbortSignal): Promise<ReadonlyMap<number, number>> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    process.on('message', (raw) => {
      const answer = upkeepAnswer.safeParse(raw);
      if (!answer.success) return;
      resolve(new Map(Object.entries(answer.data.positions).map(([at, next]) => [Number(at), next])));
    });
  });
}

/** Reading that ends where the process is asked to. */
const stoppable = <Kafka extends UpkeepParts['kafka']>(
  kafka: Kafka,
  signal: AbortSignal,
): UpkeepParts['kafka'] => ({
  offsets: kafka.offsets,
  groupPositions: kafka.groupPositions,
  readRange: (range) => kafka.readRange({ ...range, signal }),
});
