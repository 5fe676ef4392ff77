import { generalActivity } from './activity.ts';
import { slotAt } from './event-time-line.ts';
import { groundOf } from './indexed-records.ts';
import type { IndexedRecords } from './indexed-records.ts';
import { createProfileWindow } from './profile-window.ts';
import { groupOf, oppositeOf } from './record-format.ts';
import { afterMsOf, eventTimeMsOf } from './record-rows.ts';
import { tallySumMinor } from './tally-window.ts';
import type { TallyWindow } from './tally-window.ts';
import type { Activity, GroupQuery, RecentQuery, WindowPlan } from './types.ts';
import { longestSpanMs } from './window-plan.ts';
import { profileAt, tallyAt } from './windowed-line.ts';
import type { WindowedLine } from './windowed-line.ts';

/** What stands for the profile of a line that has no record yet. Nothing is ever added. */
const nothing = createProfileWindow();

/** The activity of a large account: its windows walk on from where they stood at the last question. */
export function indexedActivity(
  index: IndexedRecords,
  plan: WindowPlan,
  query: GroupQuery,
  recent: RecentQuery,
): Activity {
  const group = groupOf(query);
  const line = index.lines.get(group);
  const opposite = index.lines.get(oppositeOf(group));
  const afterMs = afterMsOf(plan, index.rows);
  const tally = line === undefined ? undefined : recentTally(index, line, query, recent, afterMs);
  const oppositeTally =
    opposite === undefined ? undefined : recentTally(index, opposite, query, recent, afterMs);
  return {
    ...general(index, line, plan, query, recent.spanMs),
    recentSumMinor: tally === undefined ? 0 : tallySumMinor(tally),
    recentOppositeSumMinor: oppositeTally === undefined ? 0 : tallySumMinor(oppositeTally),
    recentEqual: tally?.byAmount.get(recent.amountMinor) ?? 0,
    recentRound: tally?.multiples ?? 0,
  };
}

const recentTally = (
  index: IndexedRecords,
  line: WindowedLine,
  { atMs }: GroupQuery,
  { spanMs, unitMinor }: RecentQuery,
  afterMs: number,
): TallyWindow =>
  tallyAt(groundOf(index, line), { spanMs, unitMinor }, Math.max(atMs - spanMs, afterMs), atMs);

function general(
  index: IndexedRecords,
  line: WindowedLine | undefined,
  plan: WindowPlan,
  { atMs }: GroupQuery,
  recentSpanMs: number,
): ReturnType<typeof generalActivity> {
  const recentMs = atMs - recentSpanMs;
  if (line === undefined) return generalActivity(nothing, { count: 0, firstMs: 0, lastMs: 0, recentMs });
  const { view } = index.rows;
  const fromMs = Math.max(atMs - longestSpanMs(plan), afterMsOf(plan, index.rows));
  const profile = profileAt(groundOf(index, line), fromMs, atMs);
  const count = profile.end - profile.start;
  if (count === 0) return generalActivity(profile, { count, firstMs: 0, lastMs: 0, recentMs });
  const firstMs = eventTimeMsOf(view, slotAt(line, profile.start));
  const lastMs = eventTimeMsOf(view, slotAt(line, profile.end - 1));
  return generalActivity(profile, { count, firstMs, lastMs, recentMs });
}
