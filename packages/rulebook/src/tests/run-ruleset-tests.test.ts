import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRulebook } from '../read-rulebook.ts';
import { rulebookOf, ruleOf } from '../small-rulebook.fixture.ts';
import { runRulesetTests } from './run-ruleset-tests.ts';

function outcomesOf(source: string) {
  const read = readRulebook(source);
  assert.ok(read.ok, JSON.stringify(read));
  return runRulesetTests(read.ruleset);
}

const testOf = (expect: string, more = ''): string =>
  `tests:\n  - name: six within an hour\n    given: [{ amount: "1.00", times: 6, every: 5m, counterparty: a }]\n    expect: ${expect}\n${more}`;

const burst = ruleOf('count_1h >= 5');

test('a test passes where verdict and reasons are as expected', () => {
  const [outcome] = outcomesOf(
    rulebookOf(burst + testOf('{ outcome: held, reasons: [burst], alert: false }')),
  );
  assert.equal(outcome?.ok, true);
  assert.deepEqual(outcome?.got.reasons, ['burst']);
  assert.equal(outcome?.got.score, 0.6);
});

test('a test that fails says what differs, and what the transaction was decided on', () => {
  const [outcome] = outcomesOf(
    rulebookOf(burst + testOf('{ outcome: cleared, without: [burst], alert: true }')),
  );
  assert.equal(outcome?.ok, false);
  assert.deepEqual(outcome?.differences, ['held, not cleared', 'no alert', 'with the reason burst']);
  assert.equal(outcome?.features['count_1h'], 5);
  assert.equal(outcome?.path, 'tests.0');
  const quiet = outcomesOf(
    rulebookOf(ruleOf('count_1h >= 7') + testOf('{ outcome: held, reasons: [burst] }')),
  );
  assert.deepEqual(quiet[0]?.differences, ['cleared, not held', 'without the reason burst; there is none']);
});

test('shadow rules are seen among the reasons, and hold nothing', () => {
  const shadow = ruleOf('count_1h >= 5', '    mode: shadow\n');
  const [outcome] = outcomesOf(rulebookOf(shadow + testOf('{ outcome: cleared, reasons: [burst] }')));
  assert.deepEqual(outcome?.differences, []);
  assert.deepEqual(outcome?.got.shadowRules, ['burst']);
});

test('a rule that alerts clears, with an alert and its reason', () => {
  const alerting = ruleOf('count_1h >= 5', '    then: alert\n');
  const [outcome] = outcomesOf(
    rulebookOf(alerting + testOf('{ outcome: cleared, alert: true, reasons: [burst] }')),
  );
  assert.deepEqual(outcome?.differences, []);
});

test('who stands on a list is what the test says, and nobody else', () => {
  const lists = `lists:
  - { id: watched, list: watch, of: counterparty, title: W, severity: high, then: hold, explanation: W. }
  - { id: staff, list: staff, of: account, title: S, severity: low, then: nothing, explanation: S. }
`;
  const rule = ruleOf('staff && count_1h >= 5');
  const listed = (names: string, expect: string): string =>
    rulebookOf(
      `${rule}${lists}tests:\n  - name: one\n    lists: ${names}\n    given: [{ amount: "1.00", times: 6, every: 5m, counterparty: a }]\n    expect: ${expect}\n`,
    );
  for (const [names, expect] of [
    ['{ watched: [a] }', '{ outcome: held, reasons: [watched], without: [burst] }'],
    ['{ staff: [account] }', '{ outcome: held, reasons: [burst], without: [watched] }'],
    ['{}', '{ outcome: cleared, without: [watched, burst] }'],
  ] as const)
    assert.deepEqual(outcomesOf(listed(names, expect))[0]?.differences, [], names);
});

test('a counterparty may be called account', () => {
  const list =
    'lists: [{ id: foes, list: foes, of: counterparty, title: Foes, severity: high, then: hold, explanation: A foe. }]';
  const one =
    '  - name: one\n    given: [{ amount: "1.00", counterparty: account }]\n    lists: { foes: [account] }\n    expect: { outcome: held, reasons: [foes] }\n';
  const [outcome] = outcomesOf(rulebookOf(`${burst}${list}\ntests:\n${one}`));
  assert.equal(outcome?.ok, true, outcome?.differences.join());
});

test('who stands on a list in one test does not in the next', () => {
  const list =
    'lists: [{ id: watched, list: watch, of: counterparty, title: W, severity: high, then: hold, explanation: W. }]\n';
  const given = 'given: [{ amount: "1.00", counterparty: a }]';
  const outcomes = outcomesOf(
    rulebookOf(
      `${burst}${list}tests:\n  - { name: on, lists: { watched: [a] }, ${given}, expect: { outcome: held } }\n  - { name: off, ${given}, expect: { outcome: cleared } }\n`,
    ),
  );
  assert.deepEqual(
    outcomes.map(({ ok }) => ok),
    [true, true],
  );
});

test('a ruleset without tests has none to fail', () => {
  assert.deepEqual(outcomesOf(rulebookOf(burst)), []);
});

test('a ruleset whose tests nobody checked is refused', () => {
  const read = readRulebook(rulebookOf(burst));
  assert.ok(read.ok);
  const tests = [{ name: 'one', given: [{ amount: 'much' }], expect: { outcome: 'held' as const } }];
  assert.throws(() => runRulesetTests({ ...read.ruleset, tests }), RangeError);
});
