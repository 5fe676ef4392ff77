import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveRuleset, type Ruleset } from '@weir/rules';
import { defaultWindowPlan } from '@weir/windows';
import type { Row } from '../read/row.ts';
import { createCore } from './core.ts';

const row: Row = {
  line: 2,
  transactionId: 't1',
  account: 'a',
  counterparty: 'b',
  amountMinor: 2_500,
  currency: 'EUR',
  currencyNumber: 978,
  eventTimeMs: Date.UTC(2025, 5, 18, 12),
  creditDebitIndicator: 'DBIT',
  channel: 0,
  country: '',
  label: 'unknown',
};

test('a ruleset that asks for lists is run as if nobody stood on them', () => {
  const shipped = resolveRuleset('starter@2');
  assert.ok(shipped);
  const watched = { list: 'watch', severity: 'high', title: 'W', explanation: 'W.', then: 'hold' } as const;
  const ruleset: Ruleset = {
    ...shipped,
    lists: [
      { ...watched, id: 'watched_payee', of: 'counterparty' },
      { ...watched, id: 'watched_account', of: 'account', list: 'accounts' },
    ],
  };
  const core = createCore(ruleset, defaultWindowPlan);
  const place = core.place(row);
  assert.ok(place.kind === 'joined');
  const { outcome, reasons } = core.judge(place.named, place.history).verdict;
  assert.deepEqual([outcome, reasons], ['cleared', []]);
});

test('rules that look at outcomes are told of them, as in production', () => {
  const rule = { id: 'known_account', title: 'Known', severity: 'high', explanation: 'Known.' } as const;
  const ruleset: Ruleset = {
    ...{ ref: 'ours@1', holdAt: 0.5 },
    rules: [{ ...rule, weight: 0.9, when: 'accountFrauds >= 2' }],
  };
  const core = createCore(ruleset, defaultWindowPlan);
  const place = core.place(row);
  assert.ok(place.kind === 'joined');
  assert.equal(core.judge(place.named, place.history).verdict.outcome, 'cleared');
  const knownMs = row.eventTimeMs - 86_400_000;
  core.activate({
    ...{ ref: 'online@1', cutAt: new Date(knownMs).toISOString(), delayMs: 0 },
    learned: { transactions: 2, frauds: 2 },
    knowledge: {
      ...{ peers: [], counterparties: [], model: null },
      accounts: [[place.named.account, knownMs, knownMs, 0, 2, 1, 2, 0]],
    },
  });
  const judged = core.judge(place.named, place.history);
  assert.equal(judged.verdict.outcome, 'held');
  assert.equal(core.scores(place.named, place.history, judged).labelFree, 0);
});
