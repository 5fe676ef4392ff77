import { mostPoints, mostTimelines } from './comparison-state.ts';
import type { Timeline, TimelinePoint } from './comparison-state.ts';

/** Whether somebody who looks at an account would miss it. */
const isRemarkable = ({ then, now, isDifferent }: TimelinePoint): boolean =>
  isDifferent || then !== 'cleared' || now !== 'cleared';

/**
 * Follows some accounts transaction by transaction: those that were asked for, else each from the first time on that
 * it is worth it, as long as there are few. Where one has too many points, every other unremarkable one makes room.
 */
export function createTimelines(chosen: readonly string[] | undefined, from: readonly Timeline[]) {
  const followed = new Map(
    (chosen ?? []).slice(0, mostTimelines).map((account) => [account, newTimeline(account)]),
  );
  for (const { points, ...kept } of from) followed.set(kept.account, { ...kept, points: [...points] });
  return {
    add(account: string, point: TimelinePoint, isWorthFollowing: boolean): void {
      let timeline = followed.get(account);
      if (timeline === undefined) {
        if (chosen !== undefined || !isWorthFollowing || followed.size >= mostTimelines) return;
        followed.set(account, (timeline = newTimeline(account)));
      }
      if (timeline.points.length >= mostPoints) makeRoom(timeline);
      timeline.points.push(point);
    },
    state: (): Timeline[] => [...followed.values()].map((kept) => ({ ...kept, points: [...kept.points] })),
  };
}

const newTimeline = (account: string): Timeline => ({ account, points: [], leftOut: 0 });

function makeRoom(timeline: Timeline): void {
  const before = timeline.points.length;
  const hasOthers = timeline.points.filter((point) => !isRemarkable(point)).length > 1;
  let isKept = false;
  timeline.points = timeline.points.filter((point) => {
    if (hasOthers && isRemarkable(point)) return true;
    isKept = !isKept;
    return isKept;
  });
  timeline.leftOut += before - timeline.points.length;
}
