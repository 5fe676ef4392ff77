import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readTrailLines } from '@weir/audit';
import { waitFor } from '@weir/testkit';
import { requestsOf } from './fixtures/memory-notary.ts';
import { startNotaryStack } from './fixtures/notary-stack.ts';

let stack: Awaited<ReturnType<typeof startNotaryStack>>;
before(async () => {
  stack = await startNotaryStack();
});
after(() => stack.stop());

const act = {
  actor: { kind: 'person', name: 'alice' },
  action: 'artefact_published',
  subject: { kind: 'artefact', id: 'plan@2' },
  origin: 'weir-cli',
  details: {},
} as const;

/** The command as somebody in the role of ops would give it. */
async function weir(...args: readonly string[]): Promise<{ readonly code: number; readonly stdout: string }> {
  const main = new URL('../../../packages/cli/src/main.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [main, 'audit', ...args], {
    env: { ...stack.env, PATH: process.env['PATH'], WEIR_HOME: stack.folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  const [code] = (await once(child, 'close')) as [number];
  return { code, stdout };
}

test('A notary killed under load is followed by one that leaves no gap and records nothing twice', async () => {
  const asked = new Set<string>();
  let isDone = false;
  const asking = (async () => {
    while (!isDone) {
      const requests = requestsOf(60);
      await stack.request(requests);
      requests.forEach(({ requestId }) => asked.add(requestId));
      await sleep(20);
    }
  })();
  const doomed = await stack.start();
  await waitFor(async () => (await stack.trailEnd()) > 20, { deadlineMs: 40_000 });
  doomed.kill();
  await doomed.exited;
  isDone = true;
  await asking;
  const notary = await stack.start();
  const requestedCount = asked.size;
  // The starts of the notaries are entries too.
  await waitFor(async () => (await notary.entries()) > requestedCount && (await notary.uncovered()) === 0, {
    deadlineMs: 40_000,
  });
  const file = join(stack.folder, 'killed.ndjson');
  assert.equal((await weir('export', file)).code, 0);
  const trail = readTrailLines(readFileSync(file, 'utf8').split('\n'));
  assert.deepEqual(
    trail.entries.map(({ sequence }) => sequence),
    trail.entries.map((_, index) => index),
  );
  const recorded = trail.entries.flatMap(({ action, requestId }) =>
    action === 'key_rotated' ? [requestId] : [],
  );
  assert.equal(new Set(recorded).size, recorded.length);
  assert.deepEqual(new Set(recorded), asked);

  const { code, stdout } = await weir('verify', '--checkpoints', stack.checkpointFolder, '--json');
  assert.deepEqual(JSON.parse(stdout), {
    entries: trail.entries.length,
    checkpoints: trail.checkpoints.length,
    ok: true,
    findings: [],
  });
  assert.equal(code, 0);
  assert.equal(await notary.stop(), 0);
});

test('An exported trail and a proof are verified with the public key alone, and a forged one is not', async () => {
  const place = (name: string): string => join(stack.folder, name);
  assert.equal((await weir('export', place('whole.ndjson'))).code, 0);
  writeFileSync(place('key.pem'), (await weir('public-key')).stdout);
  const check = (file: string) => weir('verify', place(file), '--public-key', place('key.pem'));
  assert.equal((await check('whole.ndjson')).code, 0);
  const whole = readFileSync(place('whole.ndjson'), 'utf8');
  writeFileSync(place('forged.ndjson'), whole.replace('"name":"alice"', '"name":"mallory"'));
  const forged = await check('forged.ndjson');
  assert.equal(forged.code, 1);
  assert.match(forged.stdout, /not what was signed/);
  const proof = (await weir('prove', '3')).stdout;
  writeFileSync(place('proof.json'), proof);
  assert.equal((await check('proof.json')).code, 0);
  writeFileSync(place('forged.json'), proof.replace('"name":"alice"', '"name":"mallory"'));
  assert.equal((await check('forged.json')).code, 1);
});

test('An act waits for its entry; with the notary away, or its folder gone, it is refused', async () => {
  const recorder = stack.recorder(15_000);
  const notary = await stack.start();
  const { requestId } = await recorder.recordBefore(act);
  const { stdout } = await weir('list', '--json', '--action', 'artefact_published');
  assert.match(stdout, new RegExp(requestId));
  await recorder.close();
  await notary.stop();

  const impatient = stack.recorder(1_000);
  await assert.rejects(impatient.recordBefore(act), { code: 'audit_unavailable' });
  const lost = await stack.start({ AUDIT_CHECKPOINT_DIR: join(stack.folder, 'nowhere') });
  await waitFor(async () => (await lost.get('/readyz')).body.includes('folder_missing'), {
    deadlineMs: 30_000,
  });
  await assert.rejects(impatient.recordBefore(act), { code: 'audit_unavailable' });
  await impatient.close();
  await lost.stop();
});
