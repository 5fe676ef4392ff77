import {
  jsonReply,
  mediaTypeOf,
  problemReply,
  RequestRefused,
  sendReply,
  type RateLimit,
  type Reply,
} from '@weir/access';
import { ndjsonType, problemOf, type AccessToken } from '@weir/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { SourceRecord } from '../source/source-format.ts';
import { requestDigest, type Idempotency } from './idempotency.ts';
import type { ByteBudget } from './limits/byte-budget.ts';
import { retryAfterSeconds } from './limits/door-limits.ts';
import { readRecords } from './read-records.ts';
import type { Sending } from './sending.ts';
import type { Submitted } from './submit.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Once the body has been read. */
    answer: Promise<Reply> | undefined;
  }
}

export type SubmitRouteOptions = {
  readonly admit: (request: FastifyRequest) => AccessToken;
  readonly submit: (token: AccessToken, records: readonly SourceRecord[]) => Promise<Submitted>;
  readonly idempotency: Idempotency;
  readonly sending: Sending;
  readonly budget: ByteBudget;
  readonly rate: RateLimit;
  readonly maxBodyBytes: number;
  readonly maxRecords: number;
};

const takenParameters = ['tenant', 'source'] as const;

/** `POST /v1/transactions`. */
export function addSubmitRoute(app: FastifyInstance, options: SubmitRouteOptions): void {
  const { sending, budget } = options;

  app.decorateRequest('answer', undefined);
  app.post<{ Body: Buffer; Querystring: Record<string, unknown> }>('/v1/transactions', {
    onRequest: async (request, reply) => {
      const token = options.admit(request);
      request.token = token;
      requireOwn(request.query, token);
      const stuck = sending.stuckOn();
      if (stuck !== undefined)
        throw new RequestRefused('log_unavailable', { retryAfter: retryAfterSeconds.logUnavailable });
      const bytes = announcedBytes(request.headers['content-length'], options.maxBodyBytes);
      if (!budget.take(bytes))
        throw new RequestRefused('overloaded', { retryAfter: retryAfterSeconds.overloaded });
      // However the request ends. One who hangs up takes nothing back of what still waits for the log.
      reply.raw.once('close', () => {
        void Promise.allSettled([request.answer]).then(() => budget.give(bytes));
      });
    },
    handler: async (request, reply) => {
      request.answer = answerTo(options, request);
      return sendReply(reply, await request.answer);
    },
  });
}

async function answerTo(
  options: SubmitRouteOptions,
  request: FastifyRequest<{ Body: Buffer }>,
): Promise<Reply> {
  const { token, body } = request;
  if (token === undefined) throw new Error('a request came in without being admitted');
  // Where nothing was sent, no parser ran that would refuse it.
  if (!Buffer.isBuffer(body)) throw new RequestRefused('request_malformed', { detail: 'The body is empty.' });
  const contentType = mediaTypeOf(request);
  const work = (): Promise<Reply> => submitBody(options, token, body, contentType === ndjsonType);
  const key = idempotencyKeyOf(request);
  if (key === undefined) return work();
  const digest = requestDigest(contentType, body);
  const reply = await options.idempotency.once({ token: token.sha256, key, digest }, work);
  return reply === 'reused' ? problemReply(problemOf('idempotency_key_reused')) : reply;
}

async function submitBody(
  options: SubmitRouteOptions,
  token: AccessToken,
  body: Buffer,
  isBatch: boolean,
): Promise<Reply> {
  const { sending, maxRecords } = options;
  const records = await readRecords(body, isBatch, maxRecords);
  if (records === undefined) {
    return problemReply(problemOf('too_large', { detail: `At most ${maxRecords} records in one request.` }));
  }
  options.rate.take(token.name, Math.max(0, records.length - 1));
  sending.began();
  let isSuccess = false;
  try {
    const submitted = await options.submit(token, records);
    isSuccess = submitted.kind === 'accepted' || submitted.problem.status < 500;
    if (submitted.kind === 'accepted') return jsonReply(202, submitted.submission);
    return problemReply(submitted.problem, isSuccess ? undefined : retryAfterSeconds.logUnavailable);
  } finally {
    sending.settled(isSuccess);
  }
}

/** What a caller says of itself has to be so; the token decides in any case. */
function requireOwn(query: Readonly<Record<string, unknown>>, token: AccessToken): void {
  for (const name of Object.keys(query)) {
    const known = takenParameters.find((one) => one === name);
    if (known === undefined)
      throw new RequestRefused('request_malformed', { detail: 'Unknown query parameter.' });
    if (query[known] !== token[known]) throw new RequestRefused('other_tenant');
  }
}

/** A body of unknown length may become the largest one. */
function announcedBytes(contentLength: string | undefined, maxBodyBytes: number): number {
  const bytes = contentLength === undefined ? maxBodyBytes : Number(contentLength);
  return Number.isSafeInteger(bytes) && bytes <= maxBodyBytes ? bytes : maxBodyBytes;
}

const keyShape = /^[\x21-\x7e]{1,255}$/;

function idempotencyKeyOf(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && keyShape.test(key)) return key;
  throw new RequestRefused('request_malformed', {
    detail: 'Idempotency-Key: 1 to 255 printable characters.',
  });
}
