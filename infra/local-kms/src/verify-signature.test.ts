import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { KmsError, type KmsErrorType } from './kms-error.ts';
import { signedRequest } from './signed-request.ts';
import { type SignedRequest, verifySignature } from './verify-signature.ts';

const nowMs = Date.parse('2026-03-01T12:00:00Z');
const credentials = { accessKeyId: 'INGEST', secretAccessKey: 'secret-of-ingest' };
const caller = { name: 'ingest', ...credentials, allow: [] };
const ordinary = { credentials, operation: 'ListKeys', input: {}, signedAtMs: nowMs };

const verify = (request: SignedRequest) => verifySignature(request, [caller], nowMs);
const withHeaders = (request: SignedRequest, headers: Record<string, string>) => ({
  ...request,
  headers: { ...request.headers, ...headers },
});
const without = (request: SignedRequest, header: string): SignedRequest => ({
  ...request,
  headers: Object.fromEntries(Object.entries(request.headers).filter(([name]) => name !== header)),
});

async function refuses(type: KmsErrorType, request: SignedRequest): Promise<void> {
  await assert.rejects(verify(request), (error) => {
    assert.ok(error instanceof KmsError, String(error));
    assert.equal(error.type, type);
    return true;
  });
}

test('a signed request names its caller and region', async () => {
  const verified = await verify(await signedRequest(ordinary));
  assert.deepEqual(verified, { caller, region: 'eu-west-1' });
});

/*
 * A signature made once with another implementation, botocore's, for this very
 * request: the signer above and the verifier share a library, and one mistake in
 * it would hide from them both.
 */
test('a signature made by another implementation is accepted', async () => {
  const body = Buffer.from('{}');
  const headers = {
    host: '127.0.0.1:4599',
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'TrentService.ListKeys',
    'x-amz-date': '20260301T120000Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=INGEST/20260301/eu-west-1/kms/aws4_request, ' +
      'SignedHeaders=content-type;host;x-amz-date;x-amz-target, ' +
      'Signature=2a837eb652559e17e96fcecdbdb070d5f029806b67375ad54cb27e079115e016',
  };
  const verified = await verify({ method: 'POST', path: '/', headers, body });
  assert.equal(verified.caller, caller);
});

test('a wrong secret is refused', async () => {
  const wrong = { ...credentials, secretAccessKey: 'another-secret' };
  const request = await signedRequest({ ...ordinary, credentials: wrong });
  await refuses('InvalidSignatureException', request);
});

test('an unknown access key id is refused', async () => {
  const unknown = { ...credentials, accessKeyId: 'NOBODY' };
  const request = await signedRequest({ ...ordinary, credentials: unknown });
  await refuses('UnrecognizedClientException', request);
});

test('a request without a signature is refused', async () => {
  const request = without(await signedRequest(ordinary), 'authorization');
  await refuses('MissingAuthenticationTokenException', request);
});

test('an authorization of another kind is refused', async () => {
  const request = await signedRequest(ordinary);
  const bearer = withHeaders(request, { authorization: 'Bearer x' });
  await refuses('IncompleteSignatureException', bearer);
  const { authorization } = request.headers;
  const otherService = authorization?.replace('/kms/', '/s3/') ?? '';
  await refuses('IncompleteSignatureException', withHeaders(request, { authorization: otherService }));
});

test('a signature without its date is refused', async () => {
  const request = without(await signedRequest(ordinary), 'x-amz-date');
  await refuses('IncompleteSignatureException', request);
});

test('a signature counts for five minutes around its date and no longer', async () => {
  for (const offByMs of [-300_000, 300_000]) {
    await verify(await signedRequest({ ...ordinary, signedAtMs: nowMs + offByMs }));
  }
  for (const offByMs of [-301_000, 301_000]) {
    const request = await signedRequest({ ...ordinary, signedAtMs: nowMs + offByMs });
    await refuses('InvalidSignatureException', request);
  }
});

test('a changed date does not make an old signature young', async () => {
  const old = await signedRequest({ ...ordinary, signedAtMs: nowMs - 600_000 });
  const renewed = withHeaders(old, { 'x-amz-date': '20260301T120000Z' });
  await refuses('InvalidSignatureException', renewed);
});

test('a changed body, operation or host is refused', async () => {
  const request = await signedRequest(ordinary);
  await refuses('InvalidSignatureException', { ...request, body: Buffer.from('{"Limit":1}') });
  for (const [header, value] of [
    ['x-amz-target', 'TrentService.Decrypt'],
    ['host', 'elsewhere'],
  ] as const) {
    await refuses('InvalidSignatureException', withHeaders(request, { [header]: value }));
  }
});

test('a signature that leaves out the operation or the host is refused', async () => {
  for (const header of ['host', 'x-amz-target']) {
    await refuses('InvalidSignatureException', await signedRequest({ ...ordinary, unsigned: [header] }));
  }
});

test('an x-amz header added to a signed request is refused', async () => {
  const request = await signedRequest(ordinary);
  const hash = createHash('sha256').update(request.body).digest('hex');
  await refuses('InvalidSignatureException', withHeaders(request, { 'x-amz-content-sha256': hash }));
});

test('a signed header that is not sent is refused', async () => {
  const request = without(await signedRequest(ordinary), 'content-type');
  await refuses('InvalidSignatureException', request);
});

test('a signed hash of another body is refused', async () => {
  const request = await signedRequest({ ...ordinary, bodyHash: '0'.repeat(64) });
  await refuses('InvalidSignatureException', request);
});
