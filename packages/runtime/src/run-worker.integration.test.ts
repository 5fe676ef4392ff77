import assert from 'node:assert/strict';
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { exitCodes } from './exit-codes.ts';

const workerPath = fileURLToPath(new URL('./fixtures/scripted-worker.ts', import.meta.url));
const supervisorPath = fileURLToPath(new URL('./fixtures/supervisor.ts', import.meta.url));
const children = new Set<ChildProcess>();
const orphanPids = new Set<number>();

/** A worker that doesn't end fails its own test, long before a whole run gives up. */
const bounded = { timeout: 20_000 };

after(() => {
  for (const child of children) child.kill('SIGKILL');
  for (const pid of orphanPids) process.kill(pid, 'SIGKILL');
});

type Line = Readonly<Record<string, unknown>>;

type Started = {
  readonly child: ChildProcess;
  /** The pid in the first line that says the worker runs. */
  readonly running: Promise<number>;
  /** The next line, or one said before, with this message. */
  readonly says: (message: string | RegExp) => Promise<Line>;
  /** Exit code and everything that was printed. */
  readonly ended: Promise<{ exitCode: unknown; lines: readonly Line[]; output: string }>;
};

function watch(child: ChildProcess): Started {
  const { stdout, stderr } = child;
  assert.ok(stdout !== null && stderr !== null);
  children.add(child);
  let output = '';
  const lines = (): Line[] =>
    output
      .split('\n')
      .filter((line) => line.endsWith('}'))
      .map((line) => JSON.parse(line) as Line);
  stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const says = (message: string | RegExp) =>
    new Promise<Line>((resolve) => {
      const look = (): void => {
        const said = lines().find((line) =>
          typeof message === 'string' ? line['message'] === message : message.test(String(line['message'])),
        );
        if (said === undefined) return;
        stdout.off('data', look);
        resolve(said);
      };
      stdout.on('data', look);
    });
  const running = says('the worker runs').then((line) => Number(line['pid']));
  stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  // Not 'close': it never comes for a child whose IPC channel was closed from here.
  const ended = Promise.all([once(child, 'exit'), once(stdout, 'end'), once(stderr, 'end')]).then(
    ([exit]) => {
      children.delete(child);
      return { exitCode: exit[0] as unknown, lines: lines(), output };
    },
  );
  return { child, running, says, ended };
}

function startWorker(script: string, env: Record<string, string> = {}): Started {
  return watch(spawn(process.execPath, [workerPath, script], { env: { ...process.env, ...env } }));
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`a worker stops with 0 on ${signal}`, bounded, async () => {
    const worker = startWorker('works');
    await worker.running;
    worker.child.kill(signal);
    const { exitCode, lines } = await worker.ended;
    assert.equal(exitCode, exitCodes.stopped);
    assert.ok(lines.some((line) => line['signal'] === signal));
  });
}

for (const script of ['reloads', 'startsSlowlyAndReloads']) {
  test(`a worker that ${script} takes over what has changed on SIGHUP, and works on`, bounded, async () => {
    const worker = startWorker(script);
    await worker.running;
    const reloaded = worker.says('the worker has reloaded what may change while it runs');
    worker.child.kill('SIGHUP');
    await reloaded;
    worker.child.kill('SIGTERM');
    const { exitCode, lines } = await worker.ended;
    assert.equal(exitCode, exitCodes.stopped);
    assert.ok(lines.some((line) => line['message'] === 'the keys are other ones now'));
  });
}

test('a worker that refuses to reload says why and works on', bounded, async () => {
  const worker = startWorker('refusesToReload');
  await worker.running;
  const refused = worker.says(/^the reload was refused/);
  worker.child.kill('SIGHUP');
  const error = (await refused)['error'] as Line;
  assert.match(String(error['message']), /KMS_KEYS_FILE/);
  worker.child.kill('SIGTERM');
  assert.equal((await worker.ended).exitCode, exitCodes.stopped);
});

