import { createMemoryWindows } from './memory-window-store.ts';
import { windowStoreContract } from './window-store-contract.ts';

windowStoreContract('memory', async () => {
  const windows = createMemoryWindows();
  return {
    store: windows.open(),
    reopen: windows.open,
    loseAccount: async (partition, account) => windows.loseAccount(partition, account),
    losePosition: async (partition) => windows.losePosition(partition),
    copy: async () => {
      const copied = windows.copy();
      return async () => windows.restore(copied);
    },
  };
});
