import { z } from 'zod';
import { alertProblems, type AlertProblemCode } from './alert-problems.ts';
import { rollout } from './artefact.ts';
import { artefactRef, score, sha256Hex, slug } from './fields.ts';
import { rejectionCodes } from './rejection.ts';
import { replayProblems, type ReplayProblemCode } from './replay-problems.ts';
import { versions } from './verdict.ts';

/** What callers of the HTTP door are answered. The document of the door is generated from these. */

const rejection = z.strictObject({
  code: z.enum(rejectionCodes),
  path: z.string().describe('A field path such as "account.iban"; "" is the whole record. Never a value'),
});

/** What became of one record of a request. */
export const itemAnswer = z.discriminatedUnion('status', [
  z.strictObject({
    status: z.literal('accepted'),
    id: z.string().describe('What to ask for the verdict with'),
  }),
  z.strictObject({ status: z.literal('rejected'), errors: z.array(rejection).min(1) }),
  z.strictObject({
    status: z.literal('unknown').describe('Not known to be in the log: send it again'),
  }),
]);
export type ItemAnswer = z.infer<typeof itemAnswer>;

export const submission = z
  .strictObject({
    accepted: z.int().min(0),
    rejected: z.int().min(0),
    items: z.array(itemAnswer).describe('One for each record of the request, in its order'),
  })
  .describe('What became of each record of a request');
export type Submission = z.infer<typeof submission>;

export const verdictAnswer = z
  .strictObject({
    id: z.string(),
    outcome: z
      .enum(['pending', 'cleared', 'held', 'duplicate', 'rejected'])
      .describe('`pending`: it is in the log and not decided yet; ask again after Retry-After'),
    score: score.nullable().describe('Null where there is none: pending, duplicate, rejected'),
    reasons: z
      .array(z.string())
      .describe('The rules that held or scored it, the most telling first; of a rejected one, its code'),
    versions: versions.nullable().describe('In force when it was decided; null while pending'),
    firstId: z.string().optional().describe('Of a duplicate: the id of the transaction it repeats'),
  })
  .describe('The verdict on one transaction');
export type VerdictAnswer = z.infer<typeof verdictAnswer>;

/** A ruleset's document is at most this long. */
export const longestRulesetBytes = 524_288;

export const rulesetDocument = z
  .strictObject({
    document: z
      .string()
      .min(1)
      .max(longestRulesetBytes)
      .describe('The ruleset as YAML or JSON, as people write it'),
  })
  .describe('A ruleset to be published');

export const publishedRulesetAnswer = z
  .strictObject({
    ruleset: artefactRef,
    digest: sha256Hex,
    publishedBy: slug.nullable().describe('The named token; null of one that is built in'),
    isKnown: z.boolean().describe('It was there already, with this content'),
  })
  .describe('A ruleset that is published');
export type PublishedRulesetAnswer = z.infer<typeof publishedRulesetAnswer>;

export const approvedRulesetAnswer = publishedRulesetAnswer
  .extend({
    approvedBy: slug
      .nullable()
      .describe('The named token that approved it first; null of one that is built in'),
    isKnown: z.boolean().describe('It was approved already'),
  })
  .describe('A ruleset that may come into force');
export type ApprovedRulesetAnswer = z.infer<typeof approvedRulesetAnswer>;

export const rulesetActivation = z
  .strictObject({
    rollout: rollout
      .optional()
      .describe('Beside the one in force; absent, it comes in its place, and ends a candidate'),
  })
  .describe('How a ruleset is to come into force');

export const rulesetRollback = z
  .strictObject({
    leave: artefactRef
      .optional()
      .describe('Which ruleset is to be left: where it decides nothing any more, nothing happens'),
  })
  .describe('What is to be taken back');

export const activatedRulesetAnswer = z
  .strictObject({
    ruleset: artefactRef.nullable().describe('Null where there was nothing to take back'),
    rollout: rollout.optional(),
    sequence: z.int().min(1).nullable().describe('The number of the activation'),
    positions: z
      .record(z.string(), z.int().min(1))
      .describe('Behind the control record, in each partition of the log: the next offset'),
  })
  .describe('What the log has been told');
export type ActivatedRulesetAnswer = z.infer<typeof activatedRulesetAnswer>;

