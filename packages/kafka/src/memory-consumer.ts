import { WeirError } from '@weir/contracts';
import { nameOf } from './consumer-types.ts';
import type { ConsumerOptions, RecordBatch, RunningConsumer, TopicPartition } from './consumer-types.ts';
import { createBatchHandling } from './memory-batches.ts';
import type { MemoryBroker } from './memory-broker.ts';
import { createMemoryHolds } from './memory-holds.ts';
import type { MemoryLink } from './memory-link.ts';
import { createMemoryMember, noJoinedMembership } from './memory-member.ts';
import type { JoinedMembership } from './memory-member.ts';
import { readLag } from './read-lag.ts';

const rejoinAfterMs = 200;
const defaultMaxUnavailableMs = 120_000;

const isRevoked = (error: unknown): boolean =>
  error instanceof WeirError && error.code === 'partition_revoked';

/** An error of the surroundings, which joining again may heal; anything else is a bug or needs a person. */
const mayPass = (error: unknown): boolean =>
  isRevoked(error) || (error instanceof WeirError && error.code === 'broker_unavailable');

/** What a consumer reads of the log: which partitions have something for it, and what. */
const createFetching = (broker: MemoryBroker, link: MemoryLink, readCommitted: boolean) => {
  const positionOf = (mine: JoinedMembership, at: TopicPartition): number =>
    mine.positions.get(nameOf(at)) ?? 0;
  return {
    hasMore: (mine: JoinedMembership, at: TopicPartition): boolean =>
      broker.log.hasMore(at, positionOf(mine, at), readCommitted),
    /** The batches with records; those of nothing but markers reach nobody. */
    fetch: async (
      mine: JoinedMembership,
      ready: readonly TopicPartition[],
    ): Promise<readonly RecordBatch[]> => {
      const batches = await link.request('fetch', () =>
        ready.map((at): RecordBatch => {
          const next = positionOf(mine, at);
          mine.sought.delete(nameOf(at));
          return { ...at, ...broker.log.read(at, next, link.maxFetchRecords(), readCommitted) };
        }),
      );
      for (const batch of batches) {
        const isEmpty = batch.records.length === 0;
        if (isEmpty && !mine.sought.has(nameOf(batch))) mine.positions.set(nameOf(batch), batch.endOffset);
      }
      return batches.filter(({ records }) => records.length > 0);
    },
  };
};

/**
 * A consumer over a broker in memory: one loop of joining, fetching and handling,
 * which lives through rebalances and outages as that of the adapter does.
 */
export const runMemoryConsumer = async (
  broker: MemoryBroker,
  link: MemoryLink,
  options: ConsumerOptions,
): Promise<RunningConsumer> => {
  const { groupId, maxUnavailableMs = defaultMaxUnavailableMs } = options;
  const member = createMemoryMember(broker, link, options);
  const holds = createMemoryHolds(link);
  const { hasMore, fetch } = createFetching(broker, link, options.readCommitted);
  const stopRequest = Promise.withResolvers<void>();
  let membership = noJoinedMembership();
  let isStopping = false;
  let crash: Error | undefined;

  const requestStop = (): void => {
    isStopping = true;
    stopRequest.resolve();
  };
  const fail = (error: unknown): void => {
    crash ??= error instanceof Error ? error : new Error('something other than an Error was thrown');
    requestStop();
  };
  const handleAll = createBatchHandling({
    options,
    member,
    holds,
    isStopping: () => isStopping,
    onPoison: fail,
  });

  const replaceMembership = (next: JoinedMembership): void => {
    const { assigned } = membership;
    membership.isLost = true;
    membership = next;
    holds.endTimed();
    if (assigned.length > 0) options.onRevoked?.(assigned);
  };

  const join = async (): Promise<void> => {
    const joined = await member.join();
    if (isStopping) return;
    replaceMembership(joined);
    options.onAssigned?.(joined.assigned);
  };

  /** Fetches and handles until the membership is lost, which throws, or the consumer stops. */
  const consume = async (mine: JoinedMembership): Promise<void> => {
    const nextBeat = () => link.sleep(member.heartbeatEveryMs).then(() => 'beat' as const);
    let beat = nextBeat();
    while (!isStopping) {
      const changed = broker.log.changed();
      const ready = mine.assigned.filter((at) => !holds.isHeld(at) && hasMore(mine, at));
      if (ready.length > 0) {
        await handleAll(mine, await fetch(mine, ready));
        continue;
      }
      const woken = await Promise.race([beat, changed, holds.changed(), stopRequest.promise]);
      if (woken !== 'beat' || isStopping) continue;
      beat = nextBeat();
      await member.heartbeat(mine);
    }
  };

  /** A group that has moved on is joined again at once, a lost broker after a while. */
  const rejoin = async (reason: unknown): Promise<void> => {
    for (let error = reason; !isStopping;) {
      if (!isRevoked(error)) await Promise.race([link.sleep(rejoinAfterMs), stopRequest.promise]);
      try {
        if (!isStopping) return await join();
      } catch (failure) {
        if (!mayPass(failure) || link.nowMs() - member.lastAliveMs() > maxUnavailableMs) return fail(failure);
        error = failure;
      }
    }
  };

  const run = async (): Promise<void> => {
    while (!isStopping) {
      try {
        await consume(membership);
      } catch (error) {
        if (mayPass(error)) await rejoin(error);
        else fail(error);
      }
    }
    await member.leave();
    replaceMembership(noJoinedMembership());
    if (crash !== undefined) options.onCrash(crash);
  };

  await join();
  const ended = run();
  return {
    stop: () => {
      requestStop();
      return ended;
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
