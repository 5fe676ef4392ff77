import { runWorker } from '@weir/runtime';
import { startUpkeep } from './start-upkeep.ts';

await runWorker({ name: 'windows', start: ({ signal }) => startUpkeep(process, signal) });
