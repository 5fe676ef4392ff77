import { setPriority } from 'node:os';
import { connectKafka, connectKms } from '@weir/connections';
import { createLogger, createMetrics, loadConfig, redactConfig } from '@weir/runtime';
import type { Logger, RunningWorker } from '@weir/runtime';
import { createRedisWindowStore, openRedis } from '@weir/window-store';
import { machineClock } from '../clock.ts';
import { logPartsOf } from '../log-parts.ts';
import { createPlanResolver } from '../resolve-plan.ts';
import { createUpkeepReporter } from './reporter.ts';
import type { UpkeepReporter } from './reporter.ts';
import { upkeepConfig } from './upkeep-config.ts';
import type { UpkeepConfig } from './upkeep-config.ts';
import type { UpkeepParts } from './upkeep-parts.ts';
import { verifyWindows } from './verify-windows.ts';

/** As low as may be asked for without being root: the workers go first. */
const lowPriority = 10;

/**
 * Composes the process from its environment: it looks after windows beside the
 * workers, with their rights to read, and ends when it is done.
 */
export async function startUpkeep(process: NodeJS.Process, signal: AbortSignal): Promise<RunningWorker> {
  const config = loadConfig(upkeepConfig, process.env, { secrets: ['REDIS_URL'] });
  const log = createLogger({ service: 'windows', level: config.LOG_LEVEL });
  log.info('looking after windows', { config: redactConfig(config) });
  setPriority(lowPriority);
  const environment = config.WEIR_ENVIRONMENT;
  const kms = connectKms(config, createMetrics({ service: 'windows' }));
  const kafka = connectKafka(config, `weir-${environment}-windows`, log);
  const redis = await openRedis({ url: config.REDIS_URL });
  const reporter = createUpkeepReporter(process, log, machineClock.nowMs);
  const parts: UpkeepParts = {
    kafka: stoppable(kafka, signal),
    groupId: config.DETECTION_GROUP_ID,
    opening: { opener: kms.opener, environment },
    ...logPartsOf(kafka),
    resolvePlan: createPlanResolver({ opening: { opener: kms.opener, environment }, kafka }),
    openStore: async ({ logId, versions }) =>
      createRedisWindowStore({ connection: redis, logId, windowSet: versions.windowPlan }),
  };
  const done = verify(parts, config, reporter, log);
  return {
    done,
    stop: async () => {
      // How it ended is told by `done` itself.
      await done.catch(() => undefined);
      await redis.close();
      await kafka.close();
      kms.close();
    },
  };
}

async function verify(
  parts: UpkeepParts,
  config: UpkeepConfig,
  reporter: UpkeepReporter,
  log: Logger,
): Promise<void> {
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

/** Reading that ends where the process is asked to. */
const stoppable = <Kafka extends UpkeepParts['kafka']>(
  kafka: Kafka,
  signal: AbortSignal,
): UpkeepParts['kafka'] => ({
  offsets: kafka.offsets,
  groupPositions: kafka.groupPositions,
  readRange: (range) =>
    kafka.readRange({
      ...range,
      onRecord: (record) => {
        signal.throwIfAborted();
        return range.onRecord(record);
      },
    }),
});
