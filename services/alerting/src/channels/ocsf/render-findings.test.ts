import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canaryNotification } from '../../fixtures/canary-notification.ts';
import { ocsfProblems } from '../../fixtures/ocsf/validate-ocsf.ts';
import { sampleNotifications } from '../../fixtures/sample-notifications.ts';
import { findingLines, renderFindings } from './render-findings.ts';

for (const [name, notification] of Object.entries(sampleNotifications))
  test(`Findings of a notification of the kind ${name} fit the published schema, each under its own uid`, () => {
    const findings = renderFindings(notification, 'key-1-siem');
    assert.ok(findings.length > 0);
    for (const finding of findings) assert.deepEqual(ocsfProblems(finding), []);
    const uids = findings.map(({ metadata }) => metadata.uid);
    assert.deepEqual([uids[0], new Set(uids).size], ['key-1-siem', findings.length]);
    assert.deepEqual(renderFindings(notification, 'key-1-siem'), findings);
  });

test('Alerts that are not told in detail are named by their ids in the first finding', () => {
  const [first, second] = renderFindings(sampleNotifications.summary, 'key-1-siem');
  assert.equal(first?.unmapped.weir.moreAlertIds?.length, 402);
  assert.equal(second?.unmapped.weir.moreAlertIds, undefined);
});

test('A test is no alert to any rule of a SIEM', () => {
  const [finding] = renderFindings(sampleNotifications.test, 'key-1-siem');
  assert.deepEqual(
    [finding?.is_alert, finding?.severity, finding?.unmapped.weir.kind],
    [false, 'Informational', 'test'],
  );
});

test('Each finding is one line', () => {
  const lines = findingLines(renderFindings(sampleNotifications.digest, 'key-1-siem')).toString('utf8');
  assert.equal(lines.split('\n').length, sampleNotifications.digest.alerts.length + 1);
  assert.ok(lines.endsWith('\n'));
  assert.doesNotMatch(findingLines(renderFindings(canaryNotification(), 'k')).toString('utf8'), /tx-1|GB82/);
});
