import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { signedRequest } from './signed-request.ts';

const credentials = { accessKeyId: 'OWNER', secretAccessKey: 'secret-of-the-owner' };
const callers = [{ ...credentials, name: 'owner', allow: [{ operations: ['*'], keys: ['*'] }] }];

type Running = { readonly child: ChildProcess; readonly endpoint: string };

let directory: string;
let environment: Record<string, string>;
let started: ChildProcess[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'weir-kms-'));
  environment = {
    LOCAL_KMS_PORT: '0',
    LOCAL_KMS_KEY_FILE: join(directory, 'keys.json'),
    LOCAL_KMS_CALLERS_FILE: join(directory, 'callers.json'),
  };
  await writeFile(environment['LOCAL_KMS_CALLERS_FILE'] ?? '', JSON.stringify(callers), {
    mode: 0o600,
  });
  started = [];
});
afterEach(async () => {
  for (const child of started) await kill(child);
  await rm(directory, { recursive: true });
});

function run(): ChildProcess {
  const main = join(import.meta.dirname, 'main.ts');
  const child = fork(main, { env: environment, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  started.push(child);
  return child;
}

const limit = () => ({ signal: AbortSignal.timeout(30_000) });

async function start(): Promise<Running> {
  const child = run();
  const [message] = (await once(child, 'message', limit())) as [{ readonly endpoint: string }];
  return { child, endpoint: message.endpoint };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

async function call(
  { endpoint }: Running,
  operation: string,
  input: unknown,
): Promise<Record<string, unknown>> {
  const { headers, body } = await signedRequest({
    credentials,
    operation,
    input,
    signedAtMs: Date.now(),
    host: new URL(endpoint).host,
  });
  // fetch sets the host itself.
  const { host: _host, ...rest } = headers;
  const answer = await fetch(endpoint, { method: 'POST', headers: rest, body: Buffer.from(body) });
  const content = (await answer.json()) as Record<string, unknown>;
  assert.equal(answer.status, 200, JSON.stringify(content));
  return content;
}

async function createKey(running: Running): Promise<string> {
  const { KeyMetadata } = await call(running, 'CreateKey', {});
  return (KeyMetadata as { readonly KeyId: string }).KeyId;
}

test('every key and alias it acknowledged is there after kill -9 in the middle of writing', async () => {
  const first = await start();
  const keyId = await createKey(first);
  await call(first, 'CreateAlias', { AliasName: 'alias/received', TargetKeyId: keyId });
  const sealed = await call(first, 'GenerateDataKey', { KeyId: keyId, KeySpec: 'AES_256' });

  const acknowledged: string[] = [];
  const enough = Promise.withResolvers<void>();
  const writing = async (): Promise<void> => {
    for (;;) {
      acknowledged.push(await createKey(first));
      if (acknowledged.length === 20) enough.resolve();
    }
  };
  const writers = [writing(), writing(), writing(), writing()];
  await Promise.race([enough.promise, ...writers]);
  first.child.kill('SIGKILL');
  const ends = await Promise.allSettled(writers);
  assert.equal(
    ends.every((end) => end.status === 'rejected'),
    true,
  );

  const second = await start();
  const { Keys } = await call(second, 'ListKeys', {});
  const kept = new Set((Keys as { readonly KeyId: string }[]).map((key) => key.KeyId));
  assert.deepEqual(
    acknowledged.filter((each) => !kept.has(each)),
    [],
  );
  const { CiphertextBlob, Plaintext } = sealed;
  const opened = await call(second, 'Decrypt', { KeyId: 'alias/received', CiphertextBlob });
  assert.equal(opened['Plaintext'], Plaintext);
  await createKey(second);
});

test('it exits with 0 on SIGTERM', async () => {
  const { child } = await start();
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit', limit()), [0, null]);
});

test('it exits with 0 when the channel to its supervisor closes', async () => {
  const { child } = await start();
  child.disconnect();
  assert.deepEqual(await once(child, 'exit', limit()), [0, null]);
});

test('a bad configuration is exit code 78', async () => {
  environment['LOCAL_KMS_PORT'] = 'http';
  assert.deepEqual(await once(run(), 'exit', limit()), [78, null]);
});

test('a refused key file is exit code 78', async () => {
  await writeFile(environment['LOCAL_KMS_KEY_FILE'] ?? '', '{}', { mode: 0o600 });
  assert.deepEqual(await once(run(), 'exit', limit()), [78, null]);
});
