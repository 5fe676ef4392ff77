import { callerFailures, documentPath, openApiParts } from '@weir/contracts';
import type { AnyProblemCode, Json, TokenScope } from '@weir/contracts';
import {
  replayAnswer,
  replayApproval,
  replayListAnswer,
  replayProblem,
  replayRequest,
} from './replays-api.ts';
import { caseReadiness, caseSignatureAnswer, caseSignatureRequest } from '../case/case-claim.ts';
import { anyReport } from '../report/copy-report.ts';

const schemas = {
  replayRequest,
  replay: replayAnswer,
  replayList: replayListAnswer,
  replayApproval,
  replayReport: anyReport,
  caseReadiness,
  caseSignatureRequest,
  caseSignature: caseSignatureAnswer,
  problem: replayProblem,
} as const;
type SchemaName = keyof typeof schemas;

const { answer, jsonBody, failures, components } = openApiParts(schemas, 'problem');

const everyRequest = [
  ...callerFailures,
  'other_tenant',
  'overloaded',
  'replay_unavailable',
  'disk_unavailable',
] as const;
const everyBody = ['request_malformed', 'too_large', 'content_type_unsupported'] as const;

const replayId: Json = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'The id of the replay.',
  schema: { type: 'string', maxLength: 128 },
};

type Operation = {
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  readonly scope: TokenScope;
  readonly isOfOne?: true;
  readonly body?: SchemaName;
  /** By status: a schema, or a media type of its own. */
  readonly answers: Json;
  readonly problems?: readonly AnyProblemCode[];
};

const operation = (one: Operation): Json => ({
  operationId: one.id,
  summary: one.summary,
  description: `Needs the scope \`${one.scope}\`.${one.description === undefined ? '' : ` ${one.description}`}`,
  security: [{ token: [] }],
  ...(one.isOfOne === undefined ? {} : { parameters: [replayId] }),
  ...(one.body === undefined ? {} : { requestBody: jsonBody(one.body) }),
  responses: {
    ...one.answers,
    ...failures([
      ...(one.problems ?? []),
      ...(one.isOfOne === undefined ? [] : (['replay_unknown'] as const)),
      ...(one.body === undefined ? [] : everyBody),
      ...everyRequest,
    ]),
  },
});

const theReplay = { '200': answer('The replay as it stands now.', 'replay') };

const file = (description: string, type: string): Json => ({
  '200': { description, content: { [type]: { schema: { type: 'string' } } } },
});

const act = (
  id: string,
  summary: string,
  description: string,
  problems: readonly AnyProblemCode[],
): Json => ({
  post: operation({
    id,
    summary,
    description: `${description} Said again it changes nothing.`,
    scope: 'replay:run',
    isOfOne: true,
    answers: theReplay,
    problems: ['replay_state_other', ...problems],
  }),
});

