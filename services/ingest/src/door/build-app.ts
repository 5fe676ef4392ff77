import { buildServer, jsonReply, RequestRefused, sendReply, type ServerOptions } from '@weir/access';
import { ndjsonType, openApiDocument, type AccessToken, type TokenScope } from '@weir/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { retryAfterSeconds } from './limits/door-limits.ts';
import { addRulesetRoutes, type RulesetRouteOptions } from './rulesets/ruleset-routes.ts';
import { addSubmitRoute, type SubmitRouteOptions } from './submit-route.ts';
import type { ReadVerdict } from './verdicts/read-verdict.ts';

export type AppOptions = Omit<SubmitRouteOptions, 'admit'> &
  Omit<RulesetRouteOptions, 'admit'> &
  Omit<ServerOptions, 'mediaTypes' | 'unavailable'> & {
    readonly admit: (request: FastifyRequest, scope: TokenScope) => AccessToken;
    readonly readVerdict: ReadVerdict;
  };

/** Builds the HTTP server of the door; it listens once `listen` is called. */
export function buildApp(options: AppOptions): FastifyInstance {
  const app = buildServer({
    ...options,
    mediaTypes: ['application/json', ndjsonType],
    unavailable: { code: 'log_unavailable', retryAfter: retryAfterSeconds.logUnavailable },
  });
  addSubmitRoute(app, { ...options, admit: (request) => options.admit(request, 'transactions:write') });
  addVerdictRoute(app, options);
  addRulesetRoutes(app, options);
  const document = JSON.stringify(openApiDocument());
  app.get('/v1/openapi.json', async (_request, reply) => reply.type('application/json').send(document));
  return app;
}

function addVerdictRoute(app: FastifyInstance, options: AppOptions): void {
  app.get<{ Params: { id: string } }>('/v1/transactions/:id/verdict', {
    onRequest: async (request) => {
      request.token = options.admit(request, 'verdicts:read');
    },
    handler: async (request, reply) => {
      const { token } = request;
      if (token === undefined) throw new Error('a request came in without being admitted');
      const found = await options.readVerdict(token.tenant, request.params.id);
      if (found === 'unknown') throw new RequestRefused('verdict_unknown');
      if (found === 'busy')
        throw new RequestRefused('overloaded', { retryAfter: retryAfterSeconds.searching });
      const isPending = found.outcome === 'pending';
      const answer = jsonReply(
        200,
        found,
        isPending ? { 'retry-after': String(retryAfterSeconds.pending) } : {},
      );
      return sendReply(reply, answer);
    },
  });
}
