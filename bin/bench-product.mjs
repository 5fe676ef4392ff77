#!/usr/bin/env node
// Measures the doors of Weir: see test/bench/product/main.ts for what and how.
import { join } from 'node:path';
import { nodeBinary, repositoryRoot, runMain } from './lib/repository.mjs';
import { runCommand } from './lib/run-command.mjs';
import { installPackages } from './lib/set-up.mjs';

await runMain(async () => {
  await installPackages();
  return runCommand(
    nodeBinary,
    [join(repositoryRoot, 'test/bench/product/main.ts'), ...process.argv.slice(2)],
    {
      cwd: process.cwd(),
    },
  );
});
