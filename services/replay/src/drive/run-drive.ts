import { WeirError } from '@weir/contracts';
import type { ReplayPlan, ReplayTarget } from '@weir/replays';
import { createTurns } from '@weir/runtime';
import { createCopyStream, selectsByMore } from '../copy/copy-stream.ts';
import type { CopyTarget } from '../copy/copy-target.ts';
import { runCopy } from '../copy/run-copy.ts';
import type { CopyRun } from '../copy/run-copy.ts';
import type { ReplayCheckpoint } from '../engine/checkpoint.ts';
import { createLedger } from '../engine/ledger.ts';
import type { ReplayOutcome } from '../engine/replay-parts.ts';
import { createRunSteps, endOf } from '../engine/run-steps.ts';
import type { RunSteps } from '../engine/run-steps.ts';
import { createAttempt } from './attempt.ts';
import { cutBatches } from './drive-batches.ts';
import type { DriveBatch } from './drive-batches.ts';
import { driveLimits } from './drive-limits.ts';
import type { DriveLimits } from './drive-limits.ts';
import { driveStateOf, firstDriveState, listingState } from './drive-state.ts';
import type { DriveState } from './drive-state.ts';
import { isHanded } from './event-batch.ts';
import { readListedPlaces } from './listed-places.ts';
import type { ListedPlace } from './listed-places.ts';
import { mergePartitions } from './merge-partitions.ts';
import type { DriveReceiver } from './open-receiver.ts';
import { createPartitionReader } from './partition-reader.ts';
import { createSchedule } from './schedule.ts';

export type DriveRun = Omit<CopyRun, 'target'> & {
  /** Opens the receiver of the plan. Throws WeirError receiver_unavailable where it can't be used just now. */
  readonly openReceiver: (name: string) => DriveReceiver;
  /** The records that the manifest names, as far as it was kept. */
  readonly listed: () => AsyncIterable<ListedPlace>;
  /** Other limits than the measured ones, for tests. */
  readonly driveLimits?: DriveLimits;
};

/** How many partitions are read at a time: what is read ahead lasts for a while. */
const readAtOnce = 4;

/** Listing opens nothing: what a key keeps closed shows when it is to be handed over. */
const listing: CopyTarget = {
  opens: false,
  open: async () => ({
    take: async () => undefined,
    settle: async () => listingState,
    close: async () => undefined,
  }),
};

/**
 * Lists what a plan is about, and then hands it over to a receiver: all partitions in one order of log time, spaced as
 * they were and so many times as fast, one request after the other. Each record is handed over at least once and in
 * the order of its partition; what was under way when a run ended comes again, in the same batch under the same key.
 * What was listed is what is handed over, also where a key came or went meanwhile: nothing that the manifest doesn't
 * name, and each that it names unless a key keeps it closed, under which it is counted.
 *
 * Throws WeirErrors as runCopy does; `receiver_unavailable` where the receiver may take it later, `receiver_refused`
 * where it never will.
 */
export async function runDrive(run: DriveRun): Promise<ReplayOutcome> {
  const listed = await runCopy({ ...run, target: listing });
  if (listed.kind !== 'done') return listed;
  // Listing may have taken hours.
  if (run.checkpoint?.place !== null) await run.requireLog();
  return drive(run, listed.checkpoint);
}

