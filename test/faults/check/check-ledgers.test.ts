import assert from 'node:assert/strict';
import { test } from 'node:test';
import { damaged, goodHistory, logTransaction, rulesOf } from '../../history-checks/small-history.ts';
import type { IngestLedgerFile } from '../load/ingest-run.ts';
import { checkLedgers } from './check-ledgers.ts';
import type { IngestCounts } from './check-ledgers.ts';

const partitions = [{ partition: 0, earliest: 0, end: 7, published: 7 }];
const good: IngestLedgerFile = {
  state: 'finished',
  counts: { offered: 6, acknowledged: 5, rejected: 1, failed: 0, unknown: 0 },
  position: { line: 6 },
};
/** The good history's own source: five of its six lines are in the log, one was refused. */
const finished: IngestCounts = { source: 'load', lines: 6, malformed: 1, hasFinished: true, ledger: good };
const killed: IngestCounts = { ...finished, lines: 20, hasFinished: false };

/** A run that says something else. */
const saying = (
  run: IngestCounts,
  counts: Partial<IngestLedgerFile['counts']>,
  { state = good.state, line = good.position.line } = {},
): IngestCounts => ({
  ...run,
  ledger: { state, counts: { ...good.counts, ...counts }, position: { line } },
});

const foundIn = (run: IngestCounts, history = goodHistory): string[] =>
  checkLedgers(history, partitions, [run]).map(({ rule, damage }) => `${damage}: ${rule}`);

const wrong = ['conflicting: ingest_ledger'];

test('ledgers that balance break no rule', () => {
  assert.deepEqual(foundIn(finished), []);
});

test('a run of ingest that was killed may have records in flight, and no other', () => {
  assert.deepEqual(foundIn(saying(killed, { acknowledged: 3 }, { state: 'running', line: 4 })), []);
  assert.deepEqual(foundIn(saying(finished, { acknowledged: 3 })), wrong);
  assert.deepEqual(foundIn(saying(killed, { offered: 5 }, { state: 'running', line: 5 })), wrong);
});

test("a ledger that can't be read is found, and one that was never written where its run came to the end", () => {
  for (const run of [finished, killed]) assert.deepEqual(foundIn({ ...run, ledger: 'unreadable' }), wrong);
  assert.deepEqual(foundIn({ ...finished, ledger: 'absent' }), wrong);
  assert.deepEqual(foundIn({ ...killed, ledger: 'absent' }), []);
});

test('a ledger that balances and is not about the lines that were handed over is found', () => {
  assert.deepEqual(foundIn({ ...finished, lines: 7 }), wrong);
  assert.deepEqual(foundIn({ ...finished, malformed: 2 }), wrong);
  assert.deepEqual(foundIn({ ...killed, lines: 5 }), wrong);
  assert.deepEqual(foundIn(saying(finished, { acknowledged: 4, failed: 1 })), wrong);
  assert.deepEqual(foundIn(saying(finished, {}, { state: 'interrupted' })), wrong);
});

test('a ledger that says more than the log and the rejections hold is found', () => {
  const less = damaged('log', (all) => all.filter(({ offset }) => offset !== 3));
  assert.ok(foundIn(finished, less).includes('lost: ingest_ledger'));
  const unrefused = damaged('rejected', (all) => all.filter(({ origin }) => origin.kind !== 'source'));
  assert.deepEqual(foundIn(finished, unrefused), ['lost: ingest_ledger']);
});

test('a record below the published position that the journal leaves out is found', () => {
  const more = damaged('log', (all) => [...all, logTransaction(7)]);
  const state = [{ partition: 0, earliest: 0, end: 8, published: 8 }];
  assert.deepEqual(rulesOf(checkLedgers(more, state, [])), ['detection_ledger']);
});

test("a journal that doesn't end where the published position stands is found", () => {
  const state = [{ partition: 0, earliest: 0, end: 7, published: 5 }];
  assert.ok(rulesOf(checkLedgers(goodHistory, state, [])).includes('detection_ledger'));
});

test('records that still wait are found', () => {
  const state = [{ partition: 0, earliest: 0, end: 9, published: 7 }];
  assert.deepEqual(rulesOf(checkLedgers(goodHistory, state, [])), ['lag']);
});
