import type { LogState } from '@weir/verdicts';
import { findPublished } from './find-published.ts';
import type { FilledWindows } from './rebuild-windows.ts';
import type { UpkeepParts } from './upkeep-parts.ts';

const lookAgainAfterMs = 500;

export type SwitchOptions = {
  /** Behind the control record of each partition. */
  readonly positions: ReadonlyMap<number, number>;
  readonly sleep: (delayMs: number) => Promise<void>;
  readonly nowMs: () => number;
  /** How long to wait for the workers; they switch by themselves, whether or not anybody waits. */
  readonly withinMs: number;
  readonly onProgress: (partitions: { readonly done: number; readonly total: number }) => void;
};

/**
 * Fills windows up to the control records that bring their plan into force, waits
 * until the workers have come that far, and then forgets the windows of the plans
 * before, which nobody asks any more. Answers in how many partitions the plan is
 * in force; the former windows stay where it isn't in all of them.
 */
export async function switchWindows(
  parts: UpkeepParts,
  filled: FilledWindows,
  options: SwitchOptions,
): Promise<number> {
  await filled.fillUpTo(options.positions);
  const untilMs = options.nowMs() + options.withinMs;
  for (;;) {
    const switched = await countSwitched(parts, filled.plan.ref, options.positions);
    options.onProgress({ done: switched, total: options.positions.size });
    if (switched === options.positions.size) break;
    if (options.nowMs() >= untilMs) return switched;
    await options.sleep(lookAgainAfterMs);
  }
  await forgetFormer(parts, filled, options.positions.keys());
  return options.positions.size;
}

async function countSwitched(
  parts: UpkeepParts,
  plan: string,
  positions: ReadonlyMap<number, number>,
): Promise<number> {
  const published = await findPublished(parts);
  return [...positions].filter(([partition, position]) => {
    const found = published.get(partition);
    return found !== undefined && found.next >= position && found.log.versions.windowPlan === plan;
  }).length;
}

async function forgetFormer(
  parts: UpkeepParts,
  { formerPlans }: FilledWindows,
  partitions: Iterable<number>,
): Promise<void> {
  const [found] = (await findPublished(parts)).values();
  if (found === undefined) return;
  const all = [...partitions];
  for (const windowPlan of formerPlans) {
    const log: LogState = { ...found.log, versions: { ...found.log.versions, windowPlan } };
    const store = await parts.openStore(log);
    for (const partition of all) await store.clear(partition);
  }
}
