import { prefixedKafka } from '../../services/detection/src/fixtures/prefixed-kafka.ts';
import type { BenchContext } from './bench-context.ts';
import { createBenchLog } from './bench-log.ts';
import { identitySealer } from './identity-envelope.ts';
import { publishInForce } from './in-force.ts';
import { commitsToPreload } from './preload-history.ts';
import { drainWithDetection, fillFor, preloadScenario } from './scenario.ts';
import type { DetectionDrain } from './scenario.ts';
import { populationOf } from './settings.ts';
import { startUnsealedDetection } from './workers.ts';

const topicPrefix = 'bench-unsealed.';
/** A Redis holds one log of an environment. */
const environment = 'bench-unsealed';

/** (c): detection over a log in clear, with everything else as it is in (b). */
export type UnsealedRunner = {
  readonly drain: (records: number) => Promise<DetectionDrain>;
  readonly redisBytesPerRecord: number;
};

/** Makes the log, beside the sealed one, and gives the accounts of (b) the same history in it. */
export async function createUnsealedRunner({ settings, stack, say }: BenchContext): Promise<UnsealedRunner> {
  say('Opening a log in clear beside the sealed one, with the same history');
  const population = populationOf(settings, 'history50');
  const log = await createBenchLog({
    kafka: prefixedKafka(stack.ingest.kafka, topicPrefix, { renamesRecords: false }),
    topicPrefix,
    environment,
    partitions: settings.partitions,
    sealer: identitySealer(),
    publishInForce: (kafka) => publishInForce(settings, { kafka, sealer: identitySealer(), environment }),
    fillerRecords: commitsToPreload(population) + population.history + 1,
  });
  stack.atClose(log.close);
  const scenario = await preloadScenario(population, log, stack.redis);
  return {
    redisBytesPerRecord: scenario.redisBytesPerRecord,
    drain: async (records) =>
      drainWithDetection(scenario, await fillFor(scenario, records), settings, {
        startWorkers: () =>
          startUnsealedDetection(
            {
              ...stack.roleEnvironment('detection'),
              WEIR_ENVIRONMENT: environment,
              DETECTION_GROUP_ID: log.groupId,
              TOPIC_PREFIX: topicPrefix,
            },
            settings,
          ),
        watched: stack.watched('kafka', 'kms'),
      }),
  };
}
