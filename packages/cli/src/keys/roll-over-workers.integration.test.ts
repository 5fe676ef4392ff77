import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { ensurePrivateFolder, pickFreePort, startProcess, writePrivateFile } from '@weir/local';
import type { OwnedProcess } from '@weir/local';
import { makeTempFolder } from '@weir/testkit';
import { rollOverWorkers } from './roll-over-workers.ts';

/** Like a worker that loads its modules first, and until then has no ear for SIGHUP: Node ends it. */
const slowWorker = `
  let rollOvers = 0;
  const metrics = () => 'weir_kms_roll_overs_total{service="detection"} ' + rollOvers + '\\nweir_kms_keys_file_refused{service="detection"} 0\\n';
  setTimeout(() => {
    process.on('SIGHUP', () => (rollOvers += 1));
    require('node:http').createServer((_, response) => response.end(metrics())).listen(Number(process.argv[1]), '127.0.0.1');
  }, 500);
`;

test('a worker that only just starts is signalled once it hears, and lives', async () => {
  const home = makeTempFolder('roll-over');
  const port = await pickFreePort();
  const start = (name: string, script: string): OwnedProcess =>
    startProcess({
      name,
      command: process.execPath,
      args: ['-e', script, String(port)],
      env: {},
      logFile: join(home, `${name}.log`),
      ipc: false,
    });
  const supervisor = start('supervisor', 'setInterval(() => undefined, 1000)');
  const worker = start('detection', slowWorker);
  try {
    writePrivateFile(
      join(ensurePrivateFolder(home, 'run'), 'state.json'),
      JSON.stringify({
        supervisor: supervisor.identity,
        processes: [{ name: 'detection', ...worker.identity, ready: false, restarts: 0 }],
        addresses: { DETECTION_URL: `http://127.0.0.1:${port}` },
      }),
    );
    assert.deepEqual(await rollOverWorkers(home), [{ worker: 'detection', outcome: 'done' }]);
    assert.equal(worker.hasExited(), false);
  } finally {
    await Promise.all([worker.kill(), supervisor.kill()]);
  }
});
