#!/usr/bin/env node
// Measures Weir: see test/bench/main.ts for what and how.
import { join } from 'node:path';
import { nodeBinary, repositoryRoot, runMain } from './lib/repository.mjs';
import { runCommand } from './lib/run-command.mjs';
import { installPackages } from './lib/set-up.mjs';

await runMain(async () => {
  await installPackages();
  // The caller's folder stays, so that the file to write means what it says.
  return runCommand(nodeBinary, [join(repositoryRoot, 'test/bench/main.ts'), ...process.argv.slice(2)], {
    cwd: process.cwd(),
  });
});
