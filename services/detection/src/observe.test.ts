import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WeirError } from '@weir/contracts';
import type { Alternative } from '@weir/contracts';
import { createLogger, createMetrics } from '@weir/runtime';
import { createAccountHistory, defaultWindowPlan } from '@weir/windows';
import { decideBatch, windowRecordOf } from '@weir/verdicts';
import type { Decided } from '@weir/verdicts';
import type { DetectionParts } from './detection-parts.ts';
import { createObserver } from './observe.ts';
import { createBatchConsumer } from './consume-batch.ts';
import { decodedTransaction } from '../../../packages/verdicts/src/fixtures/decoded-transaction.ts';
import { judgeOf } from '../../../packages/verdicts/src/fixtures/judge-of.ts';
import { batchOf, createPlainParts, plainControl, plainRecord } from './fixtures/plain-parts.ts';
import {
  controlEvent,
  receivedEvent,
  sampleTransactions,
} from '../../../packages/verdicts/src/fixtures/sample-transactions.ts';

const log = {
  logId: '018f3b9e-0000-4000-8000-000000000000',
  partitionCount: 1,
  versions: { ruleset: 'starter@1', windowPlan: 'standard@1' },
};

function createObserved() {
  const lines: string[] = [];
  const metrics = createMetrics({ service: 'test' });
  const logger = createLogger({
    service: 'test',
    level: 'info',
    write: (line) => void lines.push(line),
  });
  return { metrics, lines, observe: createObserver(metrics, logger) };
}

/** The series of our own metrics, without the service's label. */
const seriesOf = async (metrics: ReturnType<typeof createMetrics>): Promise<string[]> =>
  (await metrics.text())
    .split('\n')
    .filter((line) => /^weir_(decisions|rejected|rule|steps|takeovers|retries|lag)/.test(line))
    .map((line) => line.replace(/,?service="test"/, ''));

const decided: Decided[] = [
  { kind: 'control', offset: 0 },
  { kind: 'duplicate', offset: 1, firstOffset: 0 },
  { kind: 'rejected', offset: 2, rejection: { code: 'not_sealed', path: '' } },
];

test('what was decided is counted by outcome, and refusals by code', async () => {
  const { metrics, observe } = createObserved();
  observe.stepDone(0, { decided, publishes: true, outOfOrderQueries: 3 });
  observe.retrying(0, new WeirError('kms_unavailable', 'away'), 100);
  observe.lag(3, 17);
  assert.deepEqual(await seriesOf(metrics), [
    'weir_decisions_total{outcome="control"} 1',
    'weir_decisions_total{outcome="duplicate"} 1',
    'weir_decisions_total{outcome="rejected"} 1',
    'weir_rejected_total{code="not_sealed"} 1',
    'weir_steps_total{published="true"} 1',
    'weir_retries_total{code="kms_unavailable"} 1',
    'weir_lag_records{partition="3"} 17',
  ]);
});

test('queries that had to walk back are counted', async () => {
  const { metrics, observe } = createObserved();
  observe.stepDone(0, { decided: [], publishes: true, outOfOrderQueries: 3 });
  assert.match(await metrics.text(), /^weir_out_of_order_queries_total\{service="test"\} 3$/m);
});

test('a step in silence is counted as one and decides nothing anew', async () => {
  const { metrics, observe } = createObserved();
  observe.stepDone(0, { decided, publishes: false, outOfOrderQueries: 0 });
  assert.deepEqual(await seriesOf(metrics), ['weir_steps_total{published="false"} 1']);
});

for (const [found, stored, published] of [
  ['equal', 5, 5],
  ['stored_ahead', 6, 5],
  ['stored_ahead', 6, undefined],
  ['stored_behind', 5, 6],
  ['stored_missing', undefined, 5],
  ['first_start', undefined, undefined],
] as const) {
  test(`a take-over that found ${String(stored)} stored and ${String(published)} published is told as ${found}`, async () => {
    const { metrics, lines, observe } = createObserved();
    const plan = { kind: 'start', from: 5, appendFrom: 5, publishFrom: 5, clear: false } as const;
    observe.tookOver(2, { ...plan, stored, published });
    assert.deepEqual(await seriesOf(metrics), [`weir_takeovers_total{found="${found}"} 1`]);
    const line = JSON.parse(lines[0] ?? '{}') as Record<string, unknown>;
    assert.deepEqual([line['partition'], line['state'], line['fromOffset']], [2, found, 5]);
  });
}

