import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { connect as connectTcp, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AddressRefused, isLoopbackHost, withoutBrackets } from './address-guard.ts';
import type { AddressGuard } from './address-guard.ts';
import { guardedLookup } from './guarded-lookup.ts';
import type { LookupAll } from './guarded-lookup.ts';
import { codeOf, outcomeOfError, outcomeOfResponse } from './post-outcome.ts';
import type { DeliveryOutcome } from './post-outcome.ts';
import { tlsCiphers } from './tls-ciphers.ts';
import { tryConnection } from './try-connection.ts';

/** What an answer may hold; nobody reads it, and beyond this the connection is given up. */
const largestAnswerBytes = 4_096;
const largestHeadersBytes = 8_192;
/** How long the rest of an answer is waited for, only so that its connection can be used again. */
const answerRestMs = 250;
/** Below the 5 s after which a common server hangs up on an idle connection. */
const idleConnectionMs = 4_000;

export type PosterOptions = {
  readonly url: URL;
  readonly guard: AddressGuard;
  readonly maxConnections: number;
  readonly timeoutMs: number;
  readonly ca: string | undefined;
  /**
   * The oldest TLS that is spoken: 1.3 to a receiver of one's own. Public services are reached by 1.2, of
   * which only suites with forward secrecy and authenticated encryption are offered.
   */
  readonly minTls: 'TLSv1.2' | 'TLSv1.3';
  /** Milliseconds since the epoch, for a Retry-After that is a date. */
  readonly now: () => number;
  /** How a name is looked up; the system's way where not set. */
  readonly lookup?: LookupAll;
};

export type Poster = {
  /**
   * Posts one body and follows no redirect. Within the timeout, or until the signal where several
   * posts make one delivery. Never throws.
   */
  readonly post: (
    headers: Readonly<Record<string, string>>,
    body: Buffer,
    signal?: AbortSignal,
  ) => Promise<DeliveryOutcome>;
  /** Connects, checks the certificate and hangs up. Never throws. */
  readonly check: () => Promise<DeliveryOutcome>;
  readonly close: () => void;
};

/**
 * An HTTP client for one address and nothing else. Every address a connection is
 * made to has passed the guard, at the moment of connecting, so that a name that
 * suddenly stands for another address gains nothing. Proxies that the environment
 * names are left aside, and it can't turn off the check of certificates.
 */
export function createPoster(options: PosterOptions): Poster {
  const { url, guard, maxConnections, timeoutMs, ca, now } = options;
  const host = withoutBrackets(url.hostname);
  const isTls = url.protocol === 'https:';
  // What is not encrypted stays on this machine, whatever the name of this machine stands for.
  const refuses: AddressGuard['refuses'] = (hostname, address) =>
    guard.refuses(hostname, address) || (!isTls && !isLoopbackHost(address));
  const lookup = guardedLookup(refuses, options.lookup);
  const tls = {
    minVersion: options.minTls,
    ciphers: tlsCiphers,
    rejectUnauthorized: true,
    ...(ca === undefined ? {} : { ca }),
  } as const;
  const pool = {
    keepAlive: true,
    maxSockets: maxConnections,
    maxFreeSockets: maxConnections,
    timeout: idleConnectionMs,
  };
  const agent = isTls ? new HttpsAgent(pool) : new HttpAgent(pool);
  const send = isTls ? httpsRequest : httpRequest;
  // Node looks no address up that is one already.
  const isRefused = isIP(host) !== 0 && refuses(host, host);

  function once(
    headers: Readonly<Record<string, string>>,
    body: Buffer,
    signal: AbortSignal,
  ): Promise<Attempt> {
    return new Promise((resolve) => {
      const request = send(url, {
        method: 'POST',
        agent,
        lookup,
        signal,
        maxHeaderSize: largestHeadersBytes,
        headers: { ...headers, 'content-length': body.length },
        ...(isTls ? tls : {}),
      });
      request.once('response', (response) => {
        request.off('close', onClose);
        const outcome = outcomeOfResponse(response.statusCode ?? 0, response.headers['retry-after'], now());
        void drain(response).then(() => resolve({ outcome, isStale: false }));
      });
      let failure = new Error('closed without an answer');
      request.on('error', (error) => {
        failure = error;
      });
      function onClose(): void {
        // The receiver hung up on an idle connection just as it was used again.
        const isStale = request.reusedSocket && hangUps.has(codeOf(failure) ?? '');
        resolve({ outcome: outcomeOfError(failure, signal), isStale });
      }
      request.once('close', onClose);
      request.end(body);
    });
  }

  return {
    post: async (headers, body, signal = AbortSignal.timeout(timeoutMs)) => {
      if (isRefused) return outcomeOfError(new AddressRefused(), undefined);
      const first = await once(headers, body, signal);
      // At most as many connections can be stale as the pool holds; the rest are new.
      let attempt = first;
      for (let stale = 0; attempt.isStale && stale < maxConnections; stale += 1)
        attempt = await once(headers, body, signal);
      return attempt.outcome;
    },
    check: async () => {
      if (isRefused) return outcomeOfError(new AddressRefused(), undefined);
      const port = url.port === '' ? (isTls ? 443 : 80) : Number(url.port);
      const servername = isIP(host) === 0 ? { servername: host } : {};
      const socket = isTls
        ? connectTls({ host, port, lookup, ...servername, ...tls })
        : connectTcp({ host, port, lookup });
      return tryConnection(socket, isTls ? 'secureConnect' : 'connect', AbortSignal.timeout(timeoutMs));
    },
    close: () => agent.destroy(),
  };
}

const hangUps: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE']);

type Attempt = { readonly outcome: DeliveryOutcome; readonly isStale: boolean };

/** Reads an answer to its end if that is near, and gives its connection up if not. The status has been read by now. */
function drain(response: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let left = largestAnswerBytes;
    const timer = setTimeout(() => response.destroy(), answerRestMs);
    response.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) response.destroy();
    });
    response.on('error', () => undefined);
    response.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