async function drive(run: DriveRun, from: ReplayCheckpoint): Promise<ReplayOutcome> {
  const { plan, parts, control, driveLimits: limits = driveLimits } = run;
  const { speed, receiver: name } = targetOf(plan);
  const { clock } = parts;
  const begun = driveStateOf(from);
  let state = begun ?? firstDriveState(plan);
  // What was listed is counted as handed over, until it is.
  const ledger = createLedger(
    plan,
    begun === undefined ? { ...from, counts: { ...from.counts, handedOver: 0 } } : from,
  );
  const schedule = createSchedule({ speed, reachedMs: state.reachedMs });
  const steps = createRunSteps(run, ledger, async () => ({ ...state, reachedMs: schedule.reachedMs() }));
  let keptAtMs = clock.nowMs();
  let keptState = state;
  const takeTurn = createTurns(1);
  const keep = (): Promise<ReplayCheckpoint> =>
    takeTurn(async () => {
      const kept = (state = batches.reached(state));
      const checkpoint = await steps.keep(null);
      keptAtMs = clock.nowMs();
      keptState = kept;
      return checkpoint;
    });
  const keepEvery = async (everyMs: number): Promise<void> => {
    if (clock.nowMs() - keptAtMs >= everyMs) await keep();
  };
  const tell = progressOf(run, () => state);

  /** Lets time pass, which ends early where the replay is to end. */
  const pass = async (delayMs: number): Promise<'goOn' | 'end'> => {
    const untilMs = clock.nowMs() + delayMs;
    for (;;) {
      control.signal.throwIfAborted();
      if (control.wish() !== 'goOn') return 'end';
      const leftMs = untilMs - clock.nowMs();
      if (leftMs <= 0) return 'goOn';
      await clock.sleep(Math.min(leftMs, limits.sliceMs), control.signal);
    }
  };
  const untilDue = async (batch: DriveBatch): Promise<'goOn' | 'end'> => {
    const { atMs } = batch.findLast(isHanded) ?? batch[0];
    for (;;) {
      const waitMs = schedule.waitMs(atMs, clock.nowMs());
      if ((await pass(Math.min(waitMs, limits.sliceMs))) === 'end') return 'end';
      if (waitMs <= 0) return 'goOn';
      tell(batch[0].record.partition, waitMs);
      await keepEvery(waitedKeepMs);
    }
  };

  let isSearching = false;
  /** While the next record is looked for, which may take hours: somebody may end it, or look on. */
  const searched = async (partition: number): Promise<void> => {
    if (!isSearching) return;
    if (control.wish() !== 'goOn') throw endedEarly;
    state = batches.reached(state);
    tell(partition);
    // A step without anything would count as if a receiver that is away was back.
    if (state !== keptState) await keepEvery(waitedKeepMs);
  };
  const next = async (): Promise<DriveBatch | 'end' | undefined> => {
    isSearching = true;
    try {
      return await batches.next();
    } catch (error) {
      if (error === endedEarly) return 'end';
      throw error;
    } finally {
      isSearching = false;
    }
  };

  const isListed = selectsByMore(plan) ? (await readListedPlaces(run.listed())).has : undefined;
  const receiver = run.openReceiver(name);
  const attempt = createAttempt({ name, replayId: plan.replayId, receiver, signal: control.signal });
  const batches = openBatches(run, state, { limits, speed, pace: steps.pace, searched, isListed });
  try {
    for (let batch = await next(); batch !== undefined; batch = await next()) {
      if (batch === 'end' || (await untilDue(batch)) === 'end')
        return { kind: endOf(control), checkpoint: await keep() };
      const handed = batch.filter(isHanded);
      if (handed.length > 0) {
        const outcome = await attempt(handed);
        control.signal.throwIfAborted();
        if (outcome !== 'taken') {
          // What was taken before stays so; a step without anything would count as if the receiver was back.
          if (state !== keptState) await keep();
          const waited = await pass(Math.min(outcome.retryAfterMs, limits.mostRetryAfterMs));
          if (waited === 'end' && outcome.error.recovery === 'retry')
            return { kind: endOf(control), checkpoint: await keep() };
          throw outcome.error;
        }
      }
      ledger.handedOver(handed.length);
      for (const { closedBy } of batch) if (closedBy !== undefined) ledger.closed(closedBy);
      state = behind(state, batch, handed.length);
      tell(batch[0].record.partition);
      await keepEvery(limits.keepEveryMs);
    }
    const checkpoint = await keep();
    if (checkpoint.counts.handedOver + state.closed !== checkpoint.manifest.size)
      throw new WeirError('log_other', 'the log no longer holds what was listed of it, or holds more');
    return { kind: 'done', checkpoint };
  } finally {
    receiver.close();
    await batches.close();
  }
}

