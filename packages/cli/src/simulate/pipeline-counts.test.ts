import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPipelineCounts } from './pipeline-counts.ts';

const addresses = { DETECTION_URL: 'http://detection', ALERTING_URL: 'http://alerting' };

const detection = `# HELP weir_decisions_total Decisions by outcome.
# TYPE weir_decisions_total counter
weir_decisions_total{service="detection",outcome="cleared",partition="0"} 120
weir_decisions_total{service="detection",outcome="cleared",partition="1"} 80
weir_decisions_total{service="detection",outcome="held",partition="1"} 3
weir_decisions_total{service="detection",outcome="duplicate",partition="1"} 2
weir_decisions_totals{outcome="held"} 999
weir_lag_records{service="detection",partition="0"} 7
weir_lag_records{service="detection",partition="1"} 1.5e3
`;
const alerting =
  'weir_alerts_total{service="alerting",severity="high"} 4\nweir_alerts_total{severity="low"} 1\n';

test('counts are summed over partitions, one outcome apart from the other', async (context) => {
  const asked: string[] = [];
  context.mock.method(globalThis, 'fetch', async (url: string) => {
    asked.push(url);
    return new Response(url.startsWith('http://detection/') ? detection : alerting);
  });
  assert.deepEqual(await readPipelineCounts(addresses), {
    cleared: 200,
    held: 3,
    rejected: 0,
    duplicate: 2,
    alerts: 5,
    lag: 1_507,
  });
  assert.deepEqual(asked, ['http://detection/metrics', 'http://alerting/metrics']);
});

test('a worker that does not answer counts nothing, and the other is still shown', async (context) => {
  context.mock.method(globalThis, 'fetch', async (url: string) => {
    if (url.startsWith('http://detection/')) throw new TypeError('fetch failed');
    return new Response(alerting);
  });
  const counts = await readPipelineCounts(addresses);
  assert.deepEqual([counts.cleared, counts.lag, counts.alerts], [0, 0, 5]);
});
