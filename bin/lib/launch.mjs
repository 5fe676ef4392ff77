import { join } from 'node:path';
import { nodeBinary, repositoryRoot } from './repository.mjs';
import { runCommand } from './run-command.mjs';
import { installPackages } from './set-up.mjs';

/** Runs the `weir` command under the Node it is written for, and answers its exit code. */
export async function launch(args) {
  await installPackages();
  // The caller's folder stays, so that file arguments mean what they say.
  return runCommand(nodeBinary, [join(repositoryRoot, 'packages/cli/src/main.ts'), ...args], {
    cwd: process.cwd(),
  });
}
