import type { AlertStore } from '@weir/alert-store';
import type { PartitionTransactions, TopicPartition } from '@weir/kafka';
import { backoffDelayMs, createTurns } from '@weir/runtime';
import type { ApiPorts } from '../../services/alerting/src/api/api-ports.ts';
import type { Channel } from '../../services/alerting/src/channels/channel.ts';
import { createIntakeConsumer } from '../../services/alerting/src/intake/intake-consumer.ts';
import { inputTopics } from '../../services/alerting/src/intake/input-partition.ts';
import { readPosition } from '../../services/alerting/src/intake/positions.ts';
import { takeInRun } from '../../services/alerting/src/intake/take-in-run.ts';
import type { IntakeParts } from '../../services/alerting/src/intake/take-in-run.ts';
import { startDueLoop } from '../../services/alerting/src/notify/due-loop.ts';
import type { Clock, DueLoop } from '../../services/alerting/src/notify/due-loop.ts';
import { createOutboxRelay } from '../../services/alerting/src/relay/outbox-relay.ts';
import { createRelayRound } from '../../services/alerting/src/relay/relay-round.ts';
import { createOutboxSealer } from '../../services/alerting/src/store/outbox-records.ts';
import { createStoreColumns } from '../../services/alerting/src/store/store-columns.ts';
import { createUpkeepRound } from '../../services/alerting/src/upkeep/upkeep-round.ts';
import { plainEnvelope } from './plain-envelope.ts';
import type { SimProcess } from './scheduler.ts';
import { storeReachedBy } from './sim-store.ts';
import { sendTo, startTelling } from './sim-telling.ts';
import type { SimWorker } from './sim-worker.ts';
import { alertingGroup, environment, linkOf, outboxGroup } from './world.ts';
import type { World } from './world.ts';

/** Time as the loops of alerting see it. */
const clockOf = (world: World, process: SimProcess): Clock => ({
  now: world.scheduler.nowMs,
  wait: (delayMs, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const end = (): void => {
        signal.removeEventListener('abort', end);
        world.waits.delete(end);
        resolve();
      };
      // Node keeps a signal of signals, and all that hangs on it, for as long as somebody listens.
      world.waits.add(end);
      signal.addEventListener('abort', end);
      void process.sleep(delayMs).then(end);
    }),
});

/** What of alerting a test may replace by something that is wrong. */
export type AlertingParts = {
  readonly store: AlertStore;
  readonly openOutbox: () => PartitionTransactions;
  readonly send: Channel['send'];
};
export type FaultyAlerting = (parts: AlertingParts, process: SimProcess) => AlertingParts;

/** Starts alerting as its main.ts does; its receiver is a list of messages. */
export const startAlerting = async (
  world: World,
  process: SimProcess,
  faulty: FaultyAlerting = (parts) => parts,
): Promise<SimWorker> => {
  const kafka = world.kafka.connect(linkOf(world, process));
  const { sealer, opener } = plainEnvelope(process, world.kms, world.random);
  const { random, routing } = world;
  const opening = { opener, environment };
  const { store, openOutbox, send } = faulty(
    {
      store: storeReachedBy(world, process),
      openOutbox: () =>
        kafka.createPartitionTransactions({ transactionalId: outboxGroup, groupId: outboxGroup }),
      send: sendTo(world, process),
    },
    process,
  );
  const columns = createStoreColumns({ sealer, opener, environment });
  const sealOutbox = createOutboxSealer({
    environment,
    sealers: { alerts: sealer, rejected: sealer, intake: sealer, outcomes: sealer, releases: sealer },
  });
  const clock = clockOf(world, process);
  const loops: DueLoop[] = [];
  const nudge = (): void => loops.forEach((one) => one.nudge());
  const loopOf = (round: (nowMs: number) => Promise<number>): DueLoop =>
    startDueLoop({ clock, round, random: random.unit, onRetry: () => undefined });

  const relay = createOutboxRelay({
    outbox: store,
    openTransactions: openOutbox,
    limits: { mostRecords: 1 + random.below(20), mostBytes: 1_000_000 },
  });
  loops.push(loopOf(createRelayRound({ relay, outbox: store })));
  loops.push(
    loopOf(
      createUpkeepRound({
        ...{ store, columns, sealOutbox, environment, routing: () => routing },
        retentionMs: Number.MAX_SAFE_INTEGER,
        onWoken: nudge,
        onDeleted: () => undefined,
      }),
    ),
  );
  loops.push(...startTelling(world, process, { store, columns, opening, clock, send }));
  const intake = await startIntake(world, process, {
    kafka,
    clock,
    parts: {
      opening,
      store,
      columns,
      sealOutbox,
      routing: () => routing,
      nowMs: clock.now,
      takeTurn: createTurns(1),
    },
    onTaken: nudge,
  });
  const ports: ApiPorts = {
    ...{ environment, store, columns, sealOutbox, nowMs: clock.now, routing: () => routing },
    aloneUpTo: {},
    sendTest: async () => undefined,
    changed: nudge,
    newId: () => uuidOf(random.below(2 ** 31)),
  };
  const { apis } = world;
  apis.set(process, ports);
  // That a loop has stopped is no end: the others may still be at work.
  const ended = Promise.withResolvers<void>();
  for (const failed of [intake.crashed, ...loops.map(({ done }) => done)]) failed.catch(ended.reject);
  return {
    ended: ended.promise,
    stop: async () => {
      apis.delete(process);
      await intake.stop();
      await Promise.all(loops.map((one) => one.stop()));
      await relay.close();
      ended.resolve();
    },
  };
};

