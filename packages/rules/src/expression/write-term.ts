import type { Term } from './term.ts';

/** A term as a person would write it, with constants and definitions in their places. */
export function writeTerm(term: Term): string {
  switch (term.kind) {
    case 'literal':
      return typeof term.value === 'string' ? JSON.stringify(term.value) : String(term.value);
    case 'feature':
    case 'fact':
      return term.name;
    case 'list':
      return term.id;
    case 'known':
      return `known(${term.name})`;
    case 'not':
      return `!${inside(term.of, 8)}`;
    case 'negative':
      return `-${inside(term.of, 8)}`;
    case 'among':
      return `${inside(term.of, 5)} in [${term.values.map(writeTerm).join(', ')}]`;
    case 'choice': {
      const [condition, then, otherwise] = [term.condition, term.then, term.otherwise].map((one) =>
        inside(one, 2),
      );
      return `${condition ?? ''} ? ${then ?? ''} : ${otherwise ?? ''}`;
    }
    case 'both':
    case 'either':
    case 'sum':
    case 'ordering':
    case 'equality': {
      const binds = bindingOf(term);
      // What stands on the right of its like is bracketed, since all of them are read from the left.
      return `${inside(term.left, binds)} ${operatorOf(term)} ${inside(term.right, binds + 1)}`;
    }
  }
}

const inside = (term: Term, binds: number): string =>
  bindingOf(term) < binds ? `(${writeTerm(term)})` : writeTerm(term);

function operatorOf(term: Extract<Term, { left: Term }>): string {
  if ('operator' in term) return term.operator;
  return term.kind === 'both' ? '&&' : '||';
}

/** How closely a term holds together in CEL's grammar: the higher, the closer. */
function bindingOf(term: Term): number {
  switch (term.kind) {
    case 'choice':
      return 1;
    case 'either':
      return 2;
    case 'both':
      return 3;
    case 'equality':
      return 4;
    case 'ordering':
    case 'among':
      return 5;
    case 'sum':
      return term.operator === '+' || term.operator === '-' ? 6 : 7;
    case 'not':
    case 'negative':
      return 8;
    case 'literal':
      return typeof term.value === 'number' && term.value < 0 ? 8 : 9;
    case 'feature':
    case 'fact':
    case 'list':
    case 'known':
      return 9;
  }
}
