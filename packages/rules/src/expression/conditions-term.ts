import type { Condition } from '../ruleset.ts';
import type { Term } from './term.ts';

/** Conditions that must all hold, as the expression that they are. */
export function conditionsTerm(conditions: readonly Condition[]): Term {
  const [first, ...others] = conditions.map(conditionTerm);
  if (first === undefined) throw new RangeError('a rule without conditions');
  return others.reduce<Term>((left, right) => ({ kind: 'both', left, right }), first);
}

function conditionTerm(condition: Condition): Term {
  const left: Term = { kind: 'feature', name: condition.feature };
  if ('equals' in condition)
    return { kind: 'equality', operator: '==', left, right: { kind: 'literal', value: condition.equals } };
  const [operator, value] =
    'atLeast' in condition ? (['>=', condition.atLeast] as const) : (['<=', condition.atMost] as const);
  return { kind: 'ordering', operator, left, right: { kind: 'literal', value } };
}
