import type { AlertStore } from '@weir/alert-store';
import type { Metrics } from '@weir/runtime';

const refreshEveryMs = 10_000;

/** What lies in the store, as gauges. */
export function createStoreGauges(parts: {
  readonly store: Pick<AlertStore, 'counts'>;
  readonly metrics: Metrics;
}): { readonly refresh: (nowMs: number) => Promise<void> } {
  const alerts = parts.metrics.gauge('alerts', 'Alerts in the store, by where they stand.', ['state']);
  const deliveries = parts.metrics.gauge('deliveries', 'Deliveries in the store, by where they stand.', [
    'channel',
    'state',
  ]);
  const outbox = parts.metrics.gauge('outbox_records', 'Records that wait for their topics.', []);
  const seen = new Map<string, { readonly channel: string; readonly state: string }>();
  let refreshAtMs = 0;
  return {
    async refresh(nowMs) {
      if (nowMs < refreshAtMs) return;
      refreshAtMs = nowMs + refreshEveryMs;
      const counts = await parts.store.counts();
      for (const [state, count] of Object.entries(counts.alerts)) alerts.set({ state }, count);
      // What there is none of any more is told as none, and not as what it was.
      for (const labels of seen.values()) deliveries.set(labels, 0);
      for (const { channel, state, count } of counts.deliveries) {
        seen.set(`${channel} ${state}`, { channel, state });
        deliveries.set({ channel, state }, count);
      }
      outbox.set({}, counts.outbox);
    },
  };
}
