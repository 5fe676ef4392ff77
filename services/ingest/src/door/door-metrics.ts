import { createServerMetrics } from '@weir/access';
import type { ServerMetrics } from '@weir/access';
import type { Settlement } from '../ledger/counts.ts';
import type { Metrics } from '@weir/runtime';

export type DoorMetrics = ServerMetrics & {
  readonly offered: (records: number) => void;
  readonly settled: (settlement: Settlement) => void;
  readonly openBytes: (bytes: number) => void;
};

/** Label values are names of ours: a path of a caller never becomes one. */
const routeNames: Readonly<Record<string, string>> = {
  '/v1/transactions': 'submit',
  '/v1/transactions/:id/verdict': 'verdict',
  '/v1/openapi.json': 'document',
};

/** What Prometheus is told of the door. */
export function createDoorMetrics(metrics: Metrics): DoorMetrics {
  const server = createServerMetrics(metrics, { prefix: 'door', requests: 'Requests by route and status.' });
  const offered = metrics.counter('door_records_offered_total', 'Records offered at the door.', []);
  const records = metrics.counter(
    'door_records_total',
    'Records offered at the door, by what became of them.',
    ['outcome'],
  );
  const open = metrics.gauge('door_open_bytes', 'Payload bytes taken in and not settled yet.', []);
  return {
    answered: (url, status, elapsedMs) => server.answered(routeNames[url] ?? 'other', status, elapsedMs),
    connectionRefused: server.connectionRefused,
    offered: (count) => offered.add({}, count),
    settled: (outcome) => records.add({ outcome }),
    openBytes: (bytes) => open.set({}, bytes),
  };
}
