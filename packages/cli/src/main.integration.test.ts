import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

test('a reader that has seen enough ends the command quietly', async () => {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const weir = spawn(process.execPath, [main, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  // Closed before the command has written anything: its first line meets a broken pipe.
  weir.stdout.destroy();
  let said = '';
  weir.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(weir, 'close')) as [number | null];
  assert.deepEqual([code, said], [0, '']);
});
