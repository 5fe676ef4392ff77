import { WeirError } from '@weir/contracts';
import type { WindowStore } from '@weir/windows';
import type { SimProcess } from './scheduler.ts';
import type { World } from './world.ts';

/** The window store as a process reaches it: every call goes through the scheduler. */
export const storeOf = (world: World, process: SimProcess, plan: string): WindowStore => {
  const store = world.windows.open(plan);
  const ask = <T>(what: string, effect: () => Promise<T>): Promise<T> =>
    process.call('redis', what, effect, () => new WeirError('redis_unavailable', `no answer to ${what}`));
  return {
    accountPages: store.accountPages,
    position: (partition) => ask(`position ${partition}`, () => store.position(partition)),
    load: (partition, accounts) => ask(`load ${partition}`, () => store.load(partition, accounts)),
    listAccounts: (partition, page) => ask(`list ${partition}`, () => store.listAccounts(partition, page)),
    commit: (commit) =>
      ask(`chain ${commit.partition} of ${plan} to ${commit.next}`, () => {
        world.windows.keepCopy();
        return store.commit(commit);
      }),
    clear: (partition) => ask(`clear ${partition}`, () => store.clear(partition)),
  };
};
