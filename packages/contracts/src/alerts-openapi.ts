import {
  actedAnswer,
  alertAct,
  alertAnswer,
  alertChangesAnswer,
  alertDetailAnswer,
  alertEntriesAnswer,
  alertListAnswer,
  alertProblem,
  caseActedAnswer,
  caseAnswer,
  caseListAnswer,
  deliveriesAnswer,
  explanationAnswer,
  releaseApproval,
  releasedAnswer,
  releaseRequest,
  retriedAnswer,
  retryRequest,
  silenceAnswer,
  silenceListAnswer,
  silenceRequest,
  supposedAlert,
  testedAnswer,
  testRequest,
} from './alerts-api.ts';
import type { TokenScope } from './access-token.ts';
import type { AnyProblemCode } from './door.ts';
import { callerFailures, documentPath, openApiParts, type Json } from './openapi-parts.ts';

const schemas = {
  alert: alertAnswer,
  alertList: alertListAnswer,
  alertDetail: alertDetailAnswer,
  alertEntries: alertEntriesAnswer,
  alertChanges: alertChangesAnswer,
  alertAct,
  acted: actedAnswer,
  releaseRequest,
  releaseApproval,
  released: releasedAnswer,
  case: caseAnswer,
  caseList: caseListAnswer,
  caseActed: caseActedAnswer,
  silence: silenceAnswer,
  silenceList: silenceListAnswer,
  silenceRequest,
  deliveries: deliveriesAnswer,
  retryRequest,
  retried: retriedAnswer,
  testRequest,
  tested: testedAnswer,
  supposedAlert,
  explanation: explanationAnswer,
  problem: alertProblem,
} as const;
type SchemaName = keyof typeof schemas;

const { answer, jsonBody, failures, components } = openApiParts(schemas, 'problem');

const everyRequest = [...callerFailures, 'overloaded', 'store_unavailable'] as const;
const everyBody = ['request_malformed', 'too_large', 'content_type_unsupported'] as const;

const text = { type: 'string' } as const;
const queryParameter = (name: string, description: string, schema: Json = text): Json => ({
  name,
  in: 'query',
  description,
  schema,
});

const idParameter = (description: string): Json => ({
  name: 'id',
  in: 'path',
  required: true,
  description,
  schema: { type: 'string', maxLength: 128 },
});
const alertId = idParameter('The id of the alert, or at least eight digits of its beginning.');
const namedAlert = ['alert_unknown', 'alert_ambiguous'] as const;

type Operation = {
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  readonly scope: TokenScope;
  readonly parameters?: readonly Json[];
  readonly body?: SchemaName;
  readonly answer: readonly [description: string, schema: SchemaName];
  readonly problems?: readonly AnyProblemCode[];
};

const operation = (one: Operation): Json => ({
  operationId: one.id,
  summary: one.summary,
  description: `Needs the scope \`${one.scope}\`.${one.description === undefined ? '' : ` ${one.description}`}`,
  security: [{ token: [] }],
  ...(one.parameters === undefined ? {} : { parameters: one.parameters }),
  ...(one.body === undefined ? {} : { requestBody: jsonBody(one.body) }),
  responses: {
    '200': answer(...one.answer),
    ...failures([...(one.problems ?? []), ...(one.body === undefined ? [] : everyBody), ...everyRequest]),
  },
});

