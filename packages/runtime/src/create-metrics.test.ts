import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics } from './index.ts';

test('metrics are counted by label, prefixed and served as text with the process metrics', async () => {
  const metrics = createMetrics({ service: 'detection' });
  const verdicts = metrics.counter('verdicts_total', 'Verdicts by kind', ['kind', 'partition']);
  verdicts.add({ kind: 'held', partition: 3 });
  verdicts.add({ kind: 'held', partition: 3 }, 4);
  metrics.gauge('lag_records', 'Records behind', []).set({}, 7);
  metrics.histogram('step_ms', 'Length of a step', ['outcome'], [1, 10]).observe({ outcome: 'done' }, 5);

  const text = await metrics.text();
  assert.match(text, /^weir_verdicts_total\{kind="held",partition="3",service="detection"\} 5$/m);
  assert.match(text, /^weir_lag_records\{service="detection"\} 7$/m);
  assert.match(text, /^weir_step_ms_bucket\{le="1",service="detection",outcome="done"\} 0$/m);
  assert.match(text, /^weir_step_ms_bucket\{le="10",service="detection",outcome="done"\} 1$/m);
  assert.match(text, /^weir_process_resident_memory_bytes\{service="detection"\} \d+$/m);
});

test('a gauge can be forgotten, as when a partition is revoked', async () => {
  const metrics = createMetrics({ service: 'detection' });
  const lag = metrics.gauge('lag_records', 'Records behind', ['partition']);
  lag.set({ partition: 1 }, 7);
  lag.remove({ partition: 1 });
  assert.doesNotMatch(await metrics.text(), /^weir_lag_records\{/m);
});

test('two workers in one process have metrics of their own', async () => {
  const first = createMetrics({ service: 'a' });
  const second = createMetrics({ service: 'b' });
  first.counter('records_total', 'Records', []).add({});
  second.counter('records_total', 'Records', []).add({}, 2);
  assert.match(await second.text(), /^weir_records_total\{service="b"\} 2$/m);
});

test('a label value that could come from a payload is refused', async () => {
  const metrics = createMetrics({ service: 'detection' });
  const records = metrics.counter('records_total', 'Records', ['reason']);
  for (const reason of ['Erika Mustermann', 'DE89370400440532013000', '4111-1111-1111-1111', 'a"b', '']) {
    records.add({ reason });
  }
  assert.match(await metrics.text(), /^weir_records_total\{reason="refused",service="detection"\} 5$/m);
});

test('the number of series of a metric is bounded', async () => {
  const metrics = createMetrics({ service: 'detection' });
  const records = metrics.counter('records_total', 'Records', ['partition']);
  for (let partition = 0; partition < 1_005; partition += 1) records.add({ partition });
  records.add({ partition: 0 });
  const text = await metrics.text();
  assert.equal(text.match(/^weir_records_total\{/gm)?.length, 1_001);
  assert.match(text, /^weir_records_total\{partition="other",service="detection"\} 5$/m);
  assert.match(text, /^weir_records_total\{partition="0",service="detection"\} 2$/m);
});

test('a metric has to be in snake_case, a counter has to end in _total', () => {
  const metrics = createMetrics({ service: 'detection' });
  assert.throws(() => metrics.gauge('weir_lag', 'Lag', []), TypeError);
  assert.throws(() => metrics.gauge('lagRecords', 'Lag', []), TypeError);
  assert.throws(() => metrics.counter('records', 'Records', []), TypeError);
});
