#!/usr/bin/env node
// Runs one seed of the simulation again, and prints every step of it.
import { join } from 'node:path';
import { nodeBinary, repositoryRoot, runMain } from './lib/repository.mjs';
import { runCommand } from './lib/run-command.mjs';
import { installPackages } from './lib/set-up.mjs';

await runMain(async () => {
  await installPackages();
  return runCommand(nodeBinary, [
    join(repositoryRoot, 'test/simulation/replay-seed.ts'),
    ...process.argv.slice(2),
  ]);
});
