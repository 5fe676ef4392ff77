// Runs on a thread of its own in the process that holds a model: where a model
// never comes back, that process can't notice that whoever started it is gone.
// Who that is it is told: by the time this thread runs somebody else may have
// become the parent.

import { workerData } from 'node:worker_threads';

const lookEveryMs = 500;

setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL');
}, lookEveryMs);
