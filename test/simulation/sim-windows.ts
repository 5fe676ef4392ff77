import { createMemoryWindows } from '@weir/window-store/memory';
import type { WindowStore } from '@weir/windows';
import type { Random } from './random.ts';

/** The Redis of the simulation: window stores that lose what a Redis loses. */
export type SimWindows = {
  /** A store as one process has it. */
  open(): WindowStore;
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

const keptCopies = 24;

export const createSimWindows = (): SimWindows => {
  const windows = createMemoryWindows();
  let wereHurt = false;
  const copies: ReturnType<typeof windows.copy>[] = [];

  const oneOf = (random: Random) => {
    const age = random.below(copies.length);
    return { age, copy: copies[copies.length - 1 - age] ?? windows.copy() };
  };

  return {
    open: windows.open,
    keepCopy: () => {
      copies.push(windows.copy());
      if (copies.length > keptCopies) copies.shift();
    },
    restore: (random) => {
      wereHurt = true;
      const { age, copy } = oneOf(random);
      windows.restore(copy);
      return age;
    },
    restorePartition: (random, partition) => {
      wereHurt = true;
      const { age, copy } = oneOf(random);
      const older = copy.get(partition);
      const others = [...windows.copy()].filter(([index]) => index !== partition);
      windows.restore(new Map(older === undefined ? others : [...others, [partition, older]]));
      return age;
    },
    flush: () => {
      wereHurt = true;
      windows.flush();
    },
    loseKey: async (random, partition) => {
      wereHurt = true;
      const accounts = await accountsOf(windows.open(), partition).catch(() => []);
      const account = random.pick(accounts);
      if (account === undefined || random.chance(0.3)) windows.losePosition(partition);
      else windows.loseAccount(partition, account);
    },
    wereHurt: () => wereHurt,
  };
};

/** Every account the windows of a partition hold. Throws WeirError where they are damaged. */
export const accountsOf = async (store: WindowStore, partition: number): Promise<string[]> => {
  const accounts: string[] = [];
  for (let page = 0; page < store.accountPages; page += 1)
    accounts.push(...(await store.listAccounts(partition, page)));
  return accounts;
};
