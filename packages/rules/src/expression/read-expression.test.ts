import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createExpressionReader, type Names } from './read-expression.ts';
import { writeTerm } from './write-term.ts';

const names: Names = {
  features: ['amountLogZ', 'amountOverTypical', 'newCounterparty', 'count_1h'],
  constants: { big: 3 },
  definitions: { unusual: 'amountOverTypical >= big && amountLogZ >= 1', twice: 'amountLogZ * 2' },
  lists: ['mules'],
};
const read = (text: string, different: Partial<Names> = {}) =>
  createExpressionReader({ ...names, ...different }).rule(text);

for (const [text, meant] of [
  ['unusual && newCounterparty == 1', 'amountOverTypical >= 3 && amountLogZ >= 1 && newCounterparty == 1'],
  ['twice > 2.5', 'amountLogZ * 2 > 2.5'],
  ['mules || currency in ["EUR", "USD"]', 'mules || currency in ["EUR", "USD"]'],
  ['(1 + 2) * 3 - (4 - 5) > amountLogZ', '(1 + 2) * 3 - (4 - 5) > amountLogZ'],
  ['known(amountLogZ) ? amountLogZ > -2 : true', 'known(amountLogZ) ? amountLogZ > -2 : true'],
  ['!(mules && !mules)', '!(mules && !mules)'],
  ['amountLogZ > 1 // a comment', 'amountLogZ > 1'],
] as const)
  test(`"${text}" means "${meant}"`, () => {
    const { term, problems } = read(text);
    assert.deepEqual(problems, []);
    assert.ok(term);
    assert.equal(writeTerm(term), meant);
  });

for (const [text, message, at] of [
  ['count_1h > 1 && amuontLogZ > 2', /"amuontLogZ"; did you mean "amountLogZ"\?/, 16],
  ['nothingLikeIt > 2', /^no feature, constant, definition or list "nothingLikeIt"$/, 0],
  ['amountLogZ = 3', /write "=="/, 11],
  ['amountLogZ > 1 & mules', /write "&&"/, 15],
  ['amountLogZ >=', /ends where something is missing/, 13],
  ['amountLogZ > 1 2', /unexpected/, 15],
  ['amountLogZ > ', /missing/, 13],
  ['[1, 2].all(x, x > amountLogZ)', /"all" is no function/, 0],
  ['[1, 2].exists(x, x > amountLogZ)', /"exists" is no function/, 0],
  ['currency.matches("^(a+)+$")', /"matches" is no function/, 0],
  ['size("EUR") > 2', /"size" is no function/, 0],
  ['has(mules.x)', /"has" is no function/, 0],
  ['timestamp("2025-01-01T00:00:00Z") > amountLogZ', /"timestamp" is no function/, 0],
  ['mules.size > 2', /"size"/, 6],
  ['mules["x"]', /a part to ask for/, 0],
  ['{"a": 1} == 1', /braces/, 0],
  ['[1] == [1]', /behind "in" alone/, 0],
  ['count_1h % 2 == 1', /"%" is no operator/, 0],
  ['"a" > 2', /">" needs a number, and this is text/, 0],
  ['currency + "x" == "EURx"', /"\+" needs a number/, 0],
  ['currency == 3', /text is never the same as a number/, 0],
  ['count_1h && mules', /"&&" needs true or false, and this is a number/, 0],
  ['mules ? currency : 3', /both have to be of one kind/, 0],
  ['currency in "EUR"', /values in brackets/, 12],
  ['currency in [3]', /"in" needs text, and this is a number/, 13],
  ['currency in []', /no values/, 12],
  ['amountLogZ == null', /ask known\(feature\)/, 14],
  ['known(currency)', /needs the name of a feature/, 6],
  ['known(count_1h, count_1h)', /needs the name of a feature/, 6],
  ['count_1h > 9007199254740993', /beyond/, 11],
  ['1u > count_1h', /all the values there are/, 0],
  ['b"x" == currency', /all the values there are/, 0],
  ['count_1h', /comes to a number/, 0],
  ['constructor > 2', /"constructor"/, 0],
  [`${'('.repeat(30)}mules${')'.repeat(30)}`, /more than 16 deep/, 16],
  [Array.from({ length: 80 }, () => 'count_1h > 1').join(' && '), /more than 200 parts/, undefined],
] as const)
  test(`"${text.slice(0, 60)}" is refused with words and the place`, () => {
    const { term, problems } = read(text);
    assert.equal(term, undefined);
    assert.match(problems[0]?.message ?? '', message);
    if (at !== undefined) assert.equal(problems[0]?.at, at);
  });

test('everything that is wrong with an expression is told at once', () => {
  const { problems } = read('amuontLogZ > 1 && size("a") > 2');
  assert.deepEqual(
    problems.map(({ at }) => at),
    [0, 18],
  );
});

test('definitions that come round to themselves are refused, and the way round is named', () => {
  const reader = createExpressionReader({
    ...names,
    definitions: { one: 'two && mules', two: 'three || mules', three: 'one' },
  });
  const problems = ['one', 'two', 'three'].flatMap((name) => reader.definition(name).problems);
  assert.deepEqual(problems, [
    { message: 'the definition comes round to itself: one → two → three → one', at: 0 },
  ]);
  assert.equal(reader.rule('one').term, undefined);
});

test('definitions that grow without end by naming each other twice are refused before they do', () => {
  const definitions = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [
      `d${String(index)}`,
      index === 59 ? 'mules' : `d${String(index + 1)} || d${String(index + 1)}`,
    ]),
  );
  const reader = createExpressionReader({ ...names, definitions });
  const problems = Object.keys(definitions).flatMap((name) => reader.definition(name).problems);
  assert.match(problems[0]?.message ?? '', /more than 200 parts/);
});
