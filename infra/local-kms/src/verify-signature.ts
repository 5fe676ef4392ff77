import { createHash, timingSafeEqual } from 'node:crypto';
import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Caller } from './callers.ts';
import { KmsError } from './kms-error.ts';

/** A request as it came in; header names in lower case, `body` complete. */
export type SignedRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
};

/** AWS's own tolerance for the date of a signature, either way. */
const clockWindowMs = 5 * 60 * 1000;
const authorizationPattern =
  /^AWS4-HMAC-SHA256 Credential=(?<accessKeyId>\w+)\/(?<day>\d{8})\/(?<region>[a-z0-9-]+)\/kms\/aws4_request, *SignedHeaders=(?<signed>[a-z0-9;-]+), *Signature=(?<signature>[0-9a-f]{64})$/;

type Claim = Readonly<Record<'accessKeyId' | 'day' | 'region' | 'signed' | 'signature', string>>;

/**
 * Who sent this, proven by an AWS Signature Version 4 over the method, the host,
 * every x-amz header and the body. `region` is the one it was signed for.
 *
 * Throws KmsError, of the types AWS answers with. Any region passes: a laptop has
 * one KMS.
 */
export async function verifySignature(
  request: SignedRequest,
  callers: readonly Caller[],
  nowMs: number,
): Promise<{ readonly caller: Caller; readonly region: string }> {
  const claim = readClaim(request.headers['authorization']);
  const caller = callers.find((candidate) => candidate.accessKeyId === claim.accessKeyId);
  if (caller === undefined) {
    throw new KmsError('UnrecognizedClientException', 'the access key id is unknown');
  }
  const signingDate = readDate(request.headers['x-amz-date'], claim.day);
  if (Math.abs(nowMs - signingDate.getTime()) > clockWindowMs) {
    throw new KmsError('InvalidSignatureException', 'the signature is expired or of the future');
  }
  const headers = signedHeaders(request, claim);
  const expected = await sign({ ...request, headers }, caller, claim.region, signingDate);
  if (!timingSafeEqual(Buffer.from(expected), Buffer.from(claim.signature))) {
    throw new KmsError('InvalidSignatureException', 'the signature does not match the request');
  }
  return { caller, region: claim.region };
}

function readClaim(authorization: string | undefined): Claim {
  if (authorization === undefined) {
    throw new KmsError('MissingAuthenticationTokenException', 'the request is not signed');
  }
  const claim = authorizationPattern.exec(authorization)?.groups;
  if (claim === undefined) {
    throw new KmsError('IncompleteSignatureException', 'authorization is no AWS4 signature for kms');
  }
  return claim as Claim;
}

function readDate(amzDate: string | undefined, day: string): Date {
  const iso = amzDate?.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6.000Z');
  const date = new Date(iso ?? Number.NaN);
  if (Number.isNaN(date.getTime()) || amzDate?.startsWith(day) !== true) {
    throw new KmsError('IncompleteSignatureException', 'x-amz-date is missing or malformed');
  }
  return date;
}

/** The headers the signature covers, once it is sure that it covers what the server acts on. */
function signedHeaders(request: SignedRequest, claim: Claim): Readonly<Record<string, string>> {
  const names = claim.signed.split(';');
  const acted = Object.keys(request.headers).filter((name) => name.startsWith('x-amz-'));
  const uncovered = ['host', ...acted].find((name) => !names.includes(name));
  if (uncovered !== undefined) {
    throw new KmsError('InvalidSignatureException', `${uncovered} is not signed`);
  }
  const missing = names.find((name) => request.headers[name] === undefined);
  if (missing !== undefined) {
    throw new KmsError('InvalidSignatureException', 'a signed header is missing');
  }
  // The signer below trusts this header instead of hashing the body, so it has to be true.
  const claimedHash = request.headers['x-amz-content-sha256'];
  const bodyHash = createHash('sha256').update(request.body).digest('hex');
  if (claimedHash !== undefined && claimedHash !== bodyHash) {
    throw new KmsError('InvalidSignatureException', 'x-amz-content-sha256 is not that of the body');
  }
  return Object.fromEntries(names.map((name) => [name, request.headers[name] ?? '']));
}

async function sign(
  request: SignedRequest,
  caller: Caller,
  region: string,
  signingDate: Date,
): Promise<string> {
  const signer = new SignatureV4({
    service: 'kms',
    region,
    credentials: { accessKeyId: caller.accessKeyId, secretAccessKey: caller.secretAccessKey },
    sha256: Sha256,
    applyChecksum: false,
  });
  const signed = await signer.sign(new HttpRequest({ ...request, headers: { ...request.headers } }), {
    signingDate,
    signableHeaders: new Set(Object.keys(request.headers)),
  });
  return signed.headers['authorization']?.slice(-64) ?? '';
}
