import assert from 'node:assert/strict';
import { test } from 'node:test';
import { events, encodePayload } from '@weir/contracts';
import type { Alert as AlertRevision } from '@weir/contracts';
import type { Alert } from '@weir/alerts';
import { refusedAlertRow, unusualAlertRow } from '../../fixtures/alerts.ts';
import { accountKey, identity } from '../../fixtures/sample-transactions.ts';
import { ocsfProblems } from '../../fixtures/ocsf/validate-ocsf.ts';
import { findingOf } from './finding-of.ts';

const revisionOf = (alert: Alert): AlertRevision =>
  alert.kind === 'unusual_transactions'
    ? {
        kind: 'unusual_transactions',
        alertId: alert.alertId,
        revision: alert.revision,
        severity: alert.severity,
        tenant: alert.tenant,
        accountPseudonym: accountKey,
        transactionIds: ['TX-20250615-0042'],
        entries: [{ identity, sourcePartition: 2, sourceOffset: 1_034, heldOffset: 17, verdict: 'held' }],
        score: alert.score,
        reasons: [],
        firstEventTime: '2025-06-15T12:00:03.250Z',
        sourcePartition: 2,
        sourceOffset: 1_034,
      }
    : {
        kind: 'refused_record',
        alertId: alert.alertId,
        revision: alert.revision,
        severity: alert.severity,
        code: 'not_sealed',
        ...{ topic: 'transactions.received.v1', partition: 1, offset: 77 },
        records: [{ topic: 'Wolkenstein <b>', partition: 1, offset: 77 }],
      };

const findingAbout = (alert: Alert) => findingOf(revisionOf(alert), { environment: 'test', alert });

test('The finding about held transactions says what the alert says, by pseudonyms, in the words of OCSF', () => {
  const finding = findingAbout(unusualAlertRow());
  assert.deepEqual(ocsfProblems(finding), []);
  assert.equal(finding.message, `2 held transactions of ${accountKey}, 12,345.00 EUR out`);
  assert.deepEqual(
    [finding.activity_name, finding.severity, finding.status, finding.risk_score, finding.count],
    ['Create', 'High', 'New', 70, 2],
  );
  assert.equal(finding.metadata.uid, `${'a1'.repeat(32)}-1`);
  assert.deepEqual(finding.finding_info.related_events, [
    { uid: identity, type: 'Transaction', status: 'held' },
  ]);
});

for (const [what, alert] of [
  ['an alert that grew', unusualAlertRow({ revision: 2, transactions: 3, held: 2 })],
  ['an acknowledged alert', unusualAlertRow({ revision: 3, state: 'acknowledged', handledBy: 'ada' })],
  ['an alert looked into', unusualAlertRow({ revision: 4, state: 'investigating', handledBy: 'ada' })],
  ['a snoozed alert', unusualAlertRow({ revision: 3, state: 'snoozed', snoozedUntilMs: 1_750_000_000_000 })],
  ['a false positive', unusualAlertRow({ revision: 5, state: 'closed', outcome: 'false_positive' })],
  ['a true positive', unusualAlertRow({ revision: 5, state: 'closed', outcome: 'true_positive' })],
  ['an alert of a case', unusualAlertRow({ caseId: 'c4'.repeat(32) })],
  ['a flagged transaction', unusualAlertRow({ verdict: 'cleared', held: 0, transactions: 1, rules: [] })],
  ['an alert with neither sum nor counterparty', unusualAlertRow({ totals: [], counterparties: [] })],
  ['the largest alert', unusualAlertRow({ transactions: 500, rules: manyNames('rule', 50) })],
  ['a refused record', refusedAlertRow()],
  ['many refused records', refusedAlertRow({ transactions: 77, revision: 9 })],
] as const)
  test(`The finding about ${what} fits the published schema, and is an event of alerts.v1`, () => {
    const finding = findingAbout(alert);
    assert.deepEqual(ocsfProblems(finding), []);
    assert.ok(encodePayload(events.alertFinding, finding).length > 0);
    assert.doesNotMatch(JSON.stringify(finding), /Wolkenstein/);
  });

test('What people did to an alert is its status, its activity and the verdict on its evidence', () => {
  const told = (different: Partial<Alert>) => {
    const { activity_name, status, is_alert, evidences } = findingAbout(
      unusualAlertRow({ revision: 2, ...different }),
    );
    return [activity_name, status, is_alert, evidences?.[0]?.verdict];
  };
  assert.deepEqual(told({}), ['Update', 'New', true, 'Suspicious']);
  assert.deepEqual(told({ state: 'acknowledged' }), ['Update', 'In Progress', true, 'Suspicious']);
  assert.deepEqual(told({ state: 'snoozed' }), ['Update', 'Snoozed', true, 'Suspicious']);
  assert.deepEqual(told({ state: 'closed', outcome: 'false_positive' }), [
    'Close',
    'Suppressed',
    false,
    'False Positive',
  ]);
  assert.deepEqual(told({ state: 'closed', outcome: 'true_positive' }), [
    'Close',
    'Resolved',
    false,
    'True Positive',
  ]);
});

test('The check against the published schema finds what does not fit', () => {
  const finding: Record<string, unknown> = findingAbout(unusualAlertRow());
  const { time: _, ...timeless } = finding;
  const wrong: readonly (readonly [Record<string, unknown>, RegExp])[] = [
    [timeless, /^time: missing/],
    [{ ...finding, account: 'x' }, /^account: unknown/],
    [{ ...finding, severity_id: 9 }, /^severity_id: 9 is not of/],
    [{ ...finding, severity: 'Low' }, /severity is not High/],
    [{ ...finding, activity_id: 2 }, /activity_name is not Update|type_uid: expected/],
    [{ ...finding, count: 1.5 }, /^count: no integer_t/],
    [{ ...finding, finding_info: {} }, /^finding_info.uid: missing/],
    [{ ...finding, comment: 'x' }, /^comment: deprecated/],
    [{ ...finding, resources: [{ region: 'x' }] }, /^resources\[0\]/],
    [{ ...finding, evidences: [{ verdict_id: 1 }] }, /one of actor/],
    [{ ...finding, metadata: { product: { name: 'Weir' } } }, /^metadata.version: missing/],
  ];
  for (const [changed, expected] of wrong) {
    const problems = ocsfProblems(changed);
    assert.ok(
      problems.some((problem) => expected.test(problem)),
      `${String(expected)} is not among ${problems.join('; ')}`,
    );
  }
});

function manyNames(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}_${index}`);
}
