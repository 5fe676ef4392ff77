import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import {
  ndjsonType,
  openApiDocument,
  problemOf,
  WeirError,
  type AccessToken,
  type ProblemCode,
  type TokenScope,
} from '@weir/contracts';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import type { DoorMetrics } from './door-metrics.ts';
import { doorLimits, retryAfterSeconds } from './limits/door-limits.ts';
import { shareConnections } from './limits/share-connections.ts';
import { jsonReply, problemReply, RequestRefused, sendReply } from './reply.ts';
import { addRulesetRoutes, type RulesetRouteOptions } from './rulesets/ruleset-routes.ts';
import { addSubmitRoute, type SubmitRouteOptions } from './submit-route.ts';
import type { ReadVerdict } from './verdicts/read-verdict.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set once the request was admitted. */
    token: AccessToken | undefined;
  }
}

export type DoorTls = { readonly cert: string; readonly key: string; readonly clientCa: string | undefined };

export type AppOptions = Omit<SubmitRouteOptions, 'admit'> &
  Omit<RulesetRouteOptions, 'admit'> & {
    /** Undefined serves plain HTTP, which is for loopback alone. */
    readonly tls: DoorTls | undefined;
    readonly requestTimeoutMs: number;
    readonly maxConnections: number;
    readonly maxConnectionsPerAddress: number;
    /** After how long a connection is closed on which nothing moves: longer than any answer takes. */
    readonly silenceMs: number;
    readonly admit: (request: FastifyRequest, scope: TokenScope) => AccessToken;
    readonly readVerdict: ReadVerdict;
    readonly metrics: DoorMetrics;
    /** A fault that has no name: of ours, and of nobody who calls. */
    readonly onFault: (error: unknown) => void;
  };

/** Builds the HTTP server of the door; it listens once `listen` is called. */
export function buildApp(options: AppOptions): FastifyInstance {
  const app = Fastify({
    ...serverOptions(options),
    logger: false,
    bodyLimit: options.maxBodyBytes,
    requestTimeout: options.requestTimeoutMs,
    keepAliveTimeout: doorLimits.keepAliveMs,
    // Only of silence, which also ends one who never reads his answer.
    connectionTimeout: options.silenceMs,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 128 },
    forceCloseConnections: 'idle',
    // One that still comes by an open connection is answered too, and told to close it: Fastify's own 503 is no problem of RFC 9457.
    return503OnClosing: false,
    // Its own answer to an address that is none would repeat it.
    frameworkErrors: (_error, _request, reply) => {
      void sendReply(reply, problemReply(problemOf('request_malformed')));
    },
    clientErrorHandler: (error, socket) => endBroken(error, socket, options.metrics),
  }) as unknown as FastifyInstance;
  const server: Server = app.server;
  server.headersTimeout = Math.min(doorLimits.headersTimeoutMs, options.requestTimeoutMs);
  server.maxConnections = options.maxConnections;
  server.on('tlsClientError', () => options.metrics.connectionRefused('tls'));
  server.on('drop', () => options.metrics.connectionRefused('full'));
  shareConnections(server, {
    mostPerAddress: options.maxConnectionsPerAddress,
    onRefused: () => options.metrics.connectionRefused('address'),
  });

  app.decorateRequest('token', undefined);
  takeOnlyOurTypes(app);
  answerFailures(app, options);
  app.addHook('onResponse', async (request, reply) => {
    options.metrics.answered(request.routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime);
  });
  addSubmitRoute(app, { ...options, admit: (request) => options.admit(request, 'transactions:write') });
  addVerdictRoute(app, options);
  addRulesetRoutes(app, options);
  const document = JSON.stringify(openApiDocument());
  app.get('/v1/openapi.json', async (_request, reply) => reply.type('application/json').send(document));
  return app;
}

function serverOptions({ tls }: AppOptions): object {
  const http = {
    connectionsCheckingInterval: doorLimits.connectionCheckMs,
    maxHeaderSize: doorLimits.maxHeaderBytes,
    noDelay: true,
  };
  if (tls === undefined) return { http };
  return {
    https: {
      ...http,
      ...secureContextOf(tls),
      handshakeTimeout: doorLimits.tlsHandshakeTimeoutMs,
      // Who shows a certificate that isn't good is told so and audited, which a broken handshake couldn't do.
      ...(tls.clientCa === undefined ? {} : { requestCert: true, rejectUnauthorized: false }),
    },
  };
}

/** What may be renewed while the door is open. */
export const secureContextOf = ({ cert, key, clientCa }: DoorTls): SecureContextOptions => ({
  cert,
  key,
  minVersion: 'TLSv1.3',
  ...(clientCa === undefined ? {} : { ca: clientCa }),
});

/** Bodies stay bytes: contracts read them, with their own bounds and without ever repeating a value. */
function takeOnlyOurTypes(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(['application/json', ndjsonType], { parseAs: 'buffer' }, (request, body, done) => {
    const encoding = request.headers['content-encoding'];
    if (encoding === undefined || encoding === 'identity') done(null, body);
    else done(new RequestRefused('content_type_unsupported'));
  });
}

const codesOfFastify: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'content_type_unsupported',
  FST_ERR_CTP_EMPTY_TYPE: 'content_type_unsupported',
};

function answerFailures(app: FastifyInstance, options: AppOptions): void {
  app.setNotFoundHandler(async (_request, reply) => sendReply(reply, problemReply(problemOf('not_found'))));
  app.setErrorHandler(async (error: unknown, _request, reply) => {
    if (error instanceof RequestRefused) return sendReply(reply, error.reply);
    if (error instanceof WeirError && error.recovery === 'retry') {
      return sendReply(reply, problemReply(problemOf('log_unavailable'), retryAfterSeconds.logUnavailable));
    }
    const { code, statusCode } = error as { readonly code?: string; readonly statusCode?: number };
    const known = code === undefined ? undefined : codesOfFastify[code];
    if (known !== undefined) return sendReply(reply, problemReply(problemOf(known)));
    if (statusCode !== undefined && statusCode < 500) {
      return sendReply(reply, problemReply(problemOf('request_malformed')));
    }
    options.onFault(error);
    return sendReply(reply, problemReply(problemOf('failed')));
  });
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

/** What never became a request: too slow, too long, or no HTTP at all. */
function endBroken(error: NodeJS.ErrnoException, socket: Socket, metrics: DoorMetrics): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const code = brokenRequests[error.code ?? ''] ?? 'request_malformed';
  metrics.connectionRefused(code);
  const { status, headers, body } = problemReply(problemOf(code));
  const lines = Object.entries({
    ...headers,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  if (socket.writable) socket.write(`HTTP/1.1 ${status} Refused\r\n${head}\r\n${body}`);
  socket.destroySoon();
}

const brokenRequests: Readonly<Record<string, ProblemCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
};
