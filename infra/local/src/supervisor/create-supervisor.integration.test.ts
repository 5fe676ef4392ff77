import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeTempFolder, waitFor } from '@weir/testkit';
import { childPlan } from '../fixtures/child-plan.ts';
import { LocalError } from '../local-error.ts';
import { pickFreePort } from '../process/free-port.ts';
import { identifyProcess, isRunning } from '../process/process-identity.ts';
import { createSupervisor } from './create-supervisor.ts';
import { readState, writeState } from './state-file.ts';

const quickPolicy = { firstDelayMs: 10, longestDelayMs: 50, mostFailures: 3, windowMs: 60_000 };

function quiet(): void {
  // Progress is for people; these tests look at what happens.
}

test('a process that is killed is started again, and the others are left alone', async () => {
  const home = makeTempFolder('supervisor');
  const supervisor = await createSupervisor({ home, onProgress: quiet, policy: quickPolicy });
  await supervisor.start(
    [
      childPlan({ name: 'one', port: await pickFreePort(), home }),
      childPlan({ name: 'other', port: await pickFreePort(), home }),
    ],
    {},
  );
  const [before, otherBefore] = supervisor.state().processes;
  process.kill(before?.pid ?? 0, 'SIGKILL');
  const after = await waitFor(() => {
    const [one] = supervisor.state().processes;
    return one?.ready === true && one.restarts === 1 ? one : undefined;
  });
  assert.notEqual(after.pid, before?.pid);
  assert.deepEqual(supervisor.state().processes[1], otherBefore);
  assert.deepEqual(readState(home)?.processes[0]?.pid, after.pid);
  await supervisor.stop();
});

test('a process that keeps ending takes the stack down, with one sentence naming it and its log', async () => {
  const home = makeTempFolder('supervisor');
  const supervisor = await createSupervisor({ home, onProgress: quiet, policy: quickPolicy });
  const port = await pickFreePort();
  await supervisor.start([childPlan({ name: 'sound', port, home })], {});
  const [sound] = supervisor.state().processes;
  const broken = childPlan({ name: 'broken', port: await pickFreePort(), home, env: { CHILD_EXIT: '70' } });
  await assert.rejects(supervisor.start([broken], {}), (error) => {
    assert.ok(error instanceof LocalError);
    assert.equal(error.code, 'gave_up');
    assert.match(
      error.message,
      /^broken ended with exit code 70 and is given up on, because it ended 3 times/,
    );
    assert.ok(error.message.includes(join(home, 'logs', 'broken.log')));
    assert.ok(error.message.includes('it cannot go on'));
    return true;
  });
  assert.ok(sound !== undefined && !isRunning(sound));
});

test('a process that is given up on later ends the stack through "failed"', async () => {
  const home = makeTempFolder('supervisor');
  const policy = { ...quickPolicy, mostFailures: 1 };
  const supervisor = await createSupervisor({ home, onProgress: quiet, policy });
  await supervisor.start([childPlan({ name: 'one', port: await pickFreePort(), home })], {});
  process.kill(supervisor.state().processes[0]?.pid ?? 0, 'SIGKILL');
  const error = await supervisor.failed;
  assert.match(error.message, /^one was ended by SIGKILL and is given up on/);
});

test('processes stop in the reverse order of their start, and one that does not listen is killed', async () => {
  const home = makeTempFolder('supervisor');
  const supervisor = await createSupervisor({ home, onProgress: quiet, policy: quickPolicy });
  const plan = async (name: string, dependsOn: readonly string[], env = {}) =>
    childPlan({ name, port: await pickFreePort(), home, dependsOn, env });
  await supervisor.start(
    [await plan('last', ['middle']), await plan('first', []), await plan('middle', ['first'])],
    {},
  );
  const stubborn = await plan('stubborn', [], { CHILD_STUBBORN: 'yes' });
  await supervisor.start([stubborn], {});
  const running = supervisor.state().processes;
  await supervisor.stop();
  assert.equal(readFileSync(join(home, 'stops'), 'utf8'), 'stubborn\nlast\nmiddle\nfirst\n');
  assert.deepEqual(running.filter(isRunning), []);
  assert.deepEqual(readState(home)?.processes, []);
});

