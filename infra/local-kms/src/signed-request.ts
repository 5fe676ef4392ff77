import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { SignedRequest } from './verify-signature.ts';

/** What a test may want different from an ordinary, well signed call. */
export type SignedCall = {
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly operation: string;
  readonly input: unknown;
  readonly signedAtMs: number;
  readonly host?: string;
  /** Claimed in x-amz-content-sha256, which is otherwise not sent. */
  readonly bodyHash?: string;
  /** Headers the signature leaves out. */
  readonly unsigned?: readonly string[];
};

/** A request as the AWS SDK would send it, for tests that have no SDK. */
export async function signedRequest(call: SignedCall): Promise<SignedRequest> {
  const signer = new SignatureV4({
    service: 'kms',
    region: 'eu-west-1',
    credentials: call.credentials,
    sha256: Sha256,
    applyChecksum: false,
  });
  const body = Buffer.from(typeof call.input === 'string' ? call.input : JSON.stringify(call.input));
  const request = new HttpRequest({
    method: 'POST',
    path: '/',
    headers: {
      host: call.host ?? '127.0.0.1:4599',
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `TrentService.${call.operation}`,
      ...(call.bodyHash === undefined ? {} : { 'x-amz-content-sha256': call.bodyHash }),
    },
    body,
  });
  const { headers } = await signer.sign(request, {
    signingDate: new Date(call.signedAtMs),
    unsignableHeaders: new Set(call.unsigned),
  });
  return { method: 'POST', path: '/', headers, body };
}
