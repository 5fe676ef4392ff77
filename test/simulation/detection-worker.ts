import type { KafkaClient } from '@weir/kafka';
import { backoffDelayMs } from '@weir/runtime';
import { createHistoryCache } from '@weir/windows';
import type { DetectionParts, StepObserver } from '../../services/detection/src/detection-parts.ts';
import { logPartsOf } from '../../services/detection/src/log-parts.ts';
import { createPace } from '../../services/detection/src/pace.ts';
import { createResolvers } from '../../services/detection/src/resolvers.ts';
import { runDetection } from '../../services/detection/src/run-detection.ts';
import { plainEnvelope } from './plain-envelope.ts';
import type { SimProcess } from './scheduler.ts';
import type { SimWorker } from './sim-worker.ts';
import { storeOf } from './store-of.ts';
import { detectionGroup, environment, everyOf, linkOf } from './world.ts';
import type { World } from './world.ts';

/** Puts faulty parts in for good ones: a test of what the simulation can see. */
export type FaultyParts = (parts: DetectionParts, kafka: KafkaClient, process: SimProcess) => DetectionParts;

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
  return { ended: running.crashed, stop: running.stop };
};
