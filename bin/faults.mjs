#!/usr/bin/env node
// Hurts a running pipeline in every way there is and checks what it promises:
// npm run faults -- --seed S --rounds N --json FILE
import { join } from 'node:path';
import { nodeBinary, repositoryRoot, runMain } from './lib/repository.mjs';
import { runCommand } from './lib/run-command.mjs';
import { setUpEverything } from './lib/set-up.mjs';

await runMain(async () => {
  await setUpEverything();
  // A hundred rounds are a million records to hold against each other, beyond Node's own bound.
  const heap = '--max-old-space-size=6144';
  return runCommand(
    nodeBinary,
    [heap, join(repositoryRoot, 'test/faults/main.ts'), ...process.argv.slice(2)],
    {
      // The caller's folder stays, so that the file of the report means what it says.
      cwd: process.cwd(),
    },
  );
});
