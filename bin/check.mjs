#!/usr/bin/env node
// Everything that can be said about the sources without starting anything:
// format, lint, types, boundaries, unused code, generated pages, unit tests.
import { join } from 'node:path';
import { repositoryRoot, runMain, toolEnvironment } from './lib/repository.mjs';
import { runCommand } from './lib/run-command.mjs';
import { installPackages } from './lib/set-up.mjs';

const tasks = ['format', 'lint', 'types', 'boundaries', 'unused', 'generated', 'unit'].map(
  (name) => `check:${name}`,
);

await runMain(async () => {
  await installPackages();
  return runCommand(
    join(repositoryRoot, 'node_modules', '.bin', 'turbo'),
    // No daemon: nothing may be left running. --continue: one run shows all there is to mend.
    [
      'run',
      ...tasks,
      '--no-daemon',
      '--continue',
      '--concurrency=2',
      '--output-logs=errors-only',
      '--no-update-notifier',
    ],
    { env: toolEnvironment({ TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' }) },
  );
});
