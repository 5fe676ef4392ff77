import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { signedRequest } from './signed-request.ts';
import { type LocalKms, startLocalKms } from './start-local-kms.ts';

const credentials = { accessKeyId: 'OWNER', secretAccessKey: 'secret-of-the-owner' };
const callers = [{ ...credentials, name: 'owner', allow: [{ operations: ['*'], keys: ['*'] }] }] as const;

let directory: string;
let keyFile: string;
let logged: string[];
let kms: LocalKms;

const start = (port = 0) => startLocalKms({ port, keyFile, callers, log: (line) => logged.push(line) });

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'weir-kms-'));
  keyFile = join(directory, 'keys.json');
  logged = [];
  kms = await start();
});
afterEach(async () => {
  await kms.close();
  await rm(directory, { recursive: true });
});

async function listKeys(input: unknown = {}): Promise<Response> {
  const { headers, body } = await signedRequest({
    credentials,
    operation: 'ListKeys',
    input,
    signedAtMs: Date.now(),
    host: `127.0.0.1:${String(kms.port)}`,
  });
  // fetch sets the host itself.
  const { host: _host, ...rest } = headers;
  return fetch(kms.endpoint, { method: 'POST', headers: rest, body: Buffer.from(body) });
}

test('it says at its start that it is for development only', () => {
  assert.match(logged.join('\n'), /DEVELOPMENT ONLY/);
});

test('it answers a signed call and a health check', async () => {
  const answer = await listKeys();
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-type'), 'application/x-amz-json-1.1');
  assert.deepEqual(await answer.json(), { Keys: [], Truncated: false });
  assert.equal((await fetch(`${kms.endpoint}/healthz`)).status, 200);
});

test('a body over the bound is refused, and the server lives on', async () => {
  const answer = await listKeys('x'.repeat(1024 * 1024));
  assert.equal(answer.status, 413);
  assert.equal(answer.headers.get('x-amzn-errortype'), 'RequestEntityTooLargeException');
  assert.equal((await listKeys()).status, 200);
});

test('a caller that hangs up in the middle of its request does no harm', async () => {
  const hangUp = new AbortController();
  const halfABody = new ReadableStream({
    start: (stream) => {
      stream.enqueue(Buffer.from('{'));
    },
    pull: () => {
      hangUp.abort();
    },
  });
  const init = { method: 'POST', body: halfABody, duplex: 'half', signal: hangUp.signal } as const;
  await assert.rejects(fetch(kms.endpoint, init));
  assert.equal((await listKeys()).status, 200);
});

test('while switched off it answers nobody, and then everybody again', async () => {
  kms.setUnavailable(true);
  const answer = await listKeys();
  assert.equal(answer.status, 503);
  assert.equal(answer.headers.get('x-amzn-errortype'), 'KMSInternalException');
  assert.equal((await fetch(`${kms.endpoint}/healthz`)).status, 503);
  kms.setUnavailable(false);
  assert.equal((await listKeys()).status, 200);
});

test('a taken port and a refused key file reject', async () => {
  await assert.rejects(start(kms.port), { code: 'EADDRINUSE' });
  await writeFile(keyFile, '{}');
  await chmod(keyFile, 0o644);
  await assert.rejects(start(), { name: 'PrivateFileError' });
});
