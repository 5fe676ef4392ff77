import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultRouting } from '@weir/alerts';
import type { Facts } from '@weir/alerts';
import { createMemoryAlertStore } from '@weir/alert-store/memory';
import { streams } from '@weir/contracts';
import { unusualAlertRow } from '../fixtures/alerts.ts';
import { readRelated } from './read-related.ts';
import type { ReadFinding } from './read-run.ts';

const at = { topic: streams.held.topic, partition: 0 };
const startMs = Date.UTC(2025, 5, 15);
const dayMs = 86_400_000;
const rule = 'new_payee';
const settings = defaultRouting({ mailTo: ['desk@bank.example'] }).cases;

/** A held transaction of an account of its own, at a time. */
function findingAt(eventAtMs: number): ReadFinding {
  const identity = `t1_${String(eventAtMs).padStart(22, '0')}`;
  const facts: Facts = {
    ...{ kind: 'transaction', tenant: 'bank-a', account: `a1_${identity.slice(3)}`, identity, eventAtMs },
    ...{ counterparty: null, severity: 'high', score: 0.7, rules: [rule], linkingRules: [rule] },
    ...{ verdict: 'held', amountMinor: 1, currency: 'EUR', creditDebitIndicator: 'DBIT' },
    ...{ source: { partition: 0, offset: 1 }, kept: { ...at, offset: 1 } },
  };
  const transaction = { transactionId: 'x', identity, sourcePartition: 0, sourceOffset: 1, heldOffset: 1 };
  return {
    ...{ entryId: identity, facts, evidence: undefined, atMs: eventAtMs },
    details: { kind: 'transaction', transaction: { ...transaction, verdict: 'held' }, reasons: [] },
  };
}

test('What is near a transaction that comes late is found, whatever else is taken in with it', async () => {
  const store = createMemoryAlertStore();
  const alertAt = (eventAtMs: number, number: number) => ({
    alert: unusualAlertRow({
      ...{ alertId: String(number).padStart(64, '0'), episodeKey: String(number), rules: [rule] },
      ...{ counterparties: [], firstEventAtMs: eventAtMs, lastEventAtMs: eventAtMs },
    }),
    sealed: new Uint8Array(),
  });
  await store.transaction((rows) =>
    rows.saveAlerts([
      alertAt(startMs, 0),
      // Of the same rule, and near neither.
      ...Array.from({ length: 80 }, (_, index) => alertAt(startMs + 30 * dayMs + index, index + 1)),
      alertAt(startMs + 60 * dayMs, 99),
    ]),
  );
  const late = [findingAt(startMs + 600_000), findingAt(startMs + 60 * dayMs + 600_000)];
  const { recent } = await store.transaction((rows) => readRelated(rows, at, late, settings));
  assert.deepEqual(
    recent.map(({ alertId }) => Number(alertId)),
    [0, 99],
  );
});
