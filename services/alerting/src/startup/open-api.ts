import { randomUUID } from 'node:crypto';
import { createServerMetrics, openApi } from '@weir/access';
import type { OpenedApi } from '@weir/access';
import { formatInstant } from '@weir/contracts';
import type { Logger, Metrics } from '@weir/runtime';
import type { ApiPorts } from '../api/api-ports.ts';
import { recordAct } from '../api/audit-act.ts';
import { buildApi } from '../api/build-api.ts';
import type { AlertingConfig } from '../config.ts';
import type { Telling } from '../notify/open-telling.ts';
import { auditEvent } from '../store/outbox-records.ts';
import type { Connections } from './open-connections.ts';

type ApiOfAlerts = Pick<OpenedApi, 'problems' | 'reload' | 'close'>;

const noApi: ApiOfAlerts = { problems: () => [], reload: () => undefined, close: async () => undefined };

/** Opens the API of alerts, where a file of tokens is named. Throws what `openApi` of @weir/access throws. */
export async function openAlertsApi(options: {
  readonly config: AlertingConfig;
  readonly connections: Pick<Connections, 'environment' | 'store' | 'columns' | 'sealOutbox'>;
  readonly telling: Pick<Telling, 'routes' | 'sendTest'>;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Something was written that others go on with. */
  readonly onChanged: () => void;
}): Promise<ApiOfAlerts> {
  const { config, connections, telling, log } = options;
  const { API_TOKENS_FILE } = config;
  if (API_TOKENS_FILE === undefined) return noApi;
  const { environment, store, columns, sealOutbox } = connections;
  const ports: ApiPorts = {
    ...{ environment, store, columns, sealOutbox },
    aloneUpTo: config.RELEASE_ALONE_UP_TO ?? {},
    routing: () => telling.routes().routing,
    sendTest: telling.sendTest,
    changed: options.onChanged,
    newId: randomUUID,
    nowMs: Date.now,
  };
  return openApi({
    settings: { ...config, API_TOKENS_FILE },
    build: (server) => buildApi(server, ports),
    record: (act) =>
      recordAct(ports, auditEvent({ requestId: ports.newId(), at: formatInstant(ports.nowMs()), ...act })),
    metrics: createServerMetrics(options.metrics, {
      prefix: 'api',
      requests: 'Requests at the API of alerts by route and status.',
    }),
    log,
    nowMs: ports.nowMs,
    onOpen: (at) => log.info('the API of alerts is open', at),
  });
}
