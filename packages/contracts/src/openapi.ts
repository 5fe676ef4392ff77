import {
  activatedRulesetAnswer,
  approvedRulesetAnswer,
  ndjsonType,
  problem,
  publishedRulesetAnswer,
  rulesetActivation,
  rulesetDocument,
  rulesetRollback,
  submission,
  verdictAnswer,
} from './door.ts';
import { callerFailures, documentPath, openApiParts, type Json } from './openapi-parts.ts';
import { offeredTransaction } from './transaction.ts';

const schemas = {
  offeredTransaction,
  submission,
  verdictAnswer,
  rulesetDocument,
  publishedRulesetAnswer,
  approvedRulesetAnswer,
  rulesetActivation,
  rulesetRollback,
  activatedRulesetAnswer,
  problem,
} as const;
const { schemaRef, header, answer, jsonBody, failures, components } = openApiParts(schemas, 'problem');

const retryAfter = header('Retry-After');

const doorFailures = [...callerFailures, 'log_unavailable'] as const;

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
      ...doorFailures,
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
    ...failures(['verdict_unknown', 'overloaded', ...doorFailures]),
  },
};

const rulesetParameter: Json = {
  name: 'ref',
  in: 'path',
  required: true,
  description: 'Name and version, such as `payments@4`.',
  schema: { type: 'string', maxLength: 128 },
};

const actFailures = ['request_malformed', 'too_large', 'content_type_unsupported', 'overloaded'] as const;

const publishRuleset: Json = {
  operationId: 'publishRuleset',
  summary: 'Publish a version of a ruleset',
  description:
    'Needs the scope `rules:publish`. The document is checked against the window plan in force and its tests are run; where anything is wrong, `problems` says what, with line and column. A version never changes: publishing it again as it is answers 200, with other content 409.',
  security: [{ token: [] }],
  requestBody: jsonBody('rulesetDocument'),
  responses: {
    '200': answer('It was published already, with this content.', 'publishedRulesetAnswer'),
    '201': answer('It is published, and decides nothing yet.', 'publishedRulesetAnswer'),
    ...failures([
      'ruleset_invalid',
      'version_taken',
      'too_much_unapproved',
      'ruleset_altered',
      ...actFailures,
      ...doorFailures,
    ]),
  },
};

const approveRuleset: Json = {
  operationId: 'approveRuleset',
  summary: 'Approve a ruleset, with another token than it was published with',
  description:
    'Needs the scope `rules:approve`. The approval is bound to the content. Rulesets that come with Weir (`starter@N`) need none. May be repeated.',
  security: [{ token: [] }],
  parameters: [rulesetParameter],
  responses: {
    '200': answer('It may come into force.', 'approvedRulesetAnswer'),
    ...failures([
      'ruleset_unknown',
      'approver_is_publisher',
      'ruleset_altered',
      ...actFailures,
      ...doorFailures,
    ]),
  },
};

const activateRuleset: Json = {
  operationId: 'activateRuleset',
  summary: 'Bring a ruleset into force, or beside the one that is',
  description:
    'Needs the scope `rules:activate`. Answers once every partition of the log has the control record. A canary decides the transactions of so many hundredths of all accounts, a shadow none; one candidate at a time. Without a body it comes in place of the one in force and ends a candidate. May be repeated: an interrupted one is finished under its number.',
  security: [{ token: [] }],
  parameters: [rulesetParameter],
  requestBody: jsonBody('rulesetActivation', false),
  responses: {
    '200': answer('The log has been told.', 'activatedRulesetAnswer'),
    ...failures([
      'ruleset_unknown',
      'not_approved',
      'ruleset_unfit',
      'ruleset_altered',
      ...actFailures,
      ...doorFailures,
    ]),
  },
};

const rollBackRuleset: Json = {
  operationId: 'rollBackRuleset',
  summary: 'End the candidate, or go back to the ruleset before',
  description:
    'Needs the scope `rules:activate`. Ends a candidate where there is one, else brings the ruleset back that was in force before. With `leave` it may be repeated; without, each time goes one further back.',
  security: [{ token: [] }],
  requestBody: jsonBody('rulesetRollback', false),
  responses: {
    '200': answer('The log has been told, or there was nothing to take back.', 'activatedRulesetAnswer'),
    ...failures([
      'nothing_before',
      'ruleset_unknown',
      'ruleset_unfit',
      'ruleset_altered',
      ...actFailures,
      ...doorFailures,
    ]),
  },
};

/** The OpenAPI 3.1 document of the HTTP door, made from the contracts it holds requests and answers against. */
export const openApiDocument = (): Json => ({
  openapi: '3.1.0',
  info: {
    title: 'Weir: the HTTP door',
    version: '1.0.0',
    description:
      'Offer transactions, read their verdicts, and change the rules. TLS 1.3; a named token as a bearer; times are RFC 3339, amounts decimal text.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: 'https://127.0.0.1:18443', description: 'The stack on a laptop' }],
  paths: {
    '/v1/transactions': { post: submit },
    '/v1/transactions/{id}/verdict': { get: verdict },
    '/v1/rulesets': { post: publishRuleset },
    '/v1/rulesets/{ref}/approval': { post: approveRuleset },
    '/v1/rulesets/{ref}/activation': { post: activateRuleset },
    '/v1/rulesets/rollback': { post: rollBackRuleset },
    '/v1/openapi.json': documentPath,
  },
  components: components({
    headers: {
      'Idempotency-Replayed': {
        description: '`true` where this is the answer to an earlier request with the same key',
        schema: { type: 'string', enum: ['true'] },
      },
    },
    scopes:
      '`transactions:write` offers transactions, `verdicts:read` asks for verdicts; `rules:publish`, `rules:approve` and `rules:activate` change the rules.',
  }),
});
