export { createAdmit, type Admit } from './admit.ts';
export {
  createAddRoute,
  granted,
  type AddRoute,
  type ApiCaller,
  type Asked,
  type StreamedReply,
} from './api/add-route.ts';
export { apiFields, checkApiFields } from './api/api-fields.ts';
export { openApi, type ApiOptions, type OpenedApi } from './api/open-api.ts';
export { jsonBodyOf, readAs } from './json-body.ts';
export { createRateLimit, type RateLimit } from './limits/rate-limit.ts';
export { createRefusalCount } from './limits/refusal-count.ts';
export { mediaTypeOf } from './media-type-of.ts';
export { createRefusals, refusedCaller, type Refusal, type Refusals } from './refusals.ts';
export { jsonReply, problemReply, type Reply, RequestRefused, sendReply } from './reply.ts';
export {
  buildServer,
  type ServerMetrics,
  type ServerOptions,
  type ServerTls,
} from './server/build-server.ts';
export { checkServerFields } from './server/check-server-fields.ts';
export { closeServer } from './server/close-server.ts';
export { listenOn } from './server/listen-on.ts';
export { createServerMetrics } from './server/server-metrics.ts';
export { serverLimits } from './server/server-limits.ts';
export { createTlsRenewal, type TlsRenewal } from './server/tls-renewal.ts';
export { openTokenBook, type TokenBook } from './tokens/token-book.ts';