const reading: Json = {
  '/v1/alerts': {
    get: operation({
      id: 'listAlerts',
      summary: 'Alerts, the one that changed last first',
      scope: 'alerts:read',
      parameters: [
        queryParameter('state', 'One or several of the states, parted by commas; all where not said.'),
        queryParameter('tenant', 'Of this tenant. A token of another tenant than `weir` sees its own alone.'),
        queryParameter('case', 'Of this case.'),
        queryParameter('account', "Of this account's pseudonym."),
        queryParameter('limit', 'So many at most.', {
          type: 'integer',
          minimum: 1,
          maximum: 500,
          default: 50,
        }),
        queryParameter('after', '`next` of the answer before.'),
      ],
      answer: ['The alerts.', 'alertList'],
      problems: ['request_malformed'],
    }),
  },
  '/v1/alerts/{id}': {
    get: operation({
      id: 'showAlert',
      summary: 'An alert, its case, its releases and when it is told next',
      scope: 'alerts:read',
      parameters: [alertId],
      answer: ['The alert.', 'alertDetail'],
      problems: namedAlert,
    }),
  },
  '/v1/alerts/{id}/entries': {
    get: operation({
      id: 'listEntries',
      summary: 'The transactions of an alert, with their evidence, sealed',
      description:
        'The evidence is what detection sealed: only who may open held records can read it. That somebody does is for them to record.',
      scope: 'alerts:read',
      parameters: [
        alertId,
        queryParameter('from', 'From this ordinal on.', { type: 'integer', minimum: 0, default: 0 }),
        queryParameter('limit', 'So many at most.', {
          type: 'integer',
          minimum: 1,
          maximum: 50,
          default: 20,
        }),
      ],
      answer: ['The entries, in the order they joined.', 'alertEntries'],
      problems: [...namedAlert, 'request_malformed'],
    }),
  },
  '/v1/alerts/{id}/changes': {
    get: operation({
      id: 'listChanges',
      summary: 'Who changed an alert, when and why',
      scope: 'alerts:read',
      parameters: [alertId],
      answer: ['The changes, the newest first.', 'alertChanges'],
      problems: namedAlert,
    }),
  },
  '/v1/alerts/{id}/deliveries': {
    get: operation({
      id: 'listDeliveries',
      summary: 'Who was told of an alert',
      scope: 'alerts:read',
      parameters: [alertId],
      answer: ['The deliveries, the newest first.', 'deliveries'],
      problems: namedAlert,
    }),
  },
};

const acting: Json = {
  '/v1/alerts/{id}/acts': {
    post: operation({
      id: 'actOnAlert',
      summary: 'Acknowledge, investigate, snooze, close or reopen an alert',
      description:
        'Said again it changes nothing and answers `changed: false`. Closing reports what each of its transactions turned out to be.',
      scope: 'alerts:act',
      parameters: [alertId],
      body: 'alertAct',
      answer: ['The alert as it stands now.', 'acted'],
      problems: [...namedAlert, 'alert_closed', 'alert_not_closed', 'until_not_ahead', 'until_too_far'],
    }),
  },
  '/v1/alerts/{id}/release': {
    post: operation({
      id: 'requestRelease',
      summary: 'Ask for held transactions to be let go',
      description:
        'What one person may let go alone, by the amounts of the alert together, goes at once; everything else waits for the approval of another token. Asking again changes nothing.',
      scope: 'alerts:release',
      parameters: [alertId],
      body: 'releaseRequest',
      answer: ['What became of each transaction.', 'released'],
      problems: [...namedAlert, 'transaction_unknown', 'nothing_held', 'alert_closed'],
    }),
  },
  '/v1/alerts/{id}/release/approval': {
    post: operation({
      id: 'approveRelease',
      summary: 'Approve what somebody else asked for',
      description: 'Each transaction is released exactly once. Approving again changes nothing.',
      scope: 'alerts:approve',
      parameters: [alertId],
      body: 'releaseApproval',
      answer: ['What became of each transaction.', 'released'],
      problems: [
        ...namedAlert,
        'requester_is_approver',
        'transaction_unknown',
        'nothing_held',
        'release_not_requested',
        'alert_closed',
      ],
    }),
  },
  '/v1/cases': {
    get: operation({
      id: 'listCases',
      summary: 'Cases with an alert that is not closed',
      scope: 'alerts:read',
      answer: ['The cases, the latest first.', 'caseList'],
    }),
  },
  '/v1/cases/{id}': {
    get: operation({
      id: 'showCase',
      summary: 'A case',
      scope: 'alerts:read',
      parameters: [idParameter('The id of the case.')],
      answer: ['The case.', 'case'],
      problems: ['case_unknown'],
    }),
  },
  '/v1/cases/{id}/acts': {
    post: operation({
      id: 'actOnCase',
      summary: 'Do the same about all alerts of a case',
      description: 'Each alert by itself: where some can not be changed, the others are.',
      scope: 'alerts:act',
      parameters: [idParameter('The id of the case.')],
      body: 'alertAct',
      answer: ['What became of each alert.', 'caseActed'],
      problems: ['case_unknown'],
    }),
  },
};

