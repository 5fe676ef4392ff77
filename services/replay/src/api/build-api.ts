import { buildServer, createAddRoute, RequestRefused } from '@weir/access';
import type { AddRoute, Admit, ApiOptions } from '@weir/access';
import { systemTenant, WeirError } from '@weir/contracts';
import type { ErrorCode } from '@weir/contracts';
import { replaysOpenApiDocument } from '@weir/replays';
import type { FastifyInstance } from 'fastify';
import { apiLimits, retryAfterSeconds } from './api-limits.ts';
import { isLostKey } from '../engine/open-log.ts';
import type { ApiPorts } from './api-ports.ts';
import { addReplayRoutes } from './replay-routes.ts';

/** Builds the API of replays; it listens once `listen` is called. */
export function buildApi(options: ApiOptions, ports: ApiPorts): FastifyInstance {
  const { admit, ...server } = options;
  const app = buildServer({
    ...server,
    ...apiLimits,
    mediaTypes: ['application/json'],
    unavailable: { code: 'replay_unavailable', retryAfter: retryAfterSeconds.unavailable },
  });
  const { maxUnderWay } = apiLimits;
  const add = createAddRoute(app, {
    ...{ admit: ofEveryTenant(admit), maxUnderWay },
    retryAfter: retryAfterSeconds.overloaded,
  });
  addReplayRoutes(tellingWhatToMend(add), ports);
  const document = JSON.stringify(replaysOpenApiDocument());
  app.get('/v1/openapi.json', async (_request, reply) => reply.type('application/json').send(document));
  return app;
}

/** A replay reads what all tenants sent. */
const ofEveryTenant =
  (admit: Admit): Admit =>
  (request, scope) => {
    const token = admit(request, scope);
    if (token.tenant !== systemTenant) throw new RequestRefused('other_tenant');
    return token;
  };

/** It can't be had just now, or was altered by somebody else. */
const ofTheDisk: ReadonlySet<ErrorCode> = new Set(['store_unavailable', 'store_other']);

/** What somebody has to see to is told to whoever asked, instead of that something failed. */
const tellingWhatToMend =
  (add: AddRoute): AddRoute =>
  (method, url, scope, answer) =>
    add(method, url, scope, async (asked) => {
      try {
        return await answer(asked);
      } catch (error) {
        if (error instanceof WeirError && ofTheDisk.has(error.code))
          throw new RequestRefused('disk_unavailable', { detail: `${error.message}.` });
        if (isLostKey(error))
          throw new RequestRefused('replay_unavailable', {
            detail: `What a replay keeps can not be sealed or opened (${error.code}).`,
          });
        throw error;
      }
    });
