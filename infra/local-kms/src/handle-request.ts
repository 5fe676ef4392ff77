import { randomUUID } from 'node:crypto';
import { type Caller, type OperationName, operationNames } from './callers.ts';
import type { KeyStore } from './key-store.ts';
import { KmsError } from './kms-error.ts';
import { operations } from './operations.ts';
import { type SignedRequest, verifySignature } from './verify-signature.ts';

export type Kms = {
  readonly store: KeyStore;
  readonly callers: readonly Caller[];
  readonly nowMs: () => number;
  /** Told of every refusal: who, which operation, which error. */
  readonly log: (line: string) => void;
};

export type KmsAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

const targetPrefix = 'TrentService.';

/** Answers one complete request in AWS JSON 1.1. Never throws for anything a caller can send. */
export async function handleRequest(kms: Kms, request: SignedRequest): Promise<KmsAnswer> {
  const nowMs = kms.nowMs();
  let who = 'unknown caller';
  try {
    if (request.method !== 'POST' || request.path !== '/') {
      throw new KmsError('UnknownOperationException', 'every operation is a POST to /');
    }
    const { caller, region } = await verifySignature(request, kms.callers, nowMs);
    who = caller.name;
    const operation = operationOf(request.headers['x-amz-target']);
    const input = parseBody(request.body);
    const call = { operation, caller, region, nowMs, store: kms.store };
    return answer(200, operations[operation](call, input));
  } catch (error) {
    if (!(error instanceof KmsError)) throw error;
    kms.log(`refused ${who}: ${error.type}: ${error.message}`);
    return refusal(error);
  }
}

/** The error as AWS JSON 1.1 carries it: in the body and in a header. `status` when it isn't the usual one. */
export function refusal(error: KmsError, status: number = error.status): KmsAnswer {
  const { headers, body } = answer(status, { __type: error.type, message: error.message });
  return { status, headers: { ...headers, 'x-amzn-errortype': error.type }, body };
}

function answer(status: number, content: Readonly<Record<string, unknown>>): KmsAnswer {
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amzn-requestid': randomUUID(),
    'cache-control': 'no-store',
  };
  return { status, headers, body: JSON.stringify(content) };
}

function operationOf(target: string | undefined): OperationName {
  const operation = operationNames.find((name) => target === `${targetPrefix}${name}`);
  if (operation !== undefined) return operation;
  throw new KmsError('UnknownOperationException', 'x-amz-target names no operation of this server');
}

function parseBody(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new KmsError('SerializationException', 'the body is not JSON');
  }
}