test('a stop while processes start ends the start, and leaves none', async () => {
  const home = makeTempFolder('supervisor');
  const supervisor = await createSupervisor({ home, onProgress: quiet });
  const port = await pickFreePort();
  const never = { ...childPlan({ name: 'never', port, home }), ready: { kind: 'redis', port } as const };
  const started = assert.rejects(supervisor.start([never], {}), { code: 'stopped' });
  const [running] = await waitFor(() => {
    const { processes } = supervisor.state();
    return processes.length === 1 ? processes : undefined;
  });
  await supervisor.stop();
  await started;
  assert.ok(running !== undefined && !isRunning(running));
});

test('a home has one supervisor at a time, and a stopped one leaves it free', async () => {
  const home = makeTempFolder('supervisor');
  const first = await createSupervisor({ home, onProgress: quiet });
  await first.start([], {});
  await assert.rejects(createSupervisor({ home, onProgress: quiet }), { code: 'already_running' });
  await first.stop();
  const second = await createSupervisor({ home, onProgress: quiet });
  await second.stop();
});

test('the state file is readable by its owner alone', async () => {
  const home = makeTempFolder('supervisor');
  const supervisor = await createSupervisor({ home, onProgress: quiet });
  await supervisor.start([childPlan({ name: 'one', port: await pickFreePort(), home })], {});
  await waitFor(() => readState(home) !== undefined);
  assert.equal(statSync(join(home, 'run', 'state.json')).mode & 0o777, 0o600);
  await supervisor.stop();
});

test('after kill -9 of the supervisor no child lives on, and the next one can take the home', async () => {
  const home = makeTempFolder('supervisor');
  const ports = `${await pickFreePort()},${await pickFreePort()}`;
  const script = fileURLToPath(new URL('../fixtures/supervise.ts', import.meta.url));
  const supervisor = spawn(process.execPath, [script], {
    env: { ...process.env, SUPERVISE_HOME: home, SUPERVISE_PORTS: ports },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(supervisor.stdout, 'data');
  const children = await waitFor(() => {
    const processes = readState(home)?.processes ?? [];
    return processes.length === 2 ? processes : undefined;
  });
  assert.deepEqual(children.map(isRunning), [true, true]);
  supervisor.kill('SIGKILL');
  await waitFor(() => !children.some(isRunning));
  const next = await createSupervisor({ home, onProgress: quiet });
  await next.stop();
});

test('what an earlier supervisor left behind is stopped, and a stranger with a reused pid is not', async (context) => {
  const home = makeTempFolder('supervisor');
  const leftover = spawn('sleep', ['600'], { stdio: 'ignore' });
  const stranger = spawn('sleep', ['600'], { stdio: 'ignore' });
  context.after(() => void stranger.kill('SIGKILL'));
  const identity = identifyProcess(leftover.pid ?? 0);
  assert.ok(identity !== undefined);
  writeState(home, {
    supervisor: { pid: 1, startedAt: 'long ago' },
    processes: [
      { name: 'leftover', ...identity, ready: true, restarts: 0 },
      { name: 'reused', pid: stranger.pid ?? 0, startedAt: 'long ago', ready: true, restarts: 0 },
    ],
    addresses: {},
  });
  const gone = once(leftover, 'exit');
  const supervisor = await createSupervisor({ home, onProgress: quiet });
  await gone;
  assert.equal(stranger.exitCode, null);
  assert.equal(stranger.signalCode, null);
  await supervisor.stop();
});

test('a state file that was cut short does not stop the next start', async () => {
  const home = makeTempFolder('supervisor');
  mkdirSync(join(home, 'run'));
  writeFileSync(join(home, 'run', 'state.json'), '{"supervisor":');
  const supervisor = await createSupervisor({ home, onProgress: quiet });
  await supervisor.stop();
});
