import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertAnswer, Evidence } from '@weir/contracts';
import { accountOf } from '../../../replays/src/judged.fixture.ts';
import type { AskApi } from '../http/connect-api.ts';
import { collectAlerts } from './collect-alerts.ts';
import { evidenceInRange } from './cut-to-range.ts';

const at = '2026-03-01T00:00:00.000Z';
const account = accountOf(1);
const [inside, outside] = ['t1_AAAAAAAAAAAAAAAAAAAAAA', 't1_BBBBBBBBBBBBBBBBBBBBBB'];

const alert: AlertAnswer = {
  ...{
    alertId: 'c0ffee'.padEnd(64, '0'),
    revision: 4,
    kind: 'unusual_transactions',
    tenant: 'demo',
    account,
  },
  ...{ severity: 'high', score: 0.9, verdict: 'held', rules: ['late_night'], gravest: outside },
  counterparties: ['c1_CCCCCCCCCCCCCCCCCCCCCC'],
  totals: [
    {
      ...{ currency: 'EUR', creditDebitIndicator: 'DBIT', transactions: 2 },
      ...{ amountMinor: 777_777, largestMinor: 666_666 },
    },
  ],
  ...{
    transactions: 2,
    held: 2,
    released: 0,
    firstEventAt: at,
    lastEventAt: at,
    openedAt: at,
    changedAt: at,
  },
  ...{ episodeEndedAt: null, state: 'new', snoozedUntil: null, handledBy: null, outcome: null },
  ...{ caseId: 'case-1', code: null },
};

const entryOf = (entryId: string, ordinal: number) => ({
  ...{ entryId, ordinal, eventAt: at, severity: 'high', score: 0.9, rules: [], verdict: 'held' },
  ...{ amountMinor: 111_111, currency: 'EUR', creditDebitIndicator: 'DBIT', counterparty: null },
  ...{ kept: { topic: 'held', partition: 0, offset: ordinal }, release: 'none', evidence: null },
});

const changeOf = (revision: number, transaction: string | null) => ({
  ...{ revision, at, by: { kind: 'token', name: 'ana' }, action: 'release', from: 'new', to: 'new' },
  ...{ transaction, reason: `said of ${transaction ?? 'it'}` },
});

/** An API of alerts that has one alert of these transactions. */
const alertsOf =
  (...entryIds: readonly string[]): AskApi =>
  async (shape, path) => {
    const answers: Readonly<Record<string, object>> = {
      '': {
        alert,
        case: {
          ...{
            caseId: 'case-1',
            tenant: 'demo',
            links: ['counterparty c1_CCCCCCCCCCCCCCCCCCCCCC'],
            alerts: 9,
          },
          ...{ openedAt: at, lastEventAt: at, endedAt: null },
        },
        releases: [],
        next: [],
      },
      '/changes': { changes: [changeOf(4, outside), changeOf(3, inside), changeOf(2, null)] },
      '/deliveries': { deliveries: [] },
      '/entries': { entries: entryIds.map(entryOf), next: null },
    };
    const what = /^\/v1\/alerts\/[0-9a-f]{64}([/a-z]*)/.exec(path)?.[1];
    return shape.parse(what === undefined ? { alerts: [alert], next: null } : answers[what]);
  };

test('of an alert that reaches beyond the range nothing is handed over of what is beyond', async () => {
  const [one] = await collectAlerts(alertsOf(inside, outside), account, new Set([inside]));
  const text = JSON.stringify(one);
  for (const beyond of [
    outside,
    '777777',
    '666666',
    'c1_CCCCCCCCCCCCCCCCCCCCCC',
    'late_night',
    '"transactions":2',
  ])
    assert.ok(!text.includes(beyond), beyond);
  assert.deepEqual([one?.others, one?.alert.account, one?.alert.caseId], [1, account, 'case-1']);
  assert.deepEqual(
    one?.changes.map(({ revision }) => revision),
    [2, 3],
  );
});

test('an alert that is wholly in the range is handed over whole, without what else its case holds', async () => {
  const [one] = await collectAlerts(alertsOf(inside), account, new Set([inside]));
  assert.deepEqual(one?.alert, alert);
  assert.ok(!JSON.stringify(one).includes('"alerts":9'));
});

test('evidence keeps those earlier amounts alone that are in the case themselves', () => {
  const earlier = (amountMinor: number) => ({
    ...{ eventTime: at, amountMinor, currency: 'EUR', creditDebitIndicator: 'DBIT' as const },
  });
  const evidence: Evidence = { features: {}, usualAmount: null, recentAmounts: [earlier(1), earlier(2)] };
  const amounts = new Set([[Date.parse(at), 2, 'EUR', 'DBIT'].join(' ')]);
  assert.deepEqual(evidenceInRange(evidence, amounts).recentAmounts, [earlier(2)]);
});
