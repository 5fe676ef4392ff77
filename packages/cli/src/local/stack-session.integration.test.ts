import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readState } from '@weir/local';
import { makeTempFolder, waitFor } from '@weir/testkit';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
/** Nothing listens there. */
const nowhere = '127.0.0.1:1';

test('"weir down" ends a stack that is still starting, and nothing of it runs on', async (context) => {
  const home = makeTempFolder('starting');
  const env = {
    ...process.env,
    WEIR_HOME: home,
    WEIR_PORT_BASE: '0',
    KAFKA_BROKERS: nowhere,
    REDIS_URL: `redis://${nowhere}`,
  };
  const weir = (...args: readonly string[]): ChildProcess =>
    spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const starting = weir('up', '--foreground');
  const startEnds = once(starting, 'exit');
  context.after(() => starting.kill('SIGKILL'));
  let said = '';
  starting.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  await waitFor(() => said.includes('Opening the log'), { what: 'a start that waits for Kafka' });
  const parts = readState(home)?.processes ?? [];
  assert.deepEqual(
    parts.map(({ name }) => name),
    ['kms', 'inbox'],
  );

  const [down] = (await once(weir('down'), 'exit')) as [number];
  assert.equal(down, 0);
  await startEnds;
  assert.match(said, /was stopped while it started/);
  assert.deepEqual(readState(home)?.processes, []);
});
