import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { type ErrorCode, WeirError } from '@weir/contracts';
import { type AwsKeyProvider, createAwsKeyProvider } from './aws-key-provider.ts';

const keyBase64 = Buffer.alloc(32, 7).toString('base64');
const request = {
  keyId: 'alias/a',
  wrapped: new Uint8Array([1]),
  encryptionContext: { app: 'weir' },
};

/** What a KMS, or whatever stands between us and it, may do to a request. */
let behave: RequestListener;
let requests: number;
let server: Server;
let provider: AwsKeyProvider;

beforeEach(async () => {
  requests = 0;
  server = createServer((incoming, response) => {
    requests += 1;
    behave(incoming, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  provider = createAwsKeyProvider({
    endpoint: `http://127.0.0.1:${String(port)}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'A', secretAccessKey: 'B' },
    requestTimeoutMs: 500,
  });
});
afterEach(async () => {
  provider.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const answering =
  (status: number, body: string): RequestListener =>
  (_incoming, response) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(body);
  };

async function failsWith(code: ErrorCode, call: () => Promise<unknown>): Promise<WeirError> {
  const error = await call().then(
    () => assert.fail('it did not fail'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof WeirError, String(error));
  assert.equal(error.code, code);
  return error;
}

describe('whatever goes wrong on the way is kms_unavailable, after one request', () => {
  const mishaps: Readonly<Record<string, RequestListener>> = {
    'no answer in time': () => undefined,
    'a connection cut': (incoming) => incoming.socket.destroy(),
    'a page of a proxy': answering(502, '<html>Bad gateway</html>'),
    'an empty answer': answering(200, ''),
    'an answer without a key': answering(200, '{"KeyId":"k"}'),
    throttling: answering(400, '{"__type":"ThrottlingException"}'),
  };
  for (const [mishap, listener] of Object.entries(mishaps)) {
    test(mishap, async () => {
      behave = listener;
      await failsWith('kms_unavailable', () => provider.decrypt(request));
      await failsWith('kms_unavailable', () => provider.generateDataKey(request));
      assert.equal(requests, 2);
    });
  }
});

test('an answer cut in the middle does not spill the key into the error', async () => {
  behave = answering(200, `{"KeyId":"k","Plaintext":"${keyBase64}"`);
  const error = await failsWith('kms_unavailable', () => provider.decrypt(request));
  assert.equal(JSON.stringify(error, Object.getOwnPropertyNames(error)).includes(keyBase64), false);
  assert.equal(error.cause, undefined);
});

test('a key of another length than 32 bytes is no data key', async () => {
  for (const bytes of [0, 16, 31, 33]) {
    const Plaintext = Buffer.alloc(bytes, 7).toString('base64');
    behave = answering(200, JSON.stringify({ KeyId: 'k', Plaintext, CiphertextBlob: 'AAAA' }));
    await failsWith('kms_ciphertext_invalid', () => provider.decrypt(request));
    await failsWith('kms_unavailable', () => provider.generateDataKey(request));
  }
});

test('a wrapped key KMS could not take is refused without asking it', async () => {
  behave = answering(200, JSON.stringify({ KeyId: 'k', Plaintext: keyBase64 }));
  for (const wrapped of [new Uint8Array(0), new Uint8Array(6145)]) {
    await failsWith('kms_ciphertext_invalid', () => provider.decrypt({ ...request, wrapped }));
  }
  assert.equal(requests, 0);
  await provider.decrypt({ ...request, wrapped: new Uint8Array(6144) });
  assert.equal(requests, 1);
});
