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
