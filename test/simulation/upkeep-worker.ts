import { createResolvers } from '@weir/verdicts';
import type { WindowPlan } from '@weir/windows';
import { logPartsOf } from '../../services/detection/src/log-parts.ts';
import { rebuildWindows } from '../../services/detection/src/upkeep/rebuild-windows.ts';
import type { RebuildParts } from '../../services/detection/src/upkeep/rebuild-windows.ts';
import { switchWindows } from '../../services/detection/src/upkeep/switch-windows.ts';
import { activatePlan } from './control-records.ts';
import { plainEnvelope } from './plain-envelope.ts';
import type { SimProcess } from './scheduler.ts';
import type { SimWorker } from './sim-worker.ts';
import { storeOf } from './store-of.ts';
import { detectionGroup, environment, linkOf } from './world.ts';
import type { World } from './world.ts';

const partsOf = (world: World, process: SimProcess): RebuildParts => {
  const kafka = world.kafka.connect(linkOf(world, process));
  const opening = { opener: plainEnvelope(process, world.kms, world.random).opener, environment };
  const openStore: RebuildParts['openStore'] = async ({ versions }) =>
    storeOf(world, process, versions.windowPlan);
  return {
    kafka,
    groupId: detectionGroup,
    opening,
    ...logPartsOf(kafka),
    ...createResolvers({ ...opening, kafka }),
    openStore,
    openTarget: openStore,
  };
};

/**
 * Starts what `weir windows rebuild` starts: the windows of a plan are filled
 * beside the workers, and mostly the log then switches to it.
 */
export const startUpkeep = async (
  world: World,
  process: SimProcess,
  plan: WindowPlan,
): Promise<SimWorker> => {
  const parts = partsOf(world, process);
  const run = async (): Promise<void> => {
    const filled = await rebuildWindows(
      parts,
      { plan: plan.ref, isElsewhere: false, historyCacheBytes: 1_000_000 },
      { onProgress: () => undefined, onBegunAnew: () => undefined },
    );
    if (world.random.chance(0.3)) return;
    await switchWindows(parts, filled, {
      positions: await activatePlan(world, plan),
      sleep: process.sleep,
      nowMs: world.scheduler.nowMs,
      withinMs: 60_000,
      onProgress: () => undefined,
    });
  };
  // Its work can't be stopped in order: it is killed, and goes on where it was when it is said again.
  return { ended: run(), stop: async () => undefined };
};
