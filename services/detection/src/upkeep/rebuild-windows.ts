import { randomUUID } from 'node:crypto';
import { WeirError } from '@weir/contracts';
import type { LogState } from '@weir/verdicts';
import { createHistoryCache } from '@weir/windows';
import type { HistoryCache, WindowPlan, WindowStore } from '@weir/windows';
import type { PartitionWindows } from '../histories.ts';
import type { Published } from '../read-journal-end.ts';
import { fillWindows } from './fill-windows.ts';
import type { Loss } from './fill-windows.ts';
import { findPublished } from './find-published.ts';
import type { UpkeepParts } from './upkeep-parts.ts';

export type RebuildRequest = {
  /** The plan to fill windows for; left out, the one in force. */
  readonly plan?: string;
  /** Whether the windows are filled in another Redis than the one the workers use. */
  readonly isElsewhere: boolean;
  readonly historyCacheBytes: number;
};

export type RebuildParts = UpkeepParts & {
  /** Opens windows where they are filled. */
  readonly openTarget: (log: LogState) => Promise<WindowStore>;
};

export type RebuildWords = {
  readonly onProgress: (records: { readonly done: number; readonly total: number }) => void;
  /** A partition whose windows were lost or damaged while they were filled, or that retention overtook, begins anew. */
  readonly onBegunAnew: (partition: number, loss: Loss) => void;
};

/** Windows that have been filled up to about where the log ended a moment ago. */
export type FilledWindows = {
  readonly plan: WindowPlan;
  readonly logId: string;
  readonly partitions: number;
  /** The plans in force when it began, this one left out. */
  readonly formerPlans: readonly string[];
  /** Partitions in which the plan was in force already, so that nothing was to be filled. */
  readonly inForce: readonly number[];
  /** Fills them up to where each partition's control record ends, and not beyond. */
  readonly fillUpTo: (positions: ReadonlyMap<number, number>) => Promise<void>;
};

/** Closer than this to the end of the log is as good as caught up: the rest is read by whoever goes on. */
const caughtUpRecords = 1_000;

/** A Redis that loses the windows again and again is no place for them, and a log that keeps too little can't fill them. */
const maxBeginnings = 5;

/**
 * Fills windows from the log beside the workers, from where an earlier run left
 * off, until they are as good as caught up. It publishes nothing and fences nobody.
 *
 * Throws WeirError: `log_unnamed` where nothing has been decided yet,
 * `artefact_unknown` for a plan that was not published or that a ruleset in force
 * can't decide under, `position_moved` where the windows are lost again and again,
 * and what the parts throw.
 */
export async function rebuildWindows(
  parts: RebuildParts,
  request: RebuildRequest,
  words: RebuildWords,
): Promise<FilledWindows> {
  const published = await findPublished(parts);
  const [first] = published.values();
  if (first === undefined) {
    throw new WeirError('log_unnamed', 'nothing has been decided yet: there are no windows to rebuild');
  }
  const { log } = first;
  const plan = await parts.resolvePlan(request.plan ?? log.versions.windowPlan);
  for (const { log: state } of published.values()) await requireRulesetsWithin(parts, state, plan);
  const isInForce = ({ log: state }: Published): boolean =>
    !request.isElsewhere && state.versions.windowPlan === plan.ref;
  const targetLog = { ...log, versions: { ...log.versions, windowPlan: plan.ref } };
  const target: Target = {
    isElsewhere: request.isElsewhere,
    parts,
    plan,
    log: targetLog,
    store: await parts.openTarget(targetLog),
    histories: createHistoryCache({ maxBytes: request.historyCacheBytes }),
  };
  const windows = new Map<number, PartitionWindows>();
  for (const [partition, found] of published)
    if (!isInForce(found)) windows.set(partition, await openWindows(target, partition));
  await fillToTheEnd(target, windows, words);
  return {
    plan,
    logId: log.logId,
    partitions: published.size,
    formerPlans: [
      ...new Set([...published.values()].map(({ log: { versions } }) => versions.windowPlan)),
    ].filter((ref) => ref !== plan.ref),
    inForce: [...published].flatMap(([partition, found]) => (isInForce(found) ? [partition] : [])),
    // Whatever somebody else has gone on with by now is theirs to fill.
    fillUpTo: (positions) => fillOnce(target, windows, positions, words).then(() => undefined),
  };
}

