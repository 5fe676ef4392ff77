#!/usr/bin/env node
// The same as `weir start`.
import { launch } from './lib/launch.mjs';
import { runMain } from './lib/repository.mjs';

await runMain(() => launch(['start', ...process.argv.slice(2)]));
