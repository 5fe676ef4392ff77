import { artefactVersion, parseInstant, type ModelSnapshot } from '@weir/contracts';
import { createLearner, type LearnerSettings } from '@weir/learning';
import type { Spool } from './spool.ts';

/** Learns at the learner's cadence of event time, and never sooner than an outcome is due. */
export type LearningSchedule = {
  /**
   * To be called before a transaction of that time is judged: answers a snapshot
   * that comes into force for it, undefined where the one in force stays.
   */
  readonly advanceTo: (eventTimeMs: number) => ModelSnapshot | undefined;
};

/** Where a schedule goes on from: the last snapshot, which is all the learner knew at that cut. */
export type LearningProgress = { readonly snapshot: ModelSnapshot };

/**
 * At each multiple of the cadence that event time passes, every observation
 * older than the delay is learned, in order, as fraud where that was reported by
 * then; then a snapshot is made, which comes into force at once. Boundaries at
 * which nothing is due make none, as in production: a gap of years costs nothing.
 */
export function createLearningSchedule(
  settings: LearnerSettings,
  spool: Pick<Spool, 'firstEventTimeMs' | 'shift'>,
  progress?: LearningProgress,
): LearningSchedule {
  const { delayMs, cadenceMs } = settings;
  const learner = createLearner(settings, progress?.snapshot);
  let version = progress === undefined ? 0 : artefactVersion(progress.snapshot.ref);
  let next: number | undefined = progress === undefined ? undefined : cutAtMs(progress.snapshot) + cadenceMs;

  const learnUntil = (dueBeforeMs: number): void => {
    for (;;) {
      const firstMs = spool.firstEventTimeMs();
      if (firstMs === undefined || firstMs >= dueBeforeMs) return;
      const waiting = spool.shift();
      if (waiting !== undefined) learner.learn(waiting.observation, waiting.isFraud);
    }
  };

  /** The first boundary from `boundary` on at which the oldest observation is due; Infinity where none waits. */
  const firstDue = (boundary: number): number => {
    const firstMs = spool.firstEventTimeMs();
    if (firstMs === undefined) return Infinity;
    return Math.max(boundary, (Math.floor((firstMs + delayMs) / cadenceMs) + 1) * cadenceMs);
  };

  return {
    advanceTo(eventTimeMs) {
      const last = Math.floor(eventTimeMs / cadenceMs) * cadenceMs;
      next ??= last + cadenceMs;
      let snapshot: ModelSnapshot | undefined;
      while (next <= last) {
        const boundary = firstDue(next);
        next = Math.min(boundary, last) + cadenceMs;
        if (boundary > last) break;
        learnUntil(boundary - delayMs);
        version += 1;
        snapshot = learner.snapshot(boundary, version);
      }
      return snapshot;
    },
  };
}

function cutAtMs({ cutAt }: ModelSnapshot): number {
  const parsed = parseInstant(cutAt);
  if (!parsed.ok) throw new TypeError('a snapshot whose cut is no instant');
  return parsed.epochMs;
}
