import { WeirError } from '@weir/contracts';
import { createBatchAttempts } from './batch-attempts.ts';
import { nameOf } from './consumer-types.ts';
import type {
  BatchControl,
  BatchOutcome,
  ConsumerOptions,
  RecordBatch,
  RunningConsumer,
  TopicPartition,
} from './consumer-types.ts';
import { checkOutcome, firstOffset } from './each-batch.ts';
import { noMembership } from './membership.ts';
import type { Membership } from './membership.ts';
import type { MemoryBroker } from './memory-broker.ts';
import type { GroupMember } from './memory-groups.ts';
import { createMemoryHolds } from './memory-holds.ts';
import type { MemoryLink } from './memory-link.ts';
import { readLag } from './read-lag.ts';

const rejoinAfterMs = 200;
const defaultSessionTimeoutMs = 30_000;
const maxHeartbeatIntervalMs = 3_000;

type Joined = Membership & {
  readonly generation: number;
  /** Partitions sought since their last fetch: what that one brought is stale. */
  readonly sought: Set<string>;
};

/** An error of the surroundings, which joining again may heal; anything else is a bug or needs a person. */
const mayPass = (error: unknown): boolean =>
  error instanceof WeirError && (error.code === 'broker_unavailable' || error.code === 'partition_revoked');

const nobody = (): Joined => ({ ...noMembership(), generation: 0, sought: new Set() });

