import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRulebook } from './read-rulebook.ts';
import { rulebookOf, ruleOf } from './small-rulebook.fixture.ts';

/** All that is wrong, as "line:column path: message". */
function wrongWith(source: string): readonly string[] {
  const read = readRulebook(source);
  assert.ok(!read.ok, 'nothing is wrong with it');
  return read.problems.map(
    ({ line, column, path, message }) => `${String(line)}:${String(column)} ${path}: ${message}`,
  );
}

const withTests = (tests: string): string => rulebookOf(`${ruleOf('count_1h >= 5')}tests:\n${tests}`);

test('a rulebook is read whole, with the place of each of its tests', () => {
  const read = readRulebook(
    withTests('  - name: one\n    given: [{ amount: "1.00" }]\n    expect: { outcome: cleared }\n'),
  );
  assert.ok(read.ok);
  assert.equal(read.ruleset.rules[0]?.when, 'count_1h >= 5');
  assert.deepEqual(read.locate('tests.0'), { line: 12, column: 5 });
});

test('a feature that nobody computes is named where it stands, with what it may have been', () => {
  const [problem = ''] = wrongWith(rulebookOf(ruleOf('count_1h >= 5 && amuontLogZ >= 1')));
  assert.match(problem, /^9:28 rules\.0\.when: .*amuontLogZ.*did you mean.*amountLogZ/);
  const conditions = ruleOf('\n      - { feature: amuontLogZ, atLeast: 1 }');
  assert.match(wrongWith(rulebookOf(conditions)).join(), /^10:20 rules\.0\.when\.0\.feature: .*amuontLogZ/);
});

test('an expression over several lines is wrong on its own line', () => {
  const [problem = ''] = wrongWith(rulebookOf(ruleOf('>-\n      count_1h >= 5 &&\n      nothing >= 1')));
  assert.match(problem, /^11:7 rules\.0\.when: .*nothing/);
});

test('a definition that comes round to itself is refused, with the way it takes', () => {
  const rest = `${ruleOf('first')}definitions:\n  first: second\n  second: first\n`;
  assert.match(
    wrongWith(rulebookOf(rest)).join('\n'),
    /definitions\.(first|second): .*first.*second|definitions\.(first|second): .*second.*first/,
  );
});

test('a weight that is no number, a rule of a name that is taken and a name that nothing has are refused', () => {
  assert.match(
    wrongWith(rulebookOf(ruleOf('count_1h >= 5').replace('0.6', 'much'))).join(),
    /^8:13 rules\.0\.weight: .*expected number/,
  );
  assert.match(
    wrongWith(rulebookOf(ruleOf('count_1h >= 5') + ruleOf('count_1h >= 6'))).join(),
    /^11:9 rules\.1\.id: .*earlier rule/,
  );
  assert.deepEqual(wrongWith(rulebookOf(ruleOf('count_1h >= 5', '    wieght: 0.7\n'))), [
    '11:13 rules.0.wieght: nothing is called that here',
  ]);
});

test('an empty document and one of another kind are refused at their first line', () => {
  assert.match(wrongWith('').join(), /^1:1 : .*expected object/);
  assert.match(wrongWith('- 1\n').join(), /^1:1 : .*expected object/);
});

test('what is wrong with a test is told where it stands', () => {
  const telling =
    '  - name: one\n    given:\n      - { at: soon, amount: "1.00" }\n      - { amount: "1.00" }\n';
  assert.match(
    wrongWith(withTests(`${telling}    expect: { outcome: cleared }\n`)).join(),
    /^14:15 tests\.0\.given\.0\.at: neither a distance/,
  );
  const unquoted = '  - name: one\n    given: [{ amount: 1.00 }]\n    expect: { outcome: held }\n';
  assert.match(
    wrongWith(withTests(unquoted)).join(),
    /^13:23 tests\.0\.given\.0\.amount: .*put it in quotes$/,
  );
  const given = '    given: [{ amount: "1.00" }]\n';
  assert.match(
    wrongWith(
      withTests(`  - name: one\n${given}    expect: { outcome: cleared, without: [brust] }\n`),
    ).join(),
    /^14:43 tests\.0\.expect\.without\.0: a reason that no rule and no list gives/,
  );
  const one = `  - name: one\n${given}    expect: { outcome: cleared }\n`;
  assert.match(wrongWith(withTests(one + one)).join(), /^15:11 tests\.1\.name: the name of an earlier test/);
});

