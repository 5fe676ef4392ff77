#!/usr/bin/env node
// Installs everything Weir needs on this machine. Running it again does nothing.
import { runMain } from './lib/repository.mjs';
import { setUpEverything } from './lib/set-up.mjs';

await runMain(async () => {
  await setUpEverything();
  process.stderr.write('Ready: start Weir with "npm start"\n');
  return 0;
});