/** Windows that those in force can't decide by are filled for nothing. */
async function requireRulesetsWithin(
  { resolveRuleset }: UpkeepParts,
  { versions, candidate }: LogState,
  plan: WindowPlan,
): Promise<void> {
  await resolveRuleset(versions.ruleset, plan);
  if (candidate !== undefined) await resolveRuleset(candidate.ruleset, plan, candidate.digest);
}

type Target = {
  readonly isElsewhere: boolean;
  readonly parts: RebuildParts;
  readonly plan: WindowPlan;
  readonly log: LogState;
  readonly store: WindowStore;
  readonly histories: HistoryCache;
};

/** From where an earlier run left off; from the log's beginning where that can't be used any more. */
async function openWindows(target: Target, partition: number): Promise<PartitionWindows> {
  const { parts, plan, store, histories } = target;
  const stored = await store.position(partition);
  // Read last: a worker may go on with these windows, and with a log that grows, in between.
  const { earliest, end } = await parts.logOffsets(partition);
  const isUsable = stored !== undefined && stored.next >= earliest && stored.next <= end;
  if (!isUsable) await store.clear(partition);
  return {
    ...{ partition, plan, store, histories: histories.share(), token: randomUUID() },
    position: isUsable ? stored.next : earliest,
    stored: isUsable ? stored : undefined,
  };
}

async function fillToTheEnd(
  target: Target,
  windows: Map<number, PartitionWindows>,
  words: RebuildWords,
): Promise<void> {
  const beginnings = new Map<number, number>();
  for (let isFilled = false; ;) {
    const ends = new Map<number, number>();
    for (const partition of windows.keys())
      ends.set(partition, (await target.parts.logOffsets(partition)).end);
    const lagRecords = [...windows.values()].map(
      ({ partition, position }) => (ends.get(partition) ?? 0) - position,
    );
    if (isFilled && lagRecords.every((records) => records <= caughtUpRecords)) return;
    isFilled = true;
    const lost = await fillOnce(target, windows, ends, words);
    const inForce = lost.size === 0 ? new Set() : await partitionsInForce(target);
    for (const [partition, loss] of lost) {
      if (inForce.has(partition)) {
        // The log brought the plan into force meanwhile: its windows are a worker's, who fills them.
        windows.delete(partition);
        continue;
      }
      const times = (beginnings.get(partition) ?? 0) + 1;
      beginnings.set(partition, times);
      if (times >= maxBeginnings)
        throw new WeirError(
          'position_moved',
          `the windows of partition ${partition} can't be filled: they begin anew again and again (${loss})`,
        );
      words.onBegunAnew(partition, loss);
      if (loss === 'damaged') await target.store.clear(partition);
      windows.set(partition, await openWindows(target, partition));
    }
  }
}

async function partitionsInForce({ parts, plan, isElsewhere }: Target): Promise<ReadonlySet<number>> {
  if (isElsewhere) return new Set();
  const published = await findPublished(parts);
  return new Set(
    [...published].flatMap(([partition, { log }]) =>
      log.versions.windowPlan === plan.ref ? [partition] : [],
    ),
  );
}

function fillOnce(
  target: Target,
  windows: ReadonlyMap<number, PartitionWindows>,
  until: ReadonlyMap<number, number>,
  { onProgress }: RebuildWords,
): Promise<ReadonlyMap<number, Loss>> {
  const total = [...windows.values()].reduce(
    (sum, { partition, position }) => sum + Math.max(0, (until.get(partition) ?? position) - position),
    0,
  );
  let done = 0;
  return fillWindows(
    {
      opening: target.parts.opening,
      readRange: target.parts.kafka.readRange,
      logOffsets: target.parts.logOffsets,
    },
    {
      logId: target.log.logId,
      windows,
      until,
      onLookedAt: (records) => {
        done += records;
        onProgress({ done, total });
      },
    },
  );
}
