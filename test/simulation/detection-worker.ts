import type { KafkaClient } from '@weir/kafka';
import { backoffDelayMs } from '@weir/runtime';
import { createResolvers } from '@weir/verdicts';
import { createHistoryCache } from '@weir/windows';
import type { DetectionParts, StepObserver } from '../../services/detection/src/detection-parts.ts';
import { logPartsOf } from '../../services/detection/src/log-parts.ts';
import { createPace } from '../../services/detection/src/pace.ts';
import { releaseReadersOf } from '../../services/detection/src/releases/release-readers.ts';
import type { ReleaseParts } from '../../services/detection/src/releases/release-parts.ts';
import { runReleases } from '../../services/detection/src/releases/run-releases.ts';
import type { RunningReleases } from '../../services/detection/src/releases/run-releases.ts';
import { runDetection } from '../../services/detection/src/run-detection.ts';
import type { FaultyAlerting } from './alerting-worker.ts';
import { plainEnvelope } from './plain-envelope.ts';
import type { SimProcess } from './scheduler.ts';
import type { SimWorker } from './sim-worker.ts';
import { storeOf } from './store-of.ts';
import { detectionGroup, environment, everyOf, linkOf, releasesGroup } from './world.ts';
import type { World } from './world.ts';

/** Puts faulty parts in for good ones: a test of what the simulation can see. */
export type FaultyParts = ((
  parts: DetectionParts,
  kafka: KafkaClient,
  process: SimProcess,
) => DetectionParts) & { readonly releases?: FaultyReleases; readonly alerting?: FaultyAlerting };
export type FaultyReleases = (parts: ReleaseParts, kafka: KafkaClient, process: SimProcess) => ReleaseParts;

const silent: StepObserver = {
  tookOver: () => undefined,
  stepDone: () => undefined,
  nowInForce: () => undefined,
  positionDiffers: () => undefined,
  windowsDamaged: () => undefined,
  windowsSampled: () => undefined,
  storedMoved: () => undefined,
};

/** Starts detection as its main.ts does, over the parts of a simulated process. */
export const startDetection = async (
  world: World,
  process: SimProcess,
  faulty: FaultyParts = (parts) => parts,
): Promise<SimWorker> => {
  const kafka = world.kafka.connect(linkOf(world, process));
  const { sealer, opener } = plainEnvelope(process, world.kms, world.random);
  const { random } = world;
  const { teamModels, ...resolvers } = createResolvers({ kafka, opener, environment });
  const parts: DetectionParts = {
    opening: { opener, environment },
    sealers: { cleared: sealer, held: sealer, rejected: sealer, decisions: sealer, intake: sealer },
    openTransactions: (partition) =>
      kafka.createPartitionTransactions({
        transactionalId: `detection-${partition}`,
        groupId: detectionGroup,
      }),
    ...resolvers,
    resolveTeamModel: teamModels.resolve,
    openStore: async ({ versions }) => storeOf(world, process, versions.windowPlan),
    ...logPartsOf(kafka),
    limits: { maxRecordsPerRun: 1 + random.below(8) },
    histories: createHistoryCache({ maxBytes: random.chance(0.5) ? 1_000_000 : 2_000 }),
    clock: { nowMs: world.scheduler.nowMs, every: everyOf(process) },
    observe: {
      ...silent,
      windowsSampled: (partition, { differing }) => {
        if (differing.length > 0 && !world.windows.wereHurt())
          world.falseAlarms.push(`the windows of partition ${partition} were called wrong`);
      },
    },
  };
  const running = await runDetection({
    kafka,
    consumer: {
      groupId: detectionGroup,
      partitionsConsumedConcurrently: world.partitions,
      sessionTimeoutMs: world.sessionTimeoutMs,
    },
    parts: faulty(parts, kafka, process),
    checkEveryMs: 5_000,
    checkStore: async () => undefined,
    sampling: {
      everyMs: 1_000,
      accounts: 2,
      readRange: kafka.readRange,
      sleep: process.sleep,
      random: random.unit,
    },
    backoffMs: (failures) =>
      backoffDelayMs(failures, { baseDelayMs: 100, maxDelayMs: 5_000, random: random.unit }),
    pace: createPace({ lingerMs: 30, nowMs: world.scheduler.nowMs, sleep: process.sleep }),
    onRetry: () => undefined,
    onLag: () => undefined,
  });
  const releases = await startReleases(world, process, kafka, parts, faulty.releases);
  return {
    ended: Promise.race([running.crashed, releases.crashed]),
    stop: async () => {
      await Promise.all([running.stop(), releases.stop()]);
    },
  };
};

/** The other half of the process: what people released. */
const startReleases = (
  world: World,
  process: SimProcess,
  kafka: KafkaClient,
  { opening, sealers, clock }: Pick<DetectionParts, 'opening' | 'sealers' | 'clock'>,
  faulty: FaultyReleases = (parts) => parts,
): Promise<RunningReleases> => {
  const { random } = world;
  const groupId = releasesGroup;
  return runReleases({
    kafka,
    consumer: { groupId, sessionTimeoutMs: world.sessionTimeoutMs },
    parts: faulty(
      {
        ...{ opening, sealers, clock },
        openTransactions: (partition) =>
          kafka.createPartitionTransactions({ transactionalId: `releases-${partition}`, groupId }),
        ...releaseReadersOf(kafka),
        limits: { maxRecordsPerRun: 1 + random.below(3) },
        observe: { tookOver: () => undefined, skipped: () => undefined, stepDone: () => undefined },
      },
      kafka,
      process,
    ),
    backoffMs: (failures) =>
      backoffDelayMs(failures, { baseDelayMs: 100, maxDelayMs: 5_000, random: random.unit }),
    onRetry: () => undefined,
    onLag: () => undefined,
  });
};