const operating: Json = {
  '/v1/silences': {
    get: operation({
      id: 'listSilences',
      summary: 'What is kept quiet, by whom, until when and why',
      scope: 'alerts:read',
      answer: ['The silences in force.', 'silenceList'],
    }),
    post: operation({
      id: 'addSilence',
      summary: 'Keep quiet what matches, from now until a time',
      scope: 'alerts:operate',
      body: 'silenceRequest',
      answer: ['The silence.', 'silence'],
      problems: ['match_invalid', 'until_not_ahead', 'until_too_far', 'silences_full'],
    }),
  },
  '/v1/silences/{id}/end': {
    post: operation({
      id: 'endSilence',
      summary: 'End a silence',
      scope: 'alerts:operate',
      parameters: [idParameter('The id of the silence.')],
      answer: ['The silence, ended.', 'silence'],
      problems: ['silence_unknown'],
    }),
  },
  '/v1/deliveries/failed': {
    get: operation({
      id: 'listFailedDeliveries',
      summary: 'What could not be delivered',
      scope: 'alerts:operate',
      answer: ['The deliveries, the newest first.', 'deliveries'],
      problems: ['other_tenant'],
    }),
  },
  '/v1/deliveries/retry': {
    post: operation({
      id: 'retryDeliveries',
      summary: 'Send again what could not be delivered',
      scope: 'alerts:operate',
      body: 'retryRequest',
      answer: ['How many are due again.', 'retried'],
      problems: ['other_tenant'],
    }),
  },
  '/v1/deliveries/test': {
    post: operation({
      id: 'testReceivers',
      summary: 'Send a sample to each receiver, or to one',
      scope: 'alerts:operate',
      body: 'testRequest',
      answer: ['What became of each sample.', 'tested'],
      problems: ['receiver_unknown', 'other_tenant'],
    }),
  },
  '/v1/routing/explanations/{id}': {
    get: operation({
      id: 'explainAlert',
      summary: 'Who is told of an alert, when and why',
      scope: 'alerts:read',
      parameters: [alertId],
      answer: ['The explanation.', 'explanation'],
      problems: namedAlert,
    }),
  },
  '/v1/routing/explanations': {
    post: operation({
      id: 'explainSupposed',
      summary: 'Who would be told of an alert, when and why',
      scope: 'alerts:read',
      body: 'supposedAlert',
      answer: ['The explanation.', 'explanation'],
      problems: ['other_tenant'],
    }),
  },
};

/** The OpenAPI 3.1 document of the API of alerts, made from the contracts it holds requests and answers against. */
export const alertsOpenApiDocument = (): Json => ({
  openapi: '3.1.0',
  info: {
    title: 'Weir: alerts',
    version: '1.0.0',
    description:
      'Look at alerts, act on them, let held transactions go, and see to deliveries. TLS 1.3; a named token as a bearer; times are RFC 3339, amounts minor units.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: 'https://127.0.0.1:19105', description: 'The stack on a laptop' }],
  paths: { ...reading, ...acting, ...operating, '/v1/openapi.json': documentPath },
  components: components({
    headers: {},
    scopes:
      '`alerts:read` looks at alerts and their sealed evidence, `alerts:act` changes where they stand, `alerts:release` asks for a release, `alerts:approve` approves one that another token asked for, `alerts:operate` sees to silences and deliveries. A token of the tenant `weir` is good for all tenants, any other for its own.',
  }),
});
