import type { AuditRecorder } from '@weir/audit';
import { loadConfig } from '@weir/runtime';
import type { Health, Logger } from '@weir/runtime';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { createAdmit, type Admit } from '../admit.ts';
import { createRateLimit } from '../limits/rate-limit.ts';
import { createRefusalCount } from '../limits/refusal-count.ts';
import { createRefusals } from '../refusals.ts';
import type { ServerMetrics, ServerTls } from '../server/build-server.ts';
import { closeServer } from '../server/close-server.ts';
import { listenOn } from '../server/listen-on.ts';
import { serverLimits } from '../server/server-limits.ts';
import { createTlsRenewal } from '../server/tls-renewal.ts';
import { openTokenBook } from '../tokens/token-book.ts';
import { certificateFields } from './api-fields.ts';

/** What an API is built with, beside what it works with. */
export type ApiOptions = {
  /** Undefined serves plain HTTP, which is for loopback alone. */
  readonly tls: ServerTls | undefined;
  readonly admit: Admit;
  readonly metrics: ServerMetrics;
  /** A fault that has no name: of ours, and of nobody who calls. */
  readonly onFault: (error: unknown) => void;
};

type Certificate = {
  readonly API_TLS_CERT_FILE?: string | undefined;
  readonly API_TLS_KEY_FILE?: string | undefined;
};

/** What `apiFields` gave, with the file of tokens. */
export type ApiSettings = Certificate & {
  readonly API_HOST: string;
  readonly API_PORT: string;
  readonly API_TOKENS_FILE: string;
  readonly API_REQUESTS_PER_SECOND: number;
};

export type OpenedApi = {
  readonly port: number;
  readonly problems: () => Health;
  /** Takes a renewed certificate. Throws WeirError config_invalid for one that can't be used; it then goes on with what it had. */
  readonly reload: () => void;
  /** Answers what it has, and takes no more. */
  readonly close: () => Promise<void>;
};

const tlsOf = ({ API_TLS_CERT_FILE: cert, API_TLS_KEY_FILE: key }: Certificate): ServerTls | undefined =>
  cert === undefined || key === undefined ? undefined : { cert, key, clientCa: undefined };

/**
 * Opens an API for people with named tokens. Throws WeirError config_invalid where the address or the tokens file
 * can't be used.
 */
export async function openApi(options: {
  readonly settings: ApiSettings;
  readonly build: (options: ApiOptions) => FastifyInstance;
  /** Tells the audit trail whom the API has refused. */
  readonly record: AuditRecorder['record'];
  readonly metrics: ServerMetrics;
  readonly log: Logger;
  /** The wall clock. */
  readonly nowMs: () => number;
  readonly onOpen: (at: {
    readonly host: string;
    readonly port: number;
    readonly state: 'plain' | 'tls';
  }) => void;
}): Promise<OpenedApi> {
  const { settings, log } = options;
  const { API_HOST: host, API_PORT } = settings;
  const monotonicMs = (): number => performance.now();
  const book = openTokenBook(settings.API_TOKENS_FILE, 'API_TOKENS_FILE', monotonicMs);
  const refusals = createRefusals({
    record: options.record,
    onLost: (error, count) => log.error('refusals at the API could not be recorded', { error, count }),
  });
  const tls = tlsOf(settings);
  const app = options.build({
    tls,
    admit: createAdmit({
      book,
      rate: createRateLimit(settings.API_REQUESTS_PER_SECOND, monotonicMs),
      refusalCount: createRefusalCount(monotonicMs),
      refusals,
      nowMs: options.nowMs,
    }),
    metrics: options.metrics,
    onFault: (error) => log.error('a request met a fault of ours', { error }),
  });
  const renewal = createTlsRenewal();
  const port = await listenOn(app, { host, port: Number(API_PORT) }, 'API_HOST and API_PORT');
  renewal.opened(app.server);
  options.onOpen({ host, port, state: tls === undefined ? 'plain' : 'tls' });
  return {
    port,
    problems: () => (book.isReadable() ? [] : [{ part: 'tokens', reason: 'unreadable' }]),
    reload: () => {
      const renewed = tlsOf(loadConfig(z.object(certificateFields), process.env, { secrets: [] }));
      if (renewed !== undefined) renewal.take(renewed);
    },
    async close() {
      await closeServer(app, serverLimits.closingMs);
      await refusals.close();
    },
  };
}
