import { z } from 'zod';
import {
  ndjsonType,
  problem,
  problems,
  problemType,
  submission,
  verdictAnswer,
  type ProblemCode,
} from './door.ts';
import { offeredTransaction } from './transaction.ts';

type Json = { readonly [key: string]: unknown };

const schemas = { offeredTransaction, submission, verdictAnswer, problem } as const;
const schemaRef = (name: keyof typeof schemas): Json => ({ $ref: `#/components/schemas/${name}` });
const header = (name: string): Json => ({ [name]: { $ref: `#/components/headers/${name}` } });

const retryAfter = header('Retry-After');

const answer = (description: string, schema: keyof typeof schemas, headers: Json = {}): Json => ({
  description,
  headers,
  content: { 'application/json': { schema: schemaRef(schema) } },
});

/** The answers to a request that failed, by status; several problems may share one. */
function failures(codes: readonly ProblemCode[]): Json {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes)
    byStatus.set(problems[code][0], [...(byStatus.get(problems[code][0]) ?? []), code]);
  return Object.fromEntries(
    [...byStatus]
      .toSorted(([a], [b]) => a - b)
      .map(([status, found]) => [
        String(status),
        {
          description: found.map((code) => `\`${code}\`: ${problems[code][1]}.`).join(' '),
          headers: {
            ...(status === 429 || status === 503 ? retryAfter : {}),
            ...(status === 401 ? header('WWW-Authenticate') : {}),
          },
          content: { [problemType]: { schema: schemaRef('problem') } },
        },
      ]),
  );
}

const callerFailures = [
  'token_missing',
  'token_refused',
  'certificate_refused',
  'scope_missing',
  'rate_limited',
  'refused_too_often',
  'headers_too_large',
  'request_timeout',
  'failed',
  'log_unavailable',
] as const;

const nameParameter = (name: string, what: string): Json => ({
  name,
  in: 'query',
  description: `${what} the caller means. It is the token's in any case; another is refused with 403, so that a mix-up of tokens is found.`,
  schema: { type: 'string' },
});

const submit: Json = {
  operationId: 'submitTransactions',
  summary: 'Offer one transaction, or a batch',
  description: `Answers once the broker has acknowledged every record, the refused ones included, which are kept with their reason.

**A batch is answered 202 as soon as one of its records was accepted; look at each item.** Where none was: 400, 409 when every one conflicts with an accepted transaction, 413 when every one is too long. A 503 may carry items: those with the status \`unknown\` are not known to be in the log. Send the whole request again then; a transaction that is repeated as it was gets no second verdict.

An Idempotency-Key makes a repetition get the same answer, up to 24 hours, as long as this process lives and its memory of 10,000 keys has room; after that the repeated transactions are duplicates, whose verdict names the first.`,
  security: [{ token: [] }],
  parameters: [
    {
      name: 'Idempotency-Key',
      in: 'header',
      description: 'Chosen by the caller, once per request; 1 to 255 printable ASCII characters.',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    },
    nameParameter('tenant', 'The tenant'),
    nameParameter('source', 'The source'),
  ],
  requestBody: {
    required: true,
    content: {
      'application/json': { schema: schemaRef('offeredTransaction') },
      [ndjsonType]: {
        schema: {
          type: 'string',
          description: 'One offeredTransaction on each line; blank lines are no records.',
        },
      },
    },
  },
  responses: {
    '202': answer(
      'At least one record was accepted, and all that were are in the log. Each item says what became of its record.',
      'submission',
      header('Idempotency-Replayed'),
    ),
    ...failures([
      'nothing_accepted',
      'request_malformed',
      'other_tenant',
      'conflicting_duplicate',
      'too_large',
      'content_type_unsupported',
      'idempotency_key_reused',
      'overloaded',
      ...callerFailures,
    ]),
  },
};

const verdict: Json = {
  operationId: 'readVerdict',
  summary: 'The verdict on a transaction',
  description:
    'Answers from the journal. The id is the one the 202 answer gave; it says where the transaction stands and can not be made up. A transaction that is not decided yet answers 200 with the outcome `pending` and Retry-After.',
  security: [{ token: [] }],
  parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string', maxLength: 128 } }],
  responses: {
    '200': answer('The verdict, or `pending`.', 'verdictAnswer', retryAfter),
    ...failures(['verdict_unknown', 'overloaded', ...callerFailures]),
  },
};

/** The OpenAPI 3.1 document of the HTTP door, made from the contracts it holds requests and answers against. */
export const openApiDocument = (): Json => ({
  openapi: '3.1.0',
  info: {
    title: 'Weir: the HTTP door',
    version: '1.0.0',
    description:
      'Offer transactions and read their verdicts. TLS 1.3; a named token as a bearer; times are RFC 3339, amounts decimal text.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: 'https://127.0.0.1:18443', description: 'The stack on a laptop' }],
  paths: {
    '/v1/transactions': { post: submit },
    '/v1/transactions/{id}/verdict': { get: verdict },
    '/v1/openapi.json': {
      get: {
        operationId: 'readDocument',
        summary: 'This document',
        security: [],
        responses: {
          '200': {
            description: 'This document.',
            content: { 'application/json': { schema: { type: 'object' } } },
          },
        },
      },
    },
  },
  components: {
    schemas: Object.fromEntries(
      Object.entries(schemas).map(([name, schema]) => {
        const { $schema: _dialect, ...shape } = z.toJSONSchema(schema, { io: 'input' });
        return [name, shape];
      }),
    ),
    headers: {
      'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer', minimum: 1 } },
      'WWW-Authenticate': { description: 'RFC 6750', schema: { type: 'string' } },
      'Idempotency-Replayed': {
        description: '`true` where this is the answer to an earlier request with the same key',
        schema: { type: 'string', enum: ['true'] },
      },
    },
    securitySchemes: {
      token: {
        type: 'http',
        scheme: 'bearer',
        description:
          'Made by `weir tokens add`. `transactions:write` offers transactions, `verdicts:read` asks for verdicts.',
      },
    },
  },
});
