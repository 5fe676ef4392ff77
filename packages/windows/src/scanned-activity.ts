import { generalActivity } from './activity.ts';
import { createProfileWindow, profileGait } from './profile-window.ts';
import { groupOf, oppositeOf } from './record-format.ts';
import {
  afterMsOf,
  amountHighOf,
  amountLowOf,
  amountMinorOf,
  eventTimeMsOf,
  groupOfRow,
  isVisible,
} from './record-rows.ts';
import type { RecordRows } from './record-rows.ts';
import type { Activity, GroupQuery, RecentQuery, WindowPlan } from './types.ts';
import { longestSpanMs } from './window-plan.ts';
import { inMinor } from './window-sums.ts';

/** Reused by one question after the other: each is over before the next begins. */
const profile = createProfileWindow();

/** The activity of a small account, in one look at all of its rows. */
export function scannedActivity(
  rows: RecordRows,
  plan: WindowPlan,
  query: GroupQuery,
  { spanMs, amountMinor, unitMinor }: RecentQuery,
): Activity {
  const { view } = rows;
  const afterMs = afterMsOf(plan, rows);
  const fromMs = query.atMs - longestSpanMs(plan);
  const recentMs = query.atMs - spanMs;
  const group = groupOf(query);
  const opposite = oppositeOf(group);
  profileGait.clear(profile);
  let [count, firstMs, lastMs] = [0, Infinity, -Infinity];
  let [high, low, oppositeHigh, oppositeLow] = [0, 0, 0, 0];
  let [recentEqual, recentRound] = [0, 0];
  for (let slot = 0; slot < rows.count; slot += 1) {
    const groupThere = groupOfRow(view, slot);
    if (groupThere !== group && groupThere !== opposite) continue;
    const eventTimeMs = eventTimeMsOf(view, slot);
    if (eventTimeMs > query.atMs || eventTimeMs <= fromMs || !isVisible(view, slot, plan, afterMs)) continue;
    const isRecent = eventTimeMs > recentMs;
    if (groupThere === opposite) {
      if (!isRecent) continue;
      oppositeHigh += amountHighOf(view, slot);
      oppositeLow += amountLowOf(view, slot);
      continue;
    }
    profileGait.add(profile, view, slot);
    count += 1;
    if (eventTimeMs < firstMs) firstMs = eventTimeMs;
    if (eventTimeMs > lastMs) lastMs = eventTimeMs;
    if (!isRecent) continue;
    high += amountHighOf(view, slot);
    low += amountLowOf(view, slot);
    const amountThereMinor = amountMinorOf(view, slot);
    if (amountThereMinor === amountMinor) recentEqual += 1;
    if (amountThereMinor % unitMinor === 0) recentRound += 1;
  }
  return {
    ...generalActivity(profile, { count, firstMs, lastMs, recentMs }),
    recentSumMinor: inMinor(high, low),
    recentOppositeSumMinor: inMinor(oppositeHigh, oppositeLow),
    recentEqual,
    recentRound,
  };
}
