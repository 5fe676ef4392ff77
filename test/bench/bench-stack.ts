import { startTestStack } from '@weir/testkit';
import type { TestStack } from '@weir/testkit';
import { connectRole } from '../../services/detection/src/fixtures/connect-role.ts';
import type { RoleConnections } from '../../services/detection/src/fixtures/connect-role.ts';
import { createBenchLog } from './bench-log.ts';
import type { BenchLog } from './bench-log.ts';
import { publishInForce } from './in-force.ts';
import type { Watched } from './process-usage.ts';
import { openRedisPlace } from './redis-place.ts';
import type { RedisPlace } from './redis-place.ts';
import type { BenchSettings } from './settings.ts';

type Environment = Readonly<Record<string, string>>;

/** Kafka, Redis and the KMS as `npm start` runs them, on free ports, and the benchmark's own way in. */
export type BenchStack = {
  readonly ingest: RoleConnections;
  readonly redis: RedisPlace;
  readonly watched: (...names: readonly string[]) => Watched;
  /** What a worker of a role is configured with. */
  readonly roleEnvironment: (role: Parameters<TestStack['roleEnvironment']>[0]) => Environment;
  /** The log that ingest, detection and alerting use, under the topics' own names. */
  readonly log: BenchLog;
  /** Has something closed before the stack is. */
  readonly atClose: (close: () => Promise<unknown>) => void;
  readonly close: () => Promise<void>;
};

export async function startBenchStack(options: {
  readonly settings: BenchSettings;
  readonly fillerRecords: number;
  /** Whether all that detection writes is kept, however much disk that takes. */
  readonly keepsOutputs?: boolean;
  readonly say: (sentence: string) => void;
}): Promise<BenchStack> {
  const { settings, fillerRecords, keepsOutputs = false, say } = options;
  const { partitions } = settings;
  say('Starting Kafka, Redis and the KMS');
  const stack = await startTestStack({ workers: false, env: { LOG_LEVEL: 'warn' } });
  const toClose: (() => Promise<unknown>)[] = [() => stack.stop()];
  const close = async (): Promise<void> => {
    for (const one of toClose.toReversed()) await one();
  };
  try {
    const ingest = connectRole('weir-bench', stack.roleEnvironment('ingest'));
    toClose.push(ingest.close);
    // Nobody but the learner may seal what was learned.
    const learner = connectRole('weir-bench-learner', stack.roleEnvironment('learner'));
    toClose.push(learner.close);
    const redis = await openRedisPlace(stack.roleEnvironment('detection')['REDIS_URL'] ?? '');
    toClose.push(redis.close);
    say(`Opening a log of ${partitions} partitions`);
    const log = await createBenchLog({
      kafka: ingest.kafka,
      topicPrefix: '',
      environment: 'local',
      partitions,
      sealer: ingest.kms.sealerFor('received'),
      publishInForce: (kafka) =>
        publishInForce(settings, { kafka, sealer: learner.kms.sealerFor('models'), environment: 'local' }),
      fillerRecords,
      keepsOutputs,
    });
    toClose.push(log.close);
    return {
      ingest,
      redis,
      log,
      watched: (...names) => watchedOf(stack, names),
      roleEnvironment: (role) => stack.roleEnvironment(role),
      atClose: (one) => void toClose.push(one),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function watchedOf(stack: TestStack, names: readonly string[]): Watched {
  return names.map((name) => {
    const found = stack.state().processes.find((one) => one.name === name);
    if (found === undefined) throw new Error(`No process of the stack is named ${name}`);
    return { name, pid: found.pid };
  });
}
