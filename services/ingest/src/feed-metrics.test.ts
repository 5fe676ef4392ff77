import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics } from '@weir/runtime';
import { createFeedMetrics } from './feed-metrics.ts';
import { noCounts } from './ledger/counts.ts';

test('Prometheus sees the ledger, and the worker is not ready while it waits for something', async () => {
  const metrics = createMetrics({ service: 'ingest' });
  const feed = createFeedMetrics(metrics);
  feed.update({ ...noCounts, offered: 5, acknowledged: 2 }, 3);
  feed.retried('kms_unavailable');
  assert.deepEqual(feed.problems(), [{ part: 'sending', reason: 'kms_unavailable' }]);
  feed.update({ ...noCounts, offered: 9, acknowledged: 6, rejected: 1 }, 2);
  assert.deepEqual(feed.problems(), []);
  const text = await metrics.text();
  assert.match(text, /weir_ingest_records_total\{[^}]*outcome="offered"[^}]*\} 9/);
  assert.match(text, /weir_ingest_records_total\{[^}]*outcome="acknowledged"[^}]*\} 6/);
  assert.match(text, /weir_ingest_open_records\{[^}]*\} 2/);
  assert.match(text, /weir_ingest_retries_total\{[^}]*code="kms_unavailable"[^}]*\} 1/);
});
