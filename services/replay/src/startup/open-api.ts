import { createServerMetrics, openApi } from '@weir/access';
import type { OpenedApi } from '@weir/access';
import type { Logger, Metrics } from '@weir/runtime';
import type { ApiPorts } from '../api/api-ports.ts';
import { buildApi } from '../api/build-api.ts';
import type { ReplayConfig } from '../config.ts';

/** Opens the API of replays. Throws what `openApi` of @weir/access throws. */
export const openReplaysApi = (options: {
  readonly config: ReplayConfig;
  readonly ports: ApiPorts;
  readonly metrics: Metrics;
  readonly log: Logger;
}): Promise<OpenedApi> => {
  const { config, ports, log } = options;
  return openApi({
    settings: config,
    build: (server) => buildApi(server, ports),
    record: ports.recorder.record,
    metrics: createServerMetrics(options.metrics, {
      prefix: 'api',
      requests: 'Requests at the API of replays by route and status.',
    }),
    log,
    nowMs: ports.nowMs,
    onOpen: (at) => log.info('the API of replays is open', at),
  });
};
