import { streams, topicSpecifications } from '@weir/contracts';
import type { KafkaRecord } from '@weir/kafka';
import { createRandom } from '@weir/simulator';
import { definedHeaders } from '../headers.ts';
import { approveReleases } from './approved-releases.ts';
import { makeBankFile } from './bank.ts';
import { createChaos } from './chaos.ts';
import { checkHistory } from './check-history.ts';
import { openSimulatedLog, publishArtefacts } from './control-records.ts';
import { startDetection } from './detection-worker.ts';
import type { FaultyParts } from './detection-worker.ts';
import { createFleet } from './fleet.ts';
import type { Fleet } from './fleet.ts';
import { touchEveryAccount } from './foreign-records.ts';
import { isDrained, isDecided } from './is-drained.ts';
import { releaseByPeople } from './people.ts';
import { createScheduler } from './scheduler.ts';
import type { Scheduler } from './scheduler.ts';
import { readTopics } from './topics.ts';
import { createWorld, outsideLink } from './world.ts';
import type { World } from './world.ts';

export type SeedOutcome = {
  readonly seed: number;
  /** What is not as promised; empty for a good run. */
  readonly violations: readonly string[];
  readonly steps: number;
  /** SHA-256 of every step: the same for the same seed, always. */
  readonly digest: string;
};

export type SeedOptions = {
  readonly onStep?: (line: string) => void;
  /** Puts faulty parts into detection, the undisturbed one as well: a test of what the checks can see. */
  readonly faulty?: FaultyParts;
};

const maxSteps = 30_000;
/** Draining is looked at now and then only: it costs more than a step. */
const lookEverySteps = 16;
const logId = '018f3b9e-0000-4000-8000-000000000001';
/** Little enough for a few verdicts to be too large, so that they have to be found one by one. */
const maxClearedBytes = '1250';

/** Makes every topic, and publishes whatever the log may come to decide by. */
const openTopics = async (world: World): Promise<void> => {
  const specs = topicSpecifications({ logPartitions: world.partitions, replicationFactor: 1 });
  const isCleared = ({ topic }: { readonly topic: string }): boolean => topic === streams.cleared.topic;
  await world.kafka
    .connect(outsideLink)
    .ensureTopics(
      specs.map((spec) =>
        isCleared(spec)
          ? { ...spec, config: { ...spec.config, 'max.message.bytes': maxClearedBytes } }
          : spec,
      ),
    );
  await publishArtefacts(world);
};

const seldom = (scheduler: Scheduler, look: () => Promise<boolean>) => {
  let calls = 0;
  return async (): Promise<boolean> => {
    calls += 1;
    return calls % lookEverySteps === 0 && (await look());
  };
};

const stopAll = async (scheduler: Scheduler, fleet: Fleet): Promise<boolean> => {
  let stopped = 0;
  for (const slot of fleet.slots) void fleet.stop(slot).then(() => (stopped += 1));
  return scheduler.run(() => stopped === fleet.slots.length, maxSteps);
};

/** What one worker makes of the same log when nothing disturbs it. */
const runUndisturbed = async (
  disturbed: World,
  received: readonly KafkaRecord[],
  { seed, faulty }: Pick<SeedOptions, 'faulty'> & { readonly seed: number },
): Promise<World> => {
  const scheduler = createScheduler({ random: createRandom(seed, 'calm'), faultOf: () => 'none' });
  const { partitions, bank } = disturbed;
  const random = createRandom(seed, 'calm parts');
  const fixed = { scheduler, random, partitions, sessionTimeoutMs: 6_000, bank, logId };
  const world = { ...createWorld(fixed), activations: disturbed.activations };
  await openTopics(world);
  const producer = await world.kafka.connect(outsideLink).createProducer();
  for (const record of received) {
    const { topic, partition, key, value } = record;
    await producer.append(topic, partition, [{ key, value, headers: definedHeaders(record.headers) }]);
  }
  void startDetection(world, scheduler.start('calm detection'), faulty);
  const done = await scheduler.run(
    seldom(scheduler, () => isDecided(world)),
    maxSteps,
  );
  if (!done) throw new Error('the undisturbed run did not come to its end');
  return world;
};

/** Runs one seed to its end and checks everything it left behind. */
export const runSeed = async (seed: number, options: SeedOptions = {}): Promise<SeedOutcome> => {
  const random = createRandom(seed, 'world');
  const transactions = 8 + random.below(32);
  const chaosSteps = 150 + random.below(transactions * 24);
  const chaos = createChaos(createRandom(seed, 'chaos'), chaosSteps);
  const scheduler = createScheduler({
    random: createRandom(seed, 'scheduler'),
    faultOf: chaos.faultOf,
    ...(options.onStep === undefined ? {} : { onStep: options.onStep }),
  });
  const bank = makeBankFile(createRandom(seed, 'bank'), transactions);
  const world = createWorld({
    scheduler,
    random,
    partitions: 1 + random.below(3),
    sessionTimeoutMs: random.pick([300, 1_000, 6_000]),
    bank,
    logId,
  });
  await openTopics(world);
  await openSimulatedLog(world);
  const counts = {
    ingest: 1,
    detection: 1 + random.below(3),
    alerting: 1 + random.below(2),
    upkeep: 1,
  };
  const fleet = createFleet(world, counts, options.faulty);
  fleet.startMissing();

  let step = 0;
  await scheduler.run(async () => {
    await chaos.tick(world, fleet, step);
    step += 1;
    return step > chaosSteps || fleet.bugs.length > 0;
  }, chaosSteps + 1);
  await chaos.heal(world, fleet);
  const look = seldom(scheduler, () => {
    fleet.startMissing();
    return fleet.bugs.length > 0 ? Promise.resolve(true) : isDrained(world, fleet);
  });
  const violations: string[] = [];
  const drain = (): Promise<boolean> => scheduler.run(look, maxSteps);
  let isAtEnd = await drain();
  // What was lost of an account nobody asked for shows when it is asked for again.
  if (isAtEnd && fleet.bugs.length === 0) {
    await touchEveryAccount(world);
    await approveReleases(world, random);
    await releaseByPeople(world, random);
    isAtEnd = await drain();
  }
  if (!isAtEnd) violations.push('the workers did not come to the end of the log');
  else if (fleet.bugs.length === 0 && !(await stopAll(scheduler, fleet)))
    violations.push('a worker did not stop');
  violations.push(...fleet.bugs, ...world.falseAlarms);
  if (violations.length === 0) {
    const topics = await readTopics(world);
    const calm = await readTopics(
      await runUndisturbed(world, topics.records.get('received') ?? [], { ...options, seed }),
      ['decisions'],
    );
    violations.push(...(await checkHistory(world, topics, calm)));
  }
  for (const end of world.waits) end();
  return { seed, violations, ...scheduler.trace() };
};