/** How often what a long wait has come to is kept, so that it isn't begun anew behind a crash. */
const waitedKeepMs = 5_000;

function targetOf({ target }: ReplayPlan): Extract<ReplayTarget, { kind: 'drive' }> {
  if (target.kind !== 'drive') throw new Error('the plan is not to drive a receiver');
  return target;
}

/** Everything from a state on, as it is to be handed over. */
function openBatches(
  { plan, parts, control }: DriveRun,
  state: DriveState,
  options: {
    readonly limits: DriveLimits;
    readonly speed: number;
    readonly pace: RunSteps['pace'];
    /** Called with each chunk of a partition. */
    readonly searched: (partition: number) => Promise<void>;
    readonly isListed: ((place: ListedPlace) => boolean) | undefined;
  },
) {
  const { limits, speed, isListed } = options;
  const takeTurn = createTurns(readAtOnce);
  const share = (most: number): number => Math.max(1, Math.floor(most / plan.stretches.length));
  const begun = new Map(state.partitions.map((one) => [one.partition, one]));
  const readers = plan.stretches.map((stretch) =>
    createPartitionReader({
      open: (from, signal) =>
        createCopyStream({
          ...{ parts, plan, stretch, from, opens: true, isListed, chunkOffsets: limits.chunkOffsets },
          signal,
        }),
      from: begun.get(stretch.partition)?.next ?? stretch.from,
      latestMs: begun.get(stretch.partition)?.latestMs ?? 0,
      aheadRecords: share(limits.aheadRecords),
      aheadBytes: share(limits.aheadBytes),
      pace: async (read, opened, signal) => {
        await options.pace(read, opened, signal);
        await options.searched(stretch.partition);
      },
      ...{ takeTurn, signal: control.signal },
    }),
  );
  const next = cutBatches(mergePartitions(readers), { ...limits, spanMs: limits.momentMs * speed });
  return {
    next,
    /** The state with what holds nothing behind it; the same one where that is nothing. */
    reached: (from: DriveState): DriveState => {
      const partitions = from.partitions.map((one, index) => {
        const to = readers[index]?.doneTo(one.next) ?? one.next;
        return to === one.next ? one : { ...one, next: to };
      });
      return partitions.every((one, index) => one === from.partitions[index])
        ? from
        : { ...from, partitions };
    },
    close: () => Promise.all(readers.map((reader) => reader.close())),
  };
}

/** What a search is ended with by who wants the replay to pause or to stop. */
const endedEarly = new Error('the replay is to end');

/** Where a drive stands behind a batch. */
function behind(state: DriveState, batch: DriveBatch, handed: number): DriveState {
  const latest = new Map(batch.map((one) => [one.record.partition, one]));
  return {
    ...state,
    requests: state.requests + (handed > 0 ? 1 : 0),
    closed: state.closed + batch.length - handed,
    partitions: state.partitions.map((one) => {
      const last = latest.get(one.partition);
      return last === undefined ? one : { ...one, next: last.record.offset + 1, latestMs: last.atMs };
    }),
  };
}

const progressEveryMs = 250;

/** Tells how far it has come, a few times a second at most. */
function progressOf({ plan, parts: { clock }, observe }: DriveRun, stateNow: () => DriveState) {
  const of = plan.stretches.reduce((sum, { from, to }) => sum + to - from, 0);
  const froms = new Map(plan.stretches.map(({ partition, from }) => [partition, from]));
  let toldAtMs = -Infinity;
  return (partition: number, nextInMs?: number): void => {
    const nowMs = clock.nowMs();
    if (nowMs - toldAtMs < progressEveryMs) return;
    toldAtMs = nowMs;
    const done = stateNow().partitions.reduce(
      (sum, one) => sum + one.next - (froms.get(one.partition) ?? one.next),
      0,
    );
    observe.progress({
      ...{ phase: 'driving', partition, done, of, differences: 0 },
      ...(nextInMs === undefined ? {} : { nextInMs }),
    });
  };
}
