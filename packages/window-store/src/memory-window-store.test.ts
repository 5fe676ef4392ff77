import { createMemoryWindowStore } from './memory-window-store.ts';
import { windowStoreContract } from './window-store-contract.ts';

windowStoreContract('memory', async () => createMemoryWindowStore());
