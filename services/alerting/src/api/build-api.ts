import { buildServer, createAddRoute, jsonReply } from '@weir/access';
import type { ApiOptions } from '@weir/access';
import { alertsOpenApiDocument } from '@weir/contracts';
import type { FastifyInstance } from 'fastify';
import { apiLimits, retryAfterSeconds } from './api-limits.ts';
import type { ApiPorts } from './api-ports.ts';
import type { AddRoute } from './routes/add-route.ts';
import { addAlertRoutes } from './routes/alert-routes.ts';
import { addCaseRoutes } from './routes/case-routes.ts';
import { addDeliveryRoutes, addRoutingRoutes, addSilenceRoutes } from './routes/operator-routes.ts';

/** Builds the API of alerts; it listens once `listen` is called. */
export function buildApi(options: ApiOptions, ports: ApiPorts): FastifyInstance {
  const { admit, ...server } = options;
  const app = buildServer({
    ...server,
    ...apiLimits,
    mediaTypes: ['application/json'],
    unavailable: { code: 'store_unavailable', retryAfter: retryAfterSeconds.storeUnavailable },
  });
  const { maxUnderWay } = apiLimits;
  const addRoute = createAddRoute(app, { admit, maxUnderWay, retryAfter: retryAfterSeconds.overloaded });
  const add: AddRoute = (method, url, scope, answer) =>
    addRoute(method, url, scope, async (asked) => jsonReply(200, await answer(asked)));
  addAlertRoutes(add, ports);
  addCaseRoutes(add, ports);
  addSilenceRoutes(add, ports);
  addDeliveryRoutes(add, ports);
  addRoutingRoutes(add, ports);
  const document = JSON.stringify(alertsOpenApiDocument());
  app.get('/v1/openapi.json', async (_request, reply) => reply.type('application/json').send(document));
  return app;
}
