import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replayedStreams, replayRequest } from '@weir/replays';
import type { ReplayRequest } from '@weir/replays';
import { targetMisfit } from './target-misfit.ts';

const account = 'a1_AAECAwQFBgcICQoLDA0ODw';
const range = { by: 'offsets', stretches: [{ partition: 0, from: 0, to: 9 }] } as const;
const targets = {
  compare: { kind: 'compare' },
  case: { kind: 'case', sealedTo: null },
  ndjson: { kind: 'export', format: 'ndjson' },
  csv: { kind: 'export', format: 'csv' },
  shadow: { kind: 'shadow', topic: 'weir.replay.test' },
  drive: { kind: 'drive', receiver: 'other', speed: 10 },
} as const;

const fits = (target: keyof typeof targets, request: Partial<ReplayRequest> = {}): boolean =>
  targetMisfit(replayRequest.parse({ range, target: targets[target], ...request })) === undefined;

test('What judges again reads received alone, and a case is that of one account', () => {
  for (const stream of replayedStreams) {
    assert.equal(fits('compare', { stream }), stream === 'received');
    assert.equal(fits('case', { stream, filter: { accounts: [account] } }), stream === 'received');
  }
  assert.equal(fits('case'), false);
  assert.equal(fits('case', { filter: { accounts: [account, `${account.slice(0, -1)}w`] } }), false);
});

test('Any stream can be copied, opened and handed over, and tables are made of transactions alone', () => {
  for (const stream of replayedStreams) {
    for (const target of ['ndjson', 'shadow', 'drive'] as const) assert.ok(fits(target, { stream }));
    assert.equal(fits('csv', { stream }), ['received', 'cleared', 'held'].includes(stream), stream);
  }
});

test('A filter that says nothing of a stream is refused, and not taken for one that is always met', () => {
  const narrowed = (filter: ReplayRequest['filter'], more: Partial<ReplayRequest> = {}): string[] =>
    replayedStreams.filter((stream) => fits('ndjson', { stream, filter, ...more }));
  assert.deepEqual(narrowed({ outcomes: ['held'] }), ['received']);
  assert.deepEqual(narrowed({ rules: ['late'] }), ['received']);
  assert.deepEqual(narrowed({ amountFromMinor: 1 }), ['received', 'cleared', 'held']);
  assert.deepEqual(narrowed({ sources: ['file'] }), ['received', 'cleared', 'held']);
  assert.deepEqual(narrowed({ accounts: [account] }), ['received', 'cleared', 'held', 'releases']);
  assert.deepEqual(narrowed({ transactions: [account] }), ['received', 'cleared', 'held']);
  const eventTime = {
    by: 'eventTime',
    from: '2026-03-01T00:00:00.000Z',
    to: '2026-03-02T00:00:00.000Z',
  } as const;
  assert.deepEqual(narrowed({}, { range: eventTime }), ['received', 'cleared', 'held']);
});

test('Versions are those that something is judged by', () => {
  assert.ok(fits('compare', { versions: { kind: 'now' } }));
  assert.ok(!fits('case', { filter: { accounts: [account] }, versions: { kind: 'now' } }));
  assert.ok(!fits('ndjson', { versions: { kind: 'now' } }));
});
