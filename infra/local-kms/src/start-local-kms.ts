import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type CallerInput, callersSchema } from './callers.ts';
import { handleRequest, type Kms, type KmsAnswer, refusal } from './handle-request.ts';
import { findKey, withState } from './key-ring.ts';
import { openKeyStore } from './key-store.ts';
import { KmsError } from './kms-error.ts';
import { readBody } from './read-body.ts';

/** Room for the largest wrapped key and context AWS takes (6,144 and 8,192 bytes), in base64 and JSON. */
const bodyLimitBytes = 32 * 1024;
const connectionLimit = 256;
const requestTimeoutMs = 10_000;
const closeGraceMs = 1_000;

/** What a server shows, and the key it proves it with; PEM. */
export type ServerCertificate = { readonly certPem: string; readonly keyPem: string };

export type LocalKmsOptions = {
  /** 127.0.0.1 when not set. */
  readonly host?: string | undefined;
  /** Serves TLS 1.3 with it instead of plain http. */
  readonly tls?: ServerCertificate | undefined;
  /** 0 takes a free one. */
  readonly port: number;
  /** Made with mode 0600 at the first key; refused with a wider one. */
  readonly keyFile: string;
  readonly callers: readonly CallerInput[];
  readonly log?: (line: string) => void;
  readonly nowMs?: () => number;
};

export type LocalKms = {
  readonly endpoint: string;
  readonly port: number;
  /** For tests of an outage: while true, every request is answered 503. */
  readonly setUnavailable: (unavailable: boolean) => void;
  /** For tests of a key that somebody switches off: the key goes by its id, ARN or alias. Throws for one there isn't. */
  readonly setKeyState: (name: string, state: 'Enabled' | 'Disabled') => void;
  /** Stops listening and waits for the requests under way, a second at most. */
  readonly close: () => Promise<void>;
};

/**
 * Starts the development KMS. Rejects when the port is taken, the callers are
 * malformed or the key file is refused.
 */
export async function startLocalKms(options: LocalKmsOptions): Promise<LocalKms> {
  const log = options.log ?? console.error;
  const kms: Kms = {
    store: openKeyStore(options.keyFile),
    callers: callersSchema.parse(options.callers),
    nowMs: options.nowMs ?? Date.now,
    log,
  };
  let unavailable = false;

  const host = options.host ?? '127.0.0.1';
  const listener: RequestListener = (incoming, response) => {
    // A rejection here is a bug, and is left to end the process.
    void answerTo(kms, incoming, unavailable).then((answer) => send(response, answer));
  };
  const server =
    options.tls === undefined
      ? createServer(listener)
      : createTlsServer(
          { cert: options.tls.certPem, key: options.tls.keyPem, minVersion: 'TLSv1.3' },
          listener,
        );
  server.maxConnections = connectionLimit;
  server.requestTimeout = requestTimeoutMs;
  server.headersTimeout = requestTimeoutMs;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  log('DEVELOPMENT ONLY: this KMS keeps its keys in a file, in clear. Never use it in production.');

  return {
    endpoint: `${options.tls === undefined ? 'http' : 'https'}://${host}:${String(port)}`,
    port,
    setUnavailable: (value) => {
      unavailable = value;
    },
    setKeyState: (name, state) => {
      const ring = kms.store.read(kms.nowMs());
      const key = findKey(ring, name);
      if (key === undefined) throw new Error(`There is no key ${name}.`);
      kms.store.write(withState(ring, key, state));
    },
    close: () =>
      new Promise((resolve) => {
        const grace = setTimeout(() => {
          server.closeAllConnections();
        }, closeGraceMs);
        server.close(() => {
          clearTimeout(grace);
          resolve();
        });
      }),
  };
}

/** Undefined when the caller hung up before its request was complete. */
async function answerTo(
  kms: Kms,
  incoming: IncomingMessage,
  unavailable: boolean,
): Promise<KmsAnswer | undefined> {
  if (unavailable) {
    return refusal(new KmsError('KMSInternalException', 'switched off by its owner'), 503);
  }
  if (incoming.method === 'GET' && incoming.url === '/healthz') {
    return { status: 200, headers: { 'content-type': 'text/plain' }, body: 'ok\n' };
  }
  const body = await readBody(incoming, bodyLimitBytes);
  switch (body.kind) {
    case 'gone':
      return undefined;
    case 'tooLarge':
      return refusal(new KmsError('RequestEntityTooLargeException', `over ${String(bodyLimitBytes)} bytes`));
    case 'complete':
      return handleRequest(kms, {
        method: incoming.method ?? '',
        path: incoming.url ?? '',
        headers: singleValued(incoming),
        body: body.bytes,
      });
  }
}

function singleValued(incoming: IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
}

function send(response: ServerResponse, answer: KmsAnswer | undefined): void {
  if (answer === undefined) return;
  // What is left of a request refused early must not be read as the next one.
  const connection = response.req.complete ? {} : { connection: 'close' };
  response.writeHead(answer.status, { ...answer.headers, ...connection }).end(answer.body);
}
