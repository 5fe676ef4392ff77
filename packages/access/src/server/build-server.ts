import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { problemOf, WeirError, type AccessToken, type AnyProblemCode } from '@weir/contracts';
import Fastify, { type FastifyInstance } from 'fastify';
import { shareConnections } from '../limits/share-connections.ts';
import { problemReply, RequestRefused, sendReply } from '../reply.ts';
import { serverLimits } from './server-limits.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set once the request was admitted. */
    token: AccessToken | undefined;
  }
}

export type ServerTls = {
  readonly cert: string;
  readonly key: string;
  readonly clientCa: string | undefined;
};

export type ServerMetrics = {
  /** `route` as it was declared, `none` where there is none: a path of a caller never becomes a label. */
  readonly answered: (route: string, status: number, elapsedMs: number) => void;
  /** Connections that ended before there was a request. */
  readonly connectionRefused: (reason: string) => void;
};

export type ServerOptions = {
  /** Undefined serves plain HTTP, which is for loopback alone. */
  readonly tls: ServerTls | undefined;
  readonly maxBodyBytes: number;
  /** Of the bodies that are taken. */
  readonly mediaTypes: readonly string[];
  readonly requestTimeoutMs: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  /** After how long a connection is closed on which nothing moves: longer than any answer takes. */
  readonly silenceMs: number;
  readonly metrics: ServerMetrics;
  /** What a WeirError that goes by itself is answered with, and the seconds to wait. */
  readonly unavailable: { readonly code: AnyProblemCode; readonly retryAfter: number };
  /** A fault that has no name: of ours, and of nobody who calls. */
  readonly onFault: (error: unknown) => void;
};

/**
 * Builds a server that no caller can hold up or make repeat what it was sent: bounds on connections, headers
 * and bodies, problems of RFC 9457 for everything that fails. It listens once `listen` is called.
 */
export function buildServer(options: ServerOptions): FastifyInstance {
  const app = Fastify({
    ...protocolOptions(options),
    logger: false,
    bodyLimit: options.maxBodyBytes,
    requestTimeout: options.requestTimeoutMs,
    keepAliveTimeout: serverLimits.keepAliveMs,
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
  server.headersTimeout = Math.min(serverLimits.headersTimeoutMs, options.requestTimeoutMs);
  server.maxConnections = options.maxConnections;
  server.on('tlsClientError', () => options.metrics.connectionRefused('tls'));
  server.on('drop', () => options.metrics.connectionRefused('full'));
  shareConnections(server, {
    mostPerAddress: options.maxConnectionsPerAddress,
    onRefused: () => options.metrics.connectionRefused('address'),
  });

  app.decorateRequest('token', undefined);
  takeOnlyOurTypes(app, options.mediaTypes);
  answerFailures(app, options);
  app.addHook('onResponse', async (request, reply) => {
    options.metrics.answered(request.routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime);
  });
  return app;
}

function protocolOptions({ tls }: ServerOptions): object {
  const http = {
    connectionsCheckingInterval: serverLimits.connectionCheckMs,
    maxHeaderSize: serverLimits.maxHeaderBytes,
    noDelay: true,
  };
  if (tls === undefined) return { http };
  return {
    https: {
      ...http,
      ...secureContextOf(tls),
      handshakeTimeout: serverLimits.tlsHandshakeTimeoutMs,
      // Who shows a certificate that isn't good is told so and audited, which a broken handshake couldn't do.
      ...(tls.clientCa === undefined ? {} : { requestCert: true, rejectUnauthorized: false }),
    },
  };
}

/** What may be renewed while the server listens. */
export const secureContextOf = ({ cert, key, clientCa }: ServerTls): SecureContextOptions => ({
  cert,
  key,
  minVersion: 'TLSv1.3',
  ...(clientCa === undefined ? {} : { ca: clientCa }),
});

/** Bodies stay bytes: contracts read them, with their own bounds and without ever repeating a value. */
function takeOnlyOurTypes(app: FastifyInstance, mediaTypes: readonly string[]): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser([...mediaTypes], { parseAs: 'buffer' }, (request, body, done) => {
    const encoding = request.headers['content-encoding'];
    if (encoding === undefined || encoding === 'identity') done(null, body);
    else done(new RequestRefused('content_type_unsupported'));
  });
}

const codesOfFastify: Readonly<Record<string, AnyProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'content_type_unsupported',
  FST_ERR_CTP_EMPTY_TYPE: 'content_type_unsupported',
};

function answerFailures(app: FastifyInstance, { unavailable, onFault }: ServerOptions): void {
  app.setNotFoundHandler(async (_request, reply) => sendReply(reply, problemReply(problemOf('not_found'))));
  app.setErrorHandler(async (error: unknown, _request, reply) => {
    if (error instanceof RequestRefused) return sendReply(reply, error.reply);
    if (error instanceof WeirError && error.recovery === 'retry') {
      return sendReply(reply, problemReply(problemOf(unavailable.code), unavailable.retryAfter));
    }
    const { code, statusCode } = error as { readonly code?: string; readonly statusCode?: number };
    const known = code === undefined ? undefined : codesOfFastify[code];
    if (known !== undefined) return sendReply(reply, problemReply(problemOf(known)));
    if (statusCode !== undefined && statusCode < 500) {
      return sendReply(reply, problemReply(problemOf('request_malformed')));
    }
    onFault(error);
    return sendReply(reply, problemReply(problemOf('failed')));
  });
}

/** What never became a request: too slow, too long, or no HTTP at all. */
function endBroken(error: NodeJS.ErrnoException, socket: Socket, metrics: ServerMetrics): void {
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

const brokenRequests: Readonly<Record<string, AnyProblemCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
};