/** What is wrong with a ruleset's document, and where. */
export const rulesetProblemAt = z.strictObject({
  line: z.int().min(1),
  column: z.int().min(1),
  path: z.string().describe('Such as "rules.2.when"; "" is the whole document'),
  message: z.string(),
});
export type RulesetProblemAt = z.infer<typeof rulesetProblemAt>;

/** Why a request as a whole was refused, with the status it is answered with and a title for people. */
export const problems = {
  nothing_accepted: [400, 'No record of the request could be accepted'],
  request_malformed: [400, 'The request is not what this address takes'],
  token_missing: [401, 'No token was presented'],
  token_refused: [401, 'The token is unknown, has expired, or belongs to another client certificate'],
  certificate_refused: [401, 'The client certificate is not from our authority or not valid now'],
  scope_missing: [403, 'The token may not be used for this'],
  approver_is_publisher: [403, 'Who published a ruleset can not approve it'],
  other_tenant: [403, 'The token belongs to another tenant or source than the request names'],
  not_found: [404, 'There is nothing here'],
  verdict_unknown: [404, 'No transaction of yours is known by this id'],
  ruleset_unknown: [404, 'Nobody has published this ruleset'],
  request_timeout: [408, 'The request did not arrive in time'],
  conflicting_duplicate: [409, 'A transaction with this identity and other content has been accepted'],
  version_taken: [409, 'This version of the ruleset exists with other content'],
  not_approved: [409, 'The ruleset has not been approved'],
  too_much_unapproved: [409, 'Too much that this token published waits for an approval'],
  ruleset_unfit: [409, 'The ruleset can not decide by what is in force'],
  ruleset_altered: [409, 'The ruleset is not what was published'],
  nothing_before: [409, 'There is nothing to go back to'],
  too_large: [413, 'The request is larger than what is taken here'],
  content_type_unsupported: [415, 'Send JSON, or transactions as application/x-ndjson, without an encoding'],
  ruleset_invalid: [422, 'The document is not a ruleset, or its tests fail'],
  idempotency_key_reused: [422, 'The Idempotency-Key was used for another request'],
  rate_limited: [429, 'Too many records or requests of this token'],
  refused_too_often: [429, 'Too many refused requests from this address'],
  headers_too_large: [431, 'The headers are larger than what is taken here'],
  failed: [500, 'It failed here; the request may be repeated'],
  overloaded: [503, 'More is waiting than there is room for'],
  log_unavailable: [503, 'The log can not be written or read just now'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemCode = keyof typeof problems;
/** Those of acts on rulesets, whose details are whole sentences. */
export const rulesetProblemCodes = [
  'ruleset_invalid',
  'ruleset_unknown',
  'version_taken',
  'not_approved',
  'approver_is_publisher',
  'too_much_unapproved',
  'ruleset_unfit',
  'ruleset_altered',
  'nothing_before',
] as const satisfies readonly ProblemCode[];
export type RulesetProblemCode = (typeof rulesetProblemCodes)[number];
const problemCodes = Object.keys(problems) as [ProblemCode, ...ProblemCode[]];

/** RFC 9457 problem details. */
export const problem = z
  .strictObject({
    type: z.string().describe('urn:weir:problem: and the code'),
    title: z.string(),
    status: z.int(),
    code: z.enum(problemCodes),
    detail: z.string().optional(),
    problems: z
      .array(rulesetProblemAt)
      .optional()
      .describe('Of a ruleset that is wrong: what, and where in its document'),
    accepted: z.int().optional(),
    rejected: z.int().optional(),
    items: z.array(itemAnswer).optional().describe('Where records were looked at: one for each, in order'),
  })
  .describe('Why the request failed (RFC 9457)');
type DoorProblem = z.infer<typeof problem>;

/** Every code that any of our servers answers with. */
export type AnyProblemCode = ProblemCode | AlertProblemCode | ReplayProblemCode;
export type Problem = Omit<DoorProblem, 'code'> & { code: AnyProblemCode };

/**
 * The problem details of a code. `detail` is a sentence of ours, never a text of a transaction; about a
 * ruleset it names rules, fields and tokens.
 */
export function problemOf(
  code: AnyProblemCode,
  more: { detail?: string; problems?: RulesetProblemAt[] } & Partial<Submission> = {},
): Problem {
  const [status, title] = { ...problems, ...alertProblems, ...replayProblems }[code];
  return { type: `urn:weir:problem:${code}`, title, status, code, ...more };
}

export const ndjsonType = 'application/x-ndjson';
export const problemType = 'application/problem+json';
