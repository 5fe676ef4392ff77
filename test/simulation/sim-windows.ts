import type { Random } from '@weir/simulator';
import { createMemoryWindows } from '@weir/window-store/memory';
import type { MemoryWindowCopy, MemoryWindows } from '@weir/window-store/memory';
import type { WindowStore } from '@weir/windows';
import { pickAny } from './pick-any.ts';

/** The Redis of the simulation: a set of windows for each plan, which lose what a Redis loses. */
export type SimWindows = {
  /** The store of one window plan, as one process has it. */
  open(plan: string): WindowStore;
  /** Keeps a copy of everything, as a snapshot or a backup would. */
  keepCopy(): void;
  /** A restart from one of the last copies; answers how old it is, in copies. */
  restore(random: Random): number;
  /** The same for one partition alone: in a cluster its node may fail without the others. */
  restorePartition(random: Random, partition: number): number;
  flush(): void;
  /** Loses the records of one account, or the position beside them. */
  loseKey(random: Random, partition: number): Promise<void>;
  /** Whether anything was ever lost. */
  wereHurt(): boolean;
};

type Copy = ReadonlyMap<string, MemoryWindowCopy>;

const keptCopies = 24;

export const createSimWindows = (): SimWindows => {
  const sets = new Map<string, MemoryWindows>();
  const copies: Copy[] = [];
  let wereHurt = false;

  const setOf = (plan: string): MemoryWindows => {
    const found = sets.get(plan) ?? createMemoryWindows();
    sets.set(plan, found);
    return found;
  };
  const copyAll = (): Copy => new Map([...sets].map(([plan, windows]) => [plan, windows.copy()]));

  /** Puts back what `wanted` makes of the copy and of what is there now, for each plan. */
  const putBack = (
    random: Random,
    wanted: (older: MemoryWindowCopy, now: MemoryWindowCopy) => MemoryWindowCopy,
  ): number => {
    wereHurt = true;
    const age = random.below(copies.length);
    const copy = copies[copies.length - 1 - age] ?? copyAll();
    for (const [plan, windows] of sets) windows.restore(wanted(copy.get(plan) ?? new Map(), windows.copy()));
    return age;
  };

  return {
    open: (plan) => setOf(plan).open(),
    keepCopy: () => {
      copies.push(copyAll());
      if (copies.length > keptCopies) copies.shift();
    },
    restore: (random) => putBack(random, (older) => older),
    restorePartition: (random, partition) =>
      putBack(random, (older, now) => {
        const others = [...now].filter(([index]) => index !== partition);
        const mine = older.get(partition);
        return new Map(mine === undefined ? others : [...others, [partition, mine]]);
      }),
    flush: () => {
      wereHurt = true;
      for (const windows of sets.values()) windows.flush();
    },
    loseKey: async (random, partition) => {
      wereHurt = true;
      const windows = pickAny(random, [...sets.values()]);
      if (windows === undefined) return;
      const accounts = await accountsOf(windows.open(), partition).catch(() => []);
      const account = pickAny(random, accounts);
      if (account === undefined || random.chance(0.3)) windows.losePosition(partition);
      else windows.loseAccount(partition, account);
    },
    wereHurt: () => wereHurt,
  };
};

/** Every account the windows of a partition hold. Throws WeirError where they are damaged. */
const accountsOf = async (store: WindowStore, partition: number): Promise<string[]> => {
  const accounts: string[] = [];
  for (let page = 0; page < store.accountPages; page += 1)
    accounts.push(...(await store.listAccounts(partition, page)));
  return accounts;
};
