import type { Settlement } from '../ledger/counts.ts';
import type { Metrics } from '@weir/runtime';

export type DoorMetrics = {
  readonly answered: (route: string, status: number, elapsedMs: number) => void;
  /** Connections that ended before there was a request. */
  readonly connectionRefused: (reason: string) => void;
  readonly offered: (records: number) => void;
  readonly settled: (settlement: Settlement) => void;
  readonly openBytes: (bytes: number) => void;
};

const latencyBuckets = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000];

/** Label values are names of ours: a path of a caller never becomes one. */
const routeNames: Readonly<Record<string, string>> = {
  '/v1/transactions': 'submit',
  '/v1/transactions/:id/verdict': 'verdict',
  '/v1/openapi.json': 'document',
};

/** What Prometheus is told of the door. */
export function createDoorMetrics(metrics: Metrics): DoorMetrics {
  const requests = metrics.counter('door_requests_total', 'Requests by route and status.', [
    'route',
    'status',
  ]);
  const latency = metrics.histogram(
    'door_request_duration_ms',
    'From the headers of a request to the end of its answer.',
    ['route'],
    latencyBuckets,
  );
  const refused = metrics.counter(
    'door_connections_refused_total',
    'Connections that ended without a request: no TLS 1.3, too slow, too many.',
    ['reason'],
  );
  const offered = metrics.counter('door_records_offered_total', 'Records offered at the door.', []);
  const records = metrics.counter(
    'door_records_total',
    'Records offered at the door, by what became of them.',
    ['outcome'],
  );
  const open = metrics.gauge('door_open_bytes', 'Payload bytes taken in and not settled yet.', []);
  return {
    answered(url, status, elapsedMs) {
      const route = routeNames[url] ?? 'other';
      requests.add({ route, status });
      latency.observe({ route }, elapsedMs);
    },
    connectionRefused: (reason) => refused.add({ reason }),
    offered: (count) => offered.add({}, count),
    settled: (outcome) => records.add({ outcome }),
    openBytes: (bytes) => open.set({}, bytes),
  };
}