test('neither metrics nor log lines of a whole run name an account, an amount or a transaction', async () => {
  const { metrics, lines, observe } = createObserved();
  const observed: Partial<DetectionParts> = { observe };
  const consumer = createBatchConsumer({
    parts: createPlainParts(observed).parts,
    backoffMs: () => 1,
    pace: async () => undefined,
    seek: () => undefined,
    onCrash: () => undefined,
    onRetry: observe.retrying,
    onLag: observe.lag,
  });
  const events = [
    controlEvent({ kind: 'log_opened', ...log }),
    ...sampleTransactions(0, 100).map(receivedEvent),
  ];
  await consumer.onBatch(batchOf(events.map((event, offset) => plainRecord(offset, event))), plainControl());
  const told = `${(await seriesOf(metrics)).join('\n')}\n${lines.join('\n')}`;
  assert.match(told, /rule_fired_total\{rule="amount_above_usual"/);
  for (const { transactionId, amountMinor } of sampleTransactions(0, 100))
    assert.ok(!told.includes(transactionId) && !told.includes(`:${amountMinor},`));
  assert.doesNotMatch(told, /a1_|t1_|c1_|account-/);
});

test('what is found about windows is counted, and told with positions and pseudonyms alone', async () => {
  const { metrics, lines, observe } = createObserved();
  const account = `a1_${'A'.repeat(22)}`;
  observe.positionDiffers(0, { committed: 30, journal: 40 });
  observe.windowsDamaged(1, { stored: 7 });
  observe.storedMoved(2, { known: 9, found: undefined });
  observe.windowsSampled(3, { compared: 3, differing: [{ account, difference: 'other' }] });
  observe.redisChanged({ evictedKeys: 2, expiredKeys: 1, restarts: 1 });
  observe.redisChanged({ evictedKeys: 0, expiredKeys: 0, restarts: 0 });
  const text = await metrics.text();
  for (const [name, value] of [
    ['published_position_differs_total', 1],
    ['windows_damaged_total', 1],
    ['stored_position_moved_total', 1],
    ['windows_sampled_total', 3],
    ['windows_differing_total', 1],
    ['redis_evicted_keys_total', 2],
    ['redis_expired_keys_total', 1],
    ['redis_restarts_total', 1],
  ] as const) {
    assert.match(text, new RegExp(`^weir_${name}\\{.*\\} ${value}$`, 'm'), name);
  }
  const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(
    told.map(({ level }) => level),
    ['warn', 'warn', 'warn', 'error', 'warn', 'warn'],
  );
  assert.deepEqual([told[3]?.['accountPseudonym'], told[3]?.['reason']], [account, 'other']);
  assert.ok(told.every((line) => !('droppedFields' in line)));
});

test('verdicts are counted by whose they are, and what the other ruleset would have said by what it changes', async () => {
  const { metrics, observe } = createObserved();
  const { judge } = judgeOf('starter@1');
  const content = sampleTransactions(0, 1)[0]!;
  const one = decodedTransaction(0, content);
  const histories = new Map([[one.transaction.account, createAccountHistory(defaultWindowPlan, [], 0)]]);
  const [verdict] = decideBatch([one], { judge, histories, toRecord: windowRecordOf });
  assert.ok(verdict?.kind === 'verdict' && verdict.verdict.outcome === 'cleared');
  const alternative: Alternative = { outcome: 'held', score: 1, reasons: [] };
  const rules = Array.from({ length: 150 }, (_, index) => `rule_${index}`);
  const some: Decided[] = [
    verdict,
    { ...verdict, ruleset: 'mine@1', alert: true },
    { ...verdict, alternative },
    { ...verdict, alert: true, alternative: { ...alternative, outcome: 'cleared' } },
    { ...verdict, shadowRules: rules, alternative: { ...alternative, outcome: 'cleared' } },
  ];
  observe.stepDone(0, { decided: some, publishes: true, outOfOrderQueries: 0 });
  observe.listRead({ name: 'watched', entries: 12 });
  const canary = {
    ruleset: 'mine@1',
    digest: 'ab'.repeat(32),
    rollout: { stage: 'canary', percent: 5 },
  } as const;
  observe.nowInForce({ candidate: canary }, 1_767_600_000_000);
  const text = await metrics.text();
  for (const line of [
    'verdicts_by_stage_total{stage="base",outcome="cleared",service="test"} 3',
    'verdicts_by_stage_total{stage="base",outcome="flagged",service="test"} 1',
    'verdicts_by_stage_total{stage="candidate",outcome="flagged",service="test"} 1',
    'alternatives_total{stage="base",change="won",service="test"} 1',
    'alternatives_total{stage="base",change="lost",service="test"} 1',
    'alternatives_total{stage="base",change="reasons",service="test"} 1',
    'shadow_rule_fired_total{rule="rule_99",service="test"} 1',
    'shadow_rule_fired_total{rule="other",service="test"} 50',
    'list_entries{list="watched",service="test"} 12',
    'candidate_percent{service="test"} 5',
    'in_force_since_timestamp_seconds{service="test"} 1767600000',
  ])
    assert.ok(text.includes(`\nweir_${line}\n`), line);
});
