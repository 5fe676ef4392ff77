import { checkAlerts } from './check-alerts.ts';
import { checkLedgers } from './check-ledgers.ts';
import { checkOutcomes } from './check-outcomes.ts';
import { checkWindows } from './check-windows.ts';
import type { Topics } from './topics.ts';
import type { World } from './world.ts';

/**
 * Everything Weir promises, held against what a run left behind: the topics, the
 * window store, the ledgers and the mails. `calm` is what an undisturbed run made
 * of the same log. Answers one sentence for each thing that is not as promised.
 */
export const checkHistory = async (world: World, topics: Topics, calm: Topics): Promise<string[]> => [
  ...checkOutcomes(topics, calm),
  ...(await checkLedgers(world, topics)),
  ...checkAlerts(topics, world.mails),
  ...(await checkWindows(world, topics)),
];
