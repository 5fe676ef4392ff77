import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allFaultKinds, tellingFaultKinds, touches } from './fault-kinds.ts';
import { planRounds } from './plan-rounds.ts';

const kindsOf = (rounds: number, seed = 'a'): string[] =>
  planRounds(seed, rounds).map(({ faults }) => faults[0]?.kind ?? 'none');

test('the same seed plans the same rounds, and another seed others', () => {
  assert.deepEqual(planRounds('a', 40), planRounds('a', 40));
  assert.notDeepEqual(planRounds('a', 40), planRounds('b', 40));
});

test('any fifteen rounds or more have every kind of fault', () => {
  for (const rounds of [allFaultKinds.length, 20, 100]) {
    for (const seed of ['1', '2', '3']) {
      assert.deepEqual([...new Set(kindsOf(rounds, seed))].toSorted(), allFaultKinds.toSorted());
    }
  }
  assert.ok(allFaultKinds.length <= 15);
});

test('six rounds have the six most telling faults', () => {
  for (const seed of ['1', '2', '3']) {
    assert.deepEqual(kindsOf(6, seed).toSorted(), tellingFaultKinds.toSorted());
  }
});

test('two faults of one round never take hold of the same part', () => {
  const doubled = planRounds('a', 300).filter(({ faults }) => faults.length === 2);
  assert.ok(doubled.length > 50, 'some rounds have two');
  for (const { faults } of doubled) {
    const parts = faults.flatMap(({ kind }) => touches[kind]);
    assert.equal(new Set(parts).size, parts.length);
  }
});

test('a run that looks into some kinds has these in turn and no others', () => {
  const kinds = planRounds('a', 5, ['killRedis', 'cutKafka']).map(({ faults }) =>
    faults.map(({ kind }) => kind),
  );
  assert.deepEqual(kinds, [['killRedis'], ['cutKafka'], ['killRedis'], ['cutKafka'], ['killRedis']]);
});
