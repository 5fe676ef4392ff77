import { gatheringIdsFor, planGroup } from '@weir/alerts';
import type {
  Alert,
  GroupPlan,
  NotificationGroup,
  PlannedNotification,
  Routing,
  Silence,
} from '@weir/alerts';
import type { AlertRows } from '@weir/alert-store';
import { openGroupBook } from './group-book.ts';
import type { GroupReading } from './group-reading.ts';
import { withGrowth } from './with-growth.ts';

/** What holds for a whole round. */
export type Situation = {
  readonly routing: Routing;
  readonly silences: readonly Silence[];
  /** Open alerts that may keep others quiet. */
  readonly inhibitors: readonly Alert[];
  readonly nowMs: number;
};

/** What is to become of a group, what that rests on, and what is told of it; undefined where nothing is. */
export type PlannedStep = {
  readonly reading: GroupReading;
  readonly plan: GroupPlan;
  readonly planned: PlannedNotification | undefined;
};

/** Two readings with one version give the same plan. */
const versionOf = ({ group, alerts, receiverStates, gathering }: GroupReading): string =>
  JSON.stringify([
    group.version,
    alerts.map(({ alertId, revision, state }) => [alertId, revision, state]),
    [...receiverStates],
    gathering.map(({ groupId, version }) => [groupId, version]),
  ]);

/**
 * Plans groups one after the other in one transaction, until `mostTold` of them tell something. What tells
 * nobody anything is written at once, up to the first that does: from there on each plan rests on those
 * before it, since what is told counts for the limits of the next, and all of them are answered instead.
 */
export async function planSome(
  rows: AlertRows,
  groupIds: readonly string[],
  situation: Situation,
  mostTold: number,
): Promise<{ readonly written: number; readonly steps: readonly PlannedStep[] }> {
  const { routing, silences, inhibitors, nowMs } = situation;
  const gatheringIdsOf = (group: NotificationGroup): readonly string[] => gatheringIdsFor(routing, group);
  const book = await openGroupBook(rows, routing, groupIds);
  const steps: PlannedStep[] = [];
  let written = 0;
  let told = 0;
  for (const groupId of groupIds) {
    if (told === mostTold) break;
    const reading = await book.read(groupId, nowMs, gatheringIdsOf);
    if (reading === undefined) continue;
    const plan = planGroup({ routing, silences, inhibitors, nowMs, ...reading });
    if (plan.notification !== undefined) {
      if (told === 0) await book.write();
      told += 1;
    }
    if (told === 0) written += 1;
    else steps.push({ reading, plan, planned: plan.notification });
    book.apply(groupId, plan);
  }
  if (told === 0) await book.write();
  return { written, steps };
}

/** What was written, and what rested on something that has changed since and is as due as before. */
export type WrittenSteps = {
  readonly written: readonly PlannedStep[];
  readonly dropped: readonly PlannedStep[];
};

/**
 * Writes plans within one transaction, in their order, each with what `write` adds to it, where nothing that
 * it rests on has changed since but that alerts grew.
 */
export async function writeSteps(
  rows: AlertRows,
  steps: readonly PlannedStep[],
  { routing, nowMs }: Situation,
  write: (planned: PlannedNotification, groupId: string) => Promise<void>,
): Promise<WrittenSteps> {
  const groupIds = steps.map(({ reading }) => reading.group.groupId);
  const book = await openGroupBook(rows, routing, groupIds);
  const written: PlannedStep[] = [];
  const dropped: PlannedStep[] = [];
  for (const step of steps) {
    const { groupId } = step.reading.group;
    const current = await book.read(groupId, nowMs, (group) => gatheringIdsFor(routing, group));
    const plan = current === undefined ? undefined : planNow(step, current, nowMs);
    if (plan === undefined) {
      dropped.push(step);
      continue;
    }
    if (step.planned !== undefined) await write(step.planned, groupId);
    book.apply(groupId, plan);
    written.push(step);
  }
  await book.write();
  return { written, dropped };
}

/** The plan as it holds for the group as it is now; undefined where it is void. */
function planNow(
  { reading, plan }: PlannedStep,
  current: GroupReading,
  nowMs: number,
): GroupPlan | undefined {
  if (versionOf(current) === versionOf(reading)) return plan;
  const group = plan.group === undefined ? undefined : withGrowth(plan.group, reading, current, nowMs);
  return group === undefined ? undefined : { ...plan, group };
}
