import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Environment } from '@marcbachmann/cel-js';
import fc from 'fast-check';
import { someFacts } from '../ruleset-fixture.ts';
import { compileTruth } from './compile-term.ts';
import { conditionsTerm } from './conditions-term.ts';
import { createExpressionReader } from './read-expression.ts';
import type { Term } from './term.ts';
import { writeTerm } from './write-term.ts';

const features = ['f0', 'f1', 'f2'] as const;
const reader = createExpressionReader({ features, constants: {}, definitions: {}, lists: ['l0'] });

const literal = fc
  .oneof(
    fc.integer({ min: -5, max: 5 }),
    fc.integer({ min: -20, max: 20 }).map((value) => value / 4),
  )
  .map((value): Term => ({ kind: 'literal', value: value === 0 ? 0 : value }));
const { truth } = fc.letrec<{ number: Term; truth: Term }>((tie) => ({
  number: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.constantFrom(...features).map((name): Term => ({ kind: 'feature', name })),
    literal,
    fc.record({
      kind: fc.constant('sum' as const),
      operator: fc.constantFrom('+' as const, '-' as const, '*' as const),
      left: tie('number'),
      right: tie('number'),
    }),
  ),
  truth: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.record({
      kind: fc.constant('ordering' as const),
      operator: fc.constantFrom('<' as const, '<=' as const, '>' as const, '>=' as const),
      left: tie('number'),
      right: tie('number'),
    }),
    fc.record({
      kind: fc.constant('equality' as const),
      operator: fc.constantFrom('==' as const, '!=' as const),
      left: tie('number'),
      right: tie('number'),
    }),
    fc.constant<Term>({ kind: 'list', id: 'l0' }),
    fc.record({ kind: fc.constant('not' as const), of: tie('truth') }),
    fc.record({
      kind: fc.constantFrom('both' as const, 'either' as const),
      left: tie('truth'),
      right: tie('truth'),
    }),
    fc.record({
      kind: fc.constant('choice' as const),
      condition: tie('truth'),
      then: tie('truth'),
      otherwise: tie('truth'),
    }),
  ),
}));
const values = fc.array(
  fc.oneof(
    fc.integer({ min: -20, max: 20 }).map((value) => value / 4),
    fc.constant(NaN),
  ),
  { minLength: 3, maxLength: 3 },
);

const slots = { feature: (name: string) => features.indexOf(name as 'f0'), list: () => 0 };
const ask = (term: Term, numbers: readonly number[], isListed = false): boolean =>
  compileTruth(
    term,
    slots,
  )({
    ...{ numbers: new Float64Array(numbers), listed: [isListed], facts: someFacts },
  });

test('an expression that was written down is read as what it was', () => {
  fc.assert(
    fc.property(truth, values, fc.boolean(), (term, numbers, isListed) => {
      const { term: again } = reader.rule(writeTerm(term));
      // Beyond so many parts or so deep it is refused, which is not what is asked here.
      fc.pre(again !== undefined);
      assert.equal(ask(again, numbers, isListed), ask(term, numbers, isListed));
      assert.equal(writeTerm(again), writeTerm(term));
    }),
  );
});

test("an expression comes to what the library's own evaluation makes of it", () => {
  const environment = new Environment();
  for (const name of features) environment.registerVariable(name, 'double');
  environment.registerVariable('l0', 'bool');
  fc.assert(
    fc.property(truth, values, fc.boolean(), (term, numbers, isListed) => {
      // CEL tells 1 from 1.0; we don't.
      const text = writeTerm(term).replaceAll(/(?<![\w.])\d+(?![\w.])/g, '$&.0');
      const context = Object.fromEntries(features.map((name, index) => [name, numbers[index]]));
      assert.equal(ask(term, numbers, isListed), environment.evaluate(text, { ...context, l0: isListed }));
    }),
  );
});

test('conditions and the expression that says the same agree', () => {
  const condition = fc
    .tuple(
      fc.constantFrom(...features),
      fc.constantFrom(['atLeast', '>='], ['atMost', '<='], ['equals', '==']),
      fc.integer({ min: -3, max: 3 }),
    )
    .map(([feature, [field, operator], value]) => ({
      condition: { feature, [field as 'atLeast']: value },
      text: `${feature} ${String(operator)} ${String(value)}`,
    }));
  fc.assert(
    fc.property(fc.array(condition, { minLength: 1, maxLength: 5 }), values, (drawn, numbers) => {
      const { term } = reader.rule(drawn.map(({ text }) => text).join(' && '));
      assert.ok(term);
      assert.equal(ask(term, numbers), ask(conditionsTerm(drawn.map((one) => one.condition)), numbers));
    }),
  );
});

test('what has no value is met by no comparison but "is another than"', () => {
  for (const [text, expected] of [
    ['f0 >= 1', false],
    ['f0 < 1', false],
    ['f0 == f0', false],
    ['f0 != 1', true],
    ['f0 in [1, 2]', false],
    ['f0 + 1 > 0', false],
    ['known(f0)', false],
    ['known(f1)', true],
    ['f1 / 0 >= 1', false],
    ['f1 / 0 <= 1', false],
    ['f1 / 2 == 0.5', true],
    ['f1 == 1.0 && f1 == 1', true],
  ] as const) {
    const { term } = reader.rule(text);
    assert.ok(term);
    assert.equal(ask(term, [NaN, 1, 2]), expected, text);
  }
});
