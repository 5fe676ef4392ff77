import { runWorker } from '@weir/runtime';
import { startIngest } from './start-ingest.ts';

await runWorker({ name: 'ingest', start: ({ signal }) => startIngest(process, signal) });