const paths: Json = {
  '/v1/replays': {
    get: operation({
      id: 'listReplays',
      summary: 'Replays, the newest first',
      scope: 'replay:read',
      answers: { '200': answer('The replays.', 'replayList') },
    }),
    post: operation({
      id: 'planReplay',
      summary: 'Plan a replay: freeze what it reads, and say what it comes to. Nothing runs',
      scope: 'replay:plan',
      body: 'replayRequest',
      answers: { '201': answer('The plan.', 'replay') },
      problems: [
        'ruleset_unknown',
        'ruleset_invalid',
        'range_empty',
        'range_undecided',
        'range_incomplete',
        'keys_unusable',
        'target_unfit',
        'target_exists',
        'replays_full',
      ],
    }),
  },
  '/v1/replays/{id}': {
    get: operation({
      id: 'showReplay',
      summary: 'A replay: its plan, where it stands, what it came to',
      scope: 'replay:read',
      isOfOne: true,
      answers: theReplay,
    }),
  },
  '/v1/replays/{id}/approval': {
    post: operation({
      id: 'approveReplay',
      summary: 'Approve the plan that somebody else has made',
      description: 'By the hash of the plan that was looked at. Approving again changes nothing.',
      scope: 'replay:approve',
      isOfOne: true,
      body: 'replayApproval',
      answers: theReplay,
      problems: ['planner_is_approver', 'plan_altered', 'replay_state_other'],
    }),
  },
  '/v1/replays/{id}/run': act('runReplay', 'Run it', 'One replay runs at a time.', [
    'replay_not_approved',
    'plan_altered',
    'replay_underway',
  ]),
  '/v1/replays/{id}/pause': act('pauseReplay', 'Pause it', 'It keeps where it is.', []),
  '/v1/replays/{id}/resume': act('resumeReplay', 'Go on with one that is paused', 'From where it was.', [
    'plan_altered',
    'replay_underway',
  ]),
  '/v1/replays/{id}/stop': act('stopReplay', 'End it for good', 'What it has found so far is kept.', []),
  '/v1/replays/{id}/discard': {
    post: operation({
      id: 'discardReplay',
      summary: 'Remove it with all it has made, for good',
      description: 'The trail keeps who did, and the hash of its plan. Not while it runs.',
      scope: 'replay:run',
      isOfOne: true,
      answers: { '200': answer('The replay as it was.', 'replay') },
      problems: ['replay_state_other'],
    }),
  },
  '/v1/replays/{id}/report': {
    get: operation({
      id: 'readReport',
      summary: 'What differs between then and now, or what was handed over',
      description: 'It holds pseudonyms, amounts and times; who reads it is on the audit trail.',
      scope: 'replay:read',
      isOfOne: true,
      answers: { '200': answer('The report, as the manifest names it by its SHA-256.', 'replayReport') },
      problems: ['replay_unfinished'],
    }),
  },
  '/v1/replays/{id}/report.html': {
    get: operation({
      id: 'readReportPage',
      summary: 'The same as a page with pictures, which needs nothing else',
      scope: 'replay:read',
      isOfOne: true,
      answers: file('The page.', 'text/html'),
      problems: ['replay_unfinished'],
    }),
  },
  '/v1/replays/{id}/manifest': {
    get: operation({
      id: 'readManifest',
      summary: 'Which records were read, as hashes, signed',
      scope: 'replay:read',
      isOfOne: true,
      answers: file('The manifest, line by line.', 'application/x-ndjson'),
      problems: ['replay_unfinished'],
    }),
  },
  '/v1/replays/{id}/bundle': {
    get: operation({
      id: 'showBundle',
      summary: 'Whether the bundle of a case can be signed yet',
      scope: 'replay:export',
      isOfOne: true,
      answers: { '200': answer('Whether it can.', 'caseReadiness') },
      problems: ['target_unfit'],
    }),
    post: operation({
      id: 'signBundle',
      summary: 'Sign what the bundle of a case claims: who planned, approved and exports it, and its index',
      description: 'That it is exported is on the audit trail before anything is signed.',
      scope: 'replay:export',
      isOfOne: true,
      body: 'caseSignatureRequest',
      answers: { '200': answer('The claim and its signature.', 'caseSignature') },
      problems: ['target_unfit', 'replay_unfinished', 'replay_not_approved', 'plan_altered'],
    }),
  },
};

const exported: Json = {
  '/v1/replays/{id}/export': {
    get: operation({
      id: 'readExport',
      summary: 'The records of an export, opened',
      description:
        'NDJSON or CSV, as it was planned. It holds names and account numbers; that it is opened is on the audit trail before anything of it is.',
      scope: 'replay:export',
      isOfOne: true,
      answers: {
        '200': {
          description: 'The records, line by line.',
          content: Object.fromEntries(
            ['application/x-ndjson', 'text/csv'].map((type) => [type, { schema: { type: 'string' } }]),
          ),
        },
      },
      problems: ['export_absent', 'replay_unfinished'],
    }),
  },
};

/** The OpenAPI 3.1 document of the API of replays, made from the contracts it holds requests and answers against. */
export const replaysOpenApiDocument = (): Json => ({
  openapi: '3.1.0',
  info: {
    title: 'Weir: replays',
    version: '1.0.0',
    description:
      'Judge a stretch of the log again, compare with what was decided, and hand it over as evidence. TLS 1.3; a named token as a bearer; times are RFC 3339, amounts minor units.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: 'https://127.0.0.1:19107', description: 'The stack on a laptop' }],
  paths: { ...paths, ...exported, '/v1/openapi.json': documentPath },
  components: components({
    headers: {},
    scopes:
      '`replay:plan` plans, `replay:approve` approves what another token planned, `replay:run` runs, pauses, resumes, stops and discards, `replay:read` reads plans, reports and manifests, `replay:export` opens what was exported and hands over cases. All five are for tokens of the tenant `weir` alone: a replay reads the transactions of all tenants.',
  }),
});
