import {
  jsonBodyOf,
  jsonReply,
  problemReply,
  readAs,
  RequestRefused,
  sendReply,
  type Reply,
} from '@weir/access';
import {
  artefactRef,
  longestRulesetBytes,
  problemOf,
  rulesetActivation,
  rulesetDocument,
  rulesetRollback,
  type AccessToken,
  type TokenScope,
} from '@weir/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RulesetRefused } from '../../artefacts/rulesets/ruleset-refused.ts';
import { doorLimits, retryAfterSeconds } from '../limits/door-limits.ts';
import { createActTurns } from './act-turns.ts';
import type { ActingCaller, RulesetActs } from './ruleset-acts.ts';

export type RulesetRouteOptions = {
  readonly admit: (request: FastifyRequest, scope: TokenScope) => AccessToken;
  readonly rulesets: RulesetActs;
};

type Asked = { readonly caller: ActingCaller; readonly ref: string; readonly body: unknown };

/** In JSON a line's end and a quote take two characters. */
const longestDocumentBody = 2 * longestRulesetBytes;
const longestBody = 4_096;

/** `POST /v1/rulesets` and what may be done to one that is published. */
export function addRulesetRoutes(app: FastifyInstance, { admit, rulesets }: RulesetRouteOptions): void {
  const turns = createActTurns(doorLimits.maxRulesetActs);

  function add(
    url: string,
    { scope, bodyLimit }: { readonly scope: TokenScope; readonly bodyLimit: number },
    act: (asked: Asked) => Promise<Reply>,
  ): void {
    app.post<{ Params: { ref?: string }; Body: Buffer | undefined }>(url, {
      bodyLimit,
      onRequest: async (request, reply) => {
        request.token = admit(request, scope);
        const give = turns.take();
        if (give === undefined)
          throw new RequestRefused('overloaded', { retryAfter: retryAfterSeconds.overloaded });
        // One who hangs up doesn't end what has begun.
        reply.raw.once('close', () => void Promise.allSettled([request.answer]).then(give));
      },
      handler: async (request, reply) => {
        const { token } = request;
        if (token === undefined) throw new Error('a request came in without being admitted');
        const asked = {
          caller: { token, address: request.ip },
          ref: request.params.ref ?? '',
          body: jsonBodyOf(request),
        };
        request.answer = turns.inTurn(() => act(asked)).catch(refusedAs);
        return sendReply(reply, await request.answer);
      },
    });
  }

  add(
    '/v1/rulesets',
    { scope: 'rules:publish', bodyLimit: longestDocumentBody },
    async ({ caller, body }) => {
      const { document } = readAs(rulesetDocument, body);
      const published = await rulesets.publish(caller, document);
      return jsonReply(published.isKnown ? 200 : 201, published);
    },
  );
  add('/v1/rulesets/:ref/approval', { scope: 'rules:approve', bodyLimit: longestBody }, async (asked) =>
    jsonReply(200, await rulesets.approve(asked.caller, refIn(asked))),
  );
  add('/v1/rulesets/:ref/activation', { scope: 'rules:activate', bodyLimit: longestBody }, async (asked) => {
    const { rollout } = readAs(rulesetActivation, asked.body);
    return jsonReply(200, await rulesets.activate(asked.caller, refIn(asked), rollout));
  });
  add(
    '/v1/rulesets/rollback',
    { scope: 'rules:activate', bodyLimit: longestBody },
    async ({ caller, body }) => {
      const { leave } = readAs(rulesetRollback, body);
      return jsonReply(200, await rulesets.rollBack(caller, leave));
    },
  );
}

function refIn({ ref }: Asked): string {
  if (artefactRef.safeParse(ref).success) return ref;
  throw new RulesetRefused('ruleset_unknown', 'A ruleset is called name@version.');
}

function refusedAs(error: unknown): Reply {
  if (!(error instanceof RulesetRefused)) throw error;
  const { code, message: detail, problems } = error;
  return problemReply(
    problemOf(code, { detail, ...(problems.length === 0 ? {} : { problems: [...problems] }) }),
  );
}
