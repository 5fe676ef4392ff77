import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { WeirError } from '@weir/contracts';
import type { Metrics } from './create-metrics.ts';

/** What is wrong with one part of the worker, as a closed code: `{ part: 'kms', reason: 'kms_unavailable' }`. */
export type HealthProblem = { readonly part: string; readonly reason: string };

/** Empty means healthy. */
export type Health = readonly HealthProblem[];

export type HttpEndpoint = {
  readonly port: number;
  /** Stops listening and drops open connections. Calling it twice is harmless. */
  readonly close: () => Promise<void>;
};

/** A probe or a scrape is one short request; whoever takes longer is not one. */
const requestTimeoutMs = 5_000;
const mostConnections = 100;

type Reply = { readonly status: number; readonly type: string; readonly body: string };

/**
 * Serves /healthz (is the process worth keeping), /readyz (is it doing its
 * work) and /metrics. Both checks answer 200, or 503 with what is wrong; a
 * check that throws counts as unhealthy. There is no authentication, so `host`
 * should stay on loopback or a private network. Port 0 takes any free one.
 *
 * Throws WeirError config_invalid where the address can't be listened on.
 */
export async function startHttpEndpoint(options: {
  readonly host?: string;
  readonly port: number;
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>;
  readonly live: () => Health;
  readonly ready: () => Health;
}): Promise<HttpEndpoint> {
  const { host = '127.0.0.1', metrics } = options;
  const routes: ReadonlyMap<string, () => Reply | Promise<Reply>> = new Map<
    string,
    () => Reply | Promise<Reply>
  >([
    ['/healthz', () => healthReply(options.live)],
    ['/readyz', () => healthReply(options.ready)],
    ['/metrics', async () => ({ status: 200, type: metrics.contentType, body: await metrics.text() })],
  ]);

  const server = createServer((request, response) => {
    void answer(routes, request).then((reply) => send(request, response, reply));
  });
  server.requestTimeout = requestTimeoutMs;
  server.headersTimeout = requestTimeoutMs;
  server.maxConnections = mostConnections;

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      const code = 'code' in error ? String(error.code) : 'unknown';
      const message = `HTTP_HOST and HTTP_PORT: ${host} port ${options.port} can't be listened on (${code}).`;
      reject(new WeirError('config_invalid', message, { cause: error }));
    });
    server.listen({ host, port: options.port }, resolve);
  });

  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new TypeError('A TCP server has no TCP address.');
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        // The only error close() reports is that the server was closed already.
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  routes: ReadonlyMap<string, () => Reply | Promise<Reply>>,
  request: IncomingMessage,
): Promise<Reply> {
  const route = routes.get((request.url ?? '').split('?', 1)[0] ?? '');
  if (route === undefined) return plain(404, 'not found');
  if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'only GET and HEAD');
  try {
    return await route();
  } catch {
    return plain(500, 'failed');
  }
}

function healthReply(check: () => Health): Reply {
  const problems = problemsOf(check);
  const body = problems.length === 0 ? { status: 'ok' } : { status: 'failing', problems };
  return {
    status: problems.length === 0 ? 200 : 503,
    type: 'application/json',
    body: `${JSON.stringify(body)}\n`,
  };
}

function problemsOf(check: () => Health): Health {
  try {
    return check().map(({ part, reason }) => ({ part, reason }));
  } catch {
    return [{ part: 'health', reason: 'check_failed' }];
  }
}

function plain(status: number, text: string): Reply {
  return { status, type: 'text/plain; charset=utf-8', body: `${text}\n` };
}

function send(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, {
    'content-type': reply.type,
    'content-length': Buffer.byteLength(reply.body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(reply.status === 405 ? { allow: 'GET, HEAD' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : reply.body);
}
