import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountOf } from '../../../replays/src/judged.fixture.ts';
import type { FoundDecision } from '../explain/find-decision.ts';
import type { Ops } from '../ops/connect-ops.ts';
import { caseRecordOf } from './case-facts-of.ts';
import { collectDecisions } from './collect-decisions.ts';
import { collectEvents } from './collect-events.ts';
import { collectOutcomes } from './collect-outcomes.ts';
import { collectTransactions } from './collect-transactions.ts';
import { transactionIds } from './transaction-ids.ts';

const account = accountOf(1);
const { signal } = new AbortController();
const at = '2026-03-01T00:00:00.000Z';
const closed = {
  ...{ kind: 'unreadable' as const, code: 'key_unusable', partition: 0, offset: 7, at },
  sha256: '5e'.repeat(32),
};

test('a range in which the account did nothing is a case that holds nothing, and nothing is read for it', async () => {
  const nowhere = {} as Ops;
  assert.deepEqual(await collectTransactions(nowhere, [], account, signal), []);
  assert.equal((await collectDecisions(nowhere, [], signal)).size, 0);
  const decisions = new Map<string, FoundDecision>();
  const events = await collectEvents(nowhere, [], account, { decisions, transactions: [] }, signal);
  assert.deepEqual([events.ofRecords.size, events.closed], [0, 0]);
  assert.equal((await collectOutcomes(nowhere, new Set(), signal)).size, 0);
});

test('a transaction that can not be opened any more is known by the journal, if it is of the account', () => {
  const decided = (offset: number, whose: string) =>
    [
      `0/${String(offset)}`,
      { decision: { outcome: 'held', offset, subject: { account: whose, transaction: `t1_${offset}` } } },
    ] as const;
  const decisions = new Map([decided(7, account), decided(8, accountOf(2))]);
  const ids = transactionIds([closed], decisions as unknown as Map<string, FoundDecision>, account);
  assert.deepEqual([...ids], ['t1_7']);
});

test('whether something was released is not said where a release may be what can not be opened', () => {
  const line = {
    ...{ partition: 0, offset: 7, account, outcome: 'held' as const, explanation: null, decision: null },
    ...{ events: [], release: null },
  };
  assert.deepEqual(caseRecordOf(closed, { ...line, closedEvents: 0 }).since, [
    'Not released by the time this was exported.',
  ]);
  assert.match(
    caseRecordOf(closed, { ...line, closedEvents: 2 }).since.join(''),
    /is not known: .* 2 verdicts/,
  );
});
