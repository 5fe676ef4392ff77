#!/usr/bin/env node
import { launch } from './lib/launch.mjs';
import { runMain } from './lib/repository.mjs';

await runMain(() => launch(process.argv.slice(2)));
