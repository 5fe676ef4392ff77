import { fork } from 'node:child_process';
import { join } from 'node:path';
import { SetupError, nodeBinary, repositoryRoot, toolEnvironment } from './repository.mjs';

/**
 * Starts one broker and one Redis for this run. Answers the environment that
 * tests find them by, and how to stop them. They end with this process, too.
 */
export async function startSharedParts() {
  const child = fork(join(repositoryRoot, 'packages/testkit/src/serve-shared.ts'), {
    execPath: nodeBinary,
    execArgv: [],
    env: toolEnvironment(),
  });
  const gone = new Promise((resolve) => {
    child.once('exit', resolve);
    child.once('error', resolve);
  });
  const environment = await Promise.race([
    new Promise((resolve) => child.once('message', resolve)),
    gone.then(() => undefined),
  ]);
  if (environment === undefined) {
    throw new SetupError('Kafka and Redis for the tests could not be started: see the message above.');
  }
  return {
    environment,
    stop: async () => {
      if (child.connected) child.disconnect();
      await gone;
    },
  };
}