test('a worker that has done its work is closed and ends with 0', bounded, async () => {
  const { exitCode, output } = await startWorker('finishes').ended;
  assert.equal(exitCode, exitCodes.stopped);
  assert.match(output, /the worker closes/);
});

test('a start that is cut short by a stop is not a failure', bounded, async () => {
  const worker = startWorker('startIsCutShort');
  await worker.running;
  worker.child.kill('SIGTERM');
  assert.equal((await worker.ended).exitCode, exitCodes.stopped);
});

const failures = [
  ['configIsInvalid', exitCodes.configurationInvalid, 'config_invalid'],
  ['halts', exitCodes.halted, 'kms_key_disabled'],
  ['givesUp', exitCodes.temporaryFailure, 'broker_unavailable'],
  ['hasBug', exitCodes.internalBug, undefined],
  ['throwsOutOfBand', exitCodes.internalBug, undefined],
  ['rejectsUnheard', exitCodes.internalBug, undefined],
  ['waitsForNothing', exitCodes.internalBug, undefined],
] as const;

for (const [script, expectedExitCode, code] of failures) {
  test(
    `a worker that ${script} ends with ${expectedExitCode} and says so in one fatal line`,
    bounded,
    async () => {
      const { exitCode, lines, output } = await startWorker(script).ended;
      assert.equal(exitCode, expectedExitCode, output);
      const fatal = lines.filter((line) => line['level'] === 'fatal');
      assert.equal(fatal.length, 1, output);
      assert.equal((fatal[0]?.['error'] as Line)['code'], code);
      assert.doesNotMatch(output, /Mustermann|DE8937/);
    },
  );
}

test('a worker that gives up still closes what it opened', bounded, async () => {
  assert.match((await startWorker('givesUp').ended).output, /the worker closes/);
});

test('all wrong variables are named in the fatal line', bounded, async () => {
  const { output } = await startWorker('configIsInvalid').ended;
  assert.match(output, /HTTP_PORT/);
  assert.match(output, /LOG_LEVEL/);
});

for (const script of ['hangsWhileStopping', 'hangsWhileStarting']) {
  test(`a worker that ${script} ends with 75 after SHUTDOWN_TIMEOUT_MS`, bounded, async () => {
    const worker = startWorker(script, { SHUTDOWN_TIMEOUT_MS: '100' });
    await worker.running;
    worker.child.kill('SIGTERM');
    const { exitCode, output } = await worker.ended;
    assert.equal(exitCode, exitCodes.temporaryFailure);
    assert.match(output, /SHUTDOWN_TIMEOUT_MS/);
  });
}

test('a worker that fails to close ends with the code of that failure', bounded, async () => {
  const worker = startWorker('failsWhileStopping');
  await worker.running;
  worker.child.kill('SIGTERM');
  const { exitCode, output } = await worker.ended;
  assert.equal(exitCode, exitCodes.temporaryFailure);
  assert.match(output, /redis_unavailable/);
});

test('a worker stops with 0 when its supervisor closes the IPC channel', bounded, async () => {
  const worker = watch(fork(workerPath, ['works'], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] }));
  await worker.running;
  worker.child.disconnect();
  const { exitCode, lines } = await worker.ended;
  assert.equal(exitCode, exitCodes.stopped);
  assert.ok(lines.some((line) => line['signal'] === 'disconnect'));
});

test('a worker does not outlive a supervisor that was killed', bounded, async () => {
  const supervisor = watch(spawn(process.execPath, [supervisorPath]));
  const workerPid = await supervisor.running;
  orphanPids.add(workerPid);
  supervisor.child.kill('SIGKILL');
  // The worker writes to the same pipe, so the pipe's end is the end of both.
  const { lines } = await supervisor.ended;
  orphanPids.delete(workerPid);
  assert.ok(lines.some((line) => line['signal'] === 'disconnect'));
  assert.ok(lines.some((line) => line['exitCode'] === exitCodes.stopped));
});
