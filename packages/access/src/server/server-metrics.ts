import type { Metrics } from '@weir/runtime';
import type { ServerMetrics } from './build-server.ts';

const latencyBuckets = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000];

/**
 * What Prometheus is told of a server, under names that begin with `prefix`; `requests` says what is counted. A
 * label is the address as it was declared, never a caller's.
 */
export function createServerMetrics(
  metrics: Metrics,
  { prefix, requests: help }: { readonly prefix: string; readonly requests: string },
): ServerMetrics {
  const requests = metrics.counter(`${prefix}_requests_total`, help, ['route', 'status']);
  const latency = metrics.histogram(
    `${prefix}_request_duration_ms`,
    'From the headers of a request to the end of its answer.',
    ['route'],
    latencyBuckets,
  );
  const refused = metrics.counter(
    `${prefix}_connections_refused_total`,
    'Connections that ended without a request: no TLS 1.3, too slow, too many.',
    ['reason'],
  );
  return {
    answered(route, status, elapsedMs) {
      requests.add({ route, status });
      latency.observe({ route }, elapsedMs);
    },
    connectionRefused: (reason) => refused.add({ reason }),
  };
}