test("where the score is the model's, its own reasons can be expected, and misspelt ones cannot", () => {
  const byModel = (reason: string): string =>
    withTests(
      `  - name: one\n    given: [{ amount: "1.00" }]\n    expect: { outcome: held, reasons: [${reason}] }\n`,
    )
      .replace('scoring: rules', 'scoring: model')
      .replace('    weight: 0.6\n', '    then: hold\n');
  assert.ok(readRulebook(byModel('unusual_amount')).ok);
  assert.match(wrongWith(byModel('unusual_amuont')).join(), /a reason that no rule/);
});

test('lists of a test are those of the ruleset, with names that the test tells', () => {
  const lists = `lists:
  - id: watched
    list: watch
    of: counterparty
    title: Watched
    severity: high
    then: hold
    explanation: Watched.
`;
  const testOf = (id: string, name: string): string =>
    `${lists}tests:\n  - name: one\n    lists: { ${id}: [${name}] }\n    given: [{ amount: "1.00", counterparty: a }]\n    expect: { outcome: held }\n`;
  const all = (id: string, name: string): string => rulebookOf(ruleOf('count_1h >= 5') + testOf(id, name));
  assert.ok(readRulebook(all('watched', 'a')).ok);
  assert.match(wrongWith(all('wached', 'a')).join(), /tests\.0\.lists\.wached: no list of this ruleset/);
  assert.match(wrongWith(all('watched', 'b')).join(), /tests\.0\.lists\.watched\.0: no counterparty/);
});

test('tests that together would take long are refused before they are run', () => {
  const many = Array.from(
    { length: 60 },
    (_, index) =>
      `  - name: n${String(index)}\n    given: [{ amount: "1.00", times: 1000, every: 1s }]\n    expect: { outcome: cleared }\n`,
  ).join('');
  assert.deepEqual(wrongWith(withTests(many)), ['12:3 tests: more than 50000 transactions together']);
});

test('more names than anybody keeps apart are refused, and one misspelt name an expression is guessed at', () => {
  const constants = Array.from({ length: 201 }, (_, index) => `  k${String(index)}: 1\n`).join('');
  const many = rulebookOf(`${ruleOf('count_1h >= 5')}constants:\n${constants}`);
  assert.deepEqual(wrongWith(many), ['12:3 constants: more than 200 names']);
  const [first = '', second = ''] = wrongWith(rulebookOf(ruleOf('cuont_1h >= 5 && cuont_24h >= 5')));
  assert.match(first, /did you mean "count_1h"/);
  assert.match(second, /"cuont_24h"$/);
});

test('a document with thousands of problems tells the first of them', () => {
  const many = Array.from({ length: 1_000 }, (_, index) => `  - { a${String(index)}: 1 }\n`).join('');
  const problems = wrongWith(rulebookOf(many));
  assert.ok(problems.length > 0 && problems.length <= 200);
});

test('what is right in itself and can not be published all the same is refused in its line', () => {
  const document = rulebookOf(`${ruleOf('count_1h >= 5')}alertAt: 0.5\nconstants: { amountLogZ: 3 }\n`);
  assert.deepEqual(wrongWith(document), [
    '12:26 constants.amountLogZ: "amountLogZ" is the name of a feature',
    '11:10 alertAt: has to lie below holdAt: what is held is told of anyway',
  ]);
});