/** A consumer over a broker in memory: one loop of joining, fetching and handling, like that of the adapter. */
export const runMemoryConsumer = async (
  broker: MemoryBroker,
  link: MemoryLink,
  options: ConsumerOptions,
): Promise<RunningConsumer> => {
  const { groupId, topics, sessionTimeoutMs = defaultSessionTimeoutMs } = options;
  const heartbeatEveryMs = Math.min(maxHeartbeatIntervalMs, Math.floor(sessionTimeoutMs / 3));
  const attempts = createBatchAttempts(options.maxAttempts ?? 10);
  const member: GroupMember = { groupId, topics, sessionTimeoutMs };
  const holds = createMemoryHolds(link);
  let membership: Joined = nobody();
  let isStopping = false;
  let crash: Error | undefined;
  let lastAliveMs = link.nowMs();
  const stopped = Promise.withResolvers<void>();
  const stopRequest = Promise.withResolvers<void>();

  const replaceMembership = (next: Joined): void => {
    const { assigned } = membership;
    membership.isLost = true;
    membership = next;
    holds.endTimed();
    if (assigned.length > 0) options.onRevoked?.(assigned);
  };

  const requestStop = (): void => {
    isStopping = true;
    stopRequest.resolve();
  };

  const join = async (): Promise<void> => {
    const { generation, assigned } = await link.request('join', () => broker.groups.join(member));
    const positions = new Map<string, number>();
    await link.request('positions', () => {
      for (const topic of topics) {
        for (const { partition, next } of broker.groups.positions(groupId, topic))
          positions.set(nameOf({ topic, partition }), next ?? 0);
      }
    });
    if (isStopping) return;
    replaceMembership({ generation, assigned, positions, isLost: false, sought: new Set() });
    lastAliveMs = link.nowMs();
    options.onAssigned?.(assigned);
  };

  const heartbeat = async (mine: Joined): Promise<void> => {
    try {
      await link.request('heartbeat', () => broker.groups.heartbeat(member, mine.generation));
      lastAliveMs = link.nowMs();
    } catch (error) {
      // A lost connection is not a lost partition: whoever works on may finish, and joins again after.
      if (error instanceof WeirError && error.code === 'partition_revoked') mine.isLost = true;
      throw error;
    }
  };

  const fail = (error: unknown): void => {
    crash ??= error instanceof Error ? error : new Error('onBatch threw something other than an Error');
    requestStop();
  };

  const apply = (mine: Joined, batch: RecordBatch, outcome: BatchOutcome): void => {
    if (!mine.sought.has(nameOf(batch))) mine.positions.set(nameOf(batch), outcome.next);
    if (outcome.kind === 'pause') holds.holdFor(batch, outcome.forMs);
  };

  const attempt = async (
    batch: RecordBatch,
    control: BatchControl,
    isExpected: (error: unknown) => boolean,
  ): Promise<BatchOutcome | undefined> => {
    try {
      const outcome = await options.onBatch(batch, control);
      checkOutcome(batch, outcome);
      attempts.succeeded(nameOf(batch));
      return outcome;
    } catch (error) {
      if (isExpected(error)) return undefined;
      const verdict = attempts.failed(nameOf(batch), firstOffset(batch), error);
      if (verdict.kind === 'crash') fail(verdict.error);
      else holds.holdFor(batch, verdict.waitMs);
      return undefined;
    }
  };

  /** Handles one batch; answers the failed heartbeat that ends this membership, if there was one. */
  const handle = async (mine: Joined, batch: RecordBatch): Promise<unknown> => {
    if (mine.isLost || isStopping || mine.sought.has(nameOf(batch))) return undefined;
    let failure: unknown;
    const beat = async (): Promise<void> => {
      try {
        await heartbeat(mine);
      } catch (error) {
        failure = error;
        throw error;
      }
    };
    const control: BatchControl = {
      heartbeat: beat,
      stopping: () => isStopping,
      revoked: () => mine.isLost,
      commit: (next, metadata = '') =>
        link.request('commit position', () => {
          broker.groups.heartbeat(member, mine.generation);
          broker.groups.commit(groupId, { topic: batch.topic, partition: batch.partition, next, metadata });
        }),
    };
    const outcome = await attempt(batch, control, (error) => error === failure);
    if (outcome !== undefined && !mine.isLost && !isStopping) apply(mine, batch, outcome);
    if (!mine.isLost && !isStopping) await beat().catch(() => undefined);
    return failure;
  };

  const fetch = (mine: Joined, ready: readonly TopicPartition[]): Promise<readonly RecordBatch[]> =>
    link.request('fetch', () =>
      ready.map((at): RecordBatch => {
        const next = mine.positions.get(nameOf(at)) ?? 0;
        mine.sought.delete(nameOf(at));
        const { records, ...rest } = broker.log.read(at, next, link.maxFetchRecords(), options.readCommitted);
        return { ...at, records, ...rest };
      }),
    );

  const handleAll = async (mine: Joined, batches: readonly RecordBatch[]): Promise<void> => {
    const waiting = batches.filter((batch) => {
      // Batches of nothing but markers reach nobody.
      if (batch.records.length > 0) return true;
      if (!mine.sought.has(nameOf(batch))) mine.positions.set(nameOf(batch), batch.endOffset);
      return false;
    });
    const failures: unknown[] = [];
    const work = async (): Promise<void> => {
      for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
        const failure = await handle(mine, batch);
        if (failure !== undefined) failures.push(failure);
      }
    };
    await Promise.all(Array.from({ length: options.partitionsConsumedConcurrently }, work));
    if (failures.length > 0) throw failures[0];
  };

  const hasMore = (mine: Joined, at: TopicPartition): boolean => {
    const next = mine.positions.get(nameOf(at)) ?? 0;
    return broker.log.read(at, next, 1, options.readCommitted).endOffset > next;
  };

  /** Fetches and handles until the membership is lost, which throws, or the consumer stops. */
  const consume = async (mine: Joined): Promise<void> => {
    let beat = link.sleep(heartbeatEveryMs).then(() => 'beat' as const);
    while (!isStopping) {
      const changed = broker.log.changed();
      const ready = mine.assigned.filter((at) => !holds.isHeld(at) && hasMore(mine, at));
      if (ready.length > 0) {
        await handleAll(mine, await fetch(mine, ready));
        continue;
      }
      const woken = await Promise.race([beat, changed, holds.changed(), stopRequest.promise]);
      if (woken !== 'beat' || isStopping) continue;
      beat = link.sleep(heartbeatEveryMs).then(() => 'beat' as const);
      await heartbeat(mine);
    }
  };

  const run = async (): Promise<void> => {
    while (!isStopping) {
      try {
        await consume(membership);
      } catch (error) {
        if (!mayPass(error) || link.nowMs() - lastAliveMs > (options.maxUnavailableMs ?? 120_000)) {
          fail(error);
          break;
        }
        await rejoin(error);
      }
    }
    await link.request('leave', () => broker.groups.leave(member)).catch(() => undefined);
    replaceMembership(nobody());
    if (crash !== undefined) options.onCrash(crash);
    stopped.resolve();
  };

  /** A group that has moved on is joined again at once, a lost broker after a while and as a new member. */
  const rejoin = async (reason: unknown): Promise<void> => {
    for (let error = reason; !isStopping;) {
      const isRebalance = error instanceof WeirError && error.code === 'partition_revoked';
      if (!isRebalance) await Promise.race([link.sleep(rejoinAfterMs), stopRequest.promise]);
      try {
        if (!isStopping) return await join();
      } catch (failure) {
        if (!mayPass(failure)) return fail(failure);
        error = failure;
      }
    }
  };

  await join();
  void run();
  return {
    stop: () => {
      requestStop();
      return stopped.promise;
    },
    pause: holds.hold,
    resume: holds.release,
    seek: (at, next) => {
      if (!membership.assigned.some((mine) => nameOf(mine) === nameOf(at))) return;
      membership.positions.set(nameOf(at), next);
      membership.sought.add(nameOf(at));
      holds.tellChange();
    },
    lag: () =>
      readLag(
        {
          offsets: (topic) => link.request('offsets', () => broker.log.offsets(topic)),
          groupPositions: (group, topic) =>
            link.request('positions', () => broker.groups.positions(group, topic)),
        },
        groupId,
        membership,
      ),
  };
};