/** A UUID of version 4, of less chance than others. */
const uuidOf = (number: number): string => `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;

/** Reads the input topics into the store, as run-intake.ts does. */
async function startIntake(
  world: World,
  process: SimProcess,
  options: {
    readonly kafka: ReturnType<World['kafka']['connect']>;
    readonly clock: Clock;
    readonly parts: IntakeParts & { readonly store: Parameters<typeof readPosition>[0]['store'] };
    readonly onTaken: () => void;
  },
) {
  const { kafka, parts, clock } = options;
  const { random } = world;
  const crash = Promise.withResolvers<never>();
  crash.promise.catch(() => undefined);
  const intake = createIntakeConsumer({
    readPosition: (input) => readPosition({ store: parts.store, kafka }, input),
    takeIn: async (input, run, isLost) => {
      const outcome = await takeInRun(parts, input, run, isLost);
      if (outcome.kind === 'taken') options.onTaken();
      return outcome;
    },
    maxRecordsPerRun: 1 + random.below(5),
    backoffMs: (failures) =>
      backoffDelayMs(failures, { baseDelayMs: 500, maxDelayMs: 5_000, random: random.unit }),
    onPlaced: () => undefined,
    onRetry: () => undefined,
    onProgress: () => undefined,
    onRelease: () => undefined,
  });
  const quiet = new Map<string, TopicPartition>();
  const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`;
  const started = Promise.withResolvers<Awaited<ReturnType<typeof kafka.runConsumer>>>();
  const placing = startDueLoop({
    clock,
    random: random.unit,
    round: async () => {
      const consumer = await started.promise;
      for (const [name, at] of quiet) {
        consumer.seek(at, await intake.place(at));
        quiet.delete(name);
      }
      return Number.POSITIVE_INFINITY;
    },
    onRetry: () => undefined,
  });
  placing.done.catch(crash.reject);
  const consumer = await kafka.runConsumer({
    groupId: alertingGroup,
    topics: inputTopics,
    readCommitted: true,
    partitionsConsumedConcurrently: world.partitions * inputTopics.length,
    sessionTimeoutMs: world.sessionTimeoutMs,
    onBatch: intake.onBatch,
    onAssigned: (partitions) => {
      for (const at of partitions) quiet.set(nameOf(at), at);
      placing.nudge();
    },
    onRevoked: (partitions) => {
      for (const at of partitions) quiet.delete(nameOf(at));
      intake.release(partitions);
    },
    onCrash: crash.reject,
  });
  started.resolve(consumer);
  return {
    crashed: crash.promise,
    stop: async () => {
      await placing.stop();
      await consumer.stop();
    },
  };
}
