import type { RuleFacts } from '../facts.ts';
import { typeOf, type Term } from './term.ts';

/** What compiled terms read, filled anew for each transaction. */
export type Ground = {
  /** Features by their slots; NaN for one without a value. */
  readonly numbers: Float64Array;
  /** By their slots: whether the transaction is on a list. */
  readonly listed: boolean[];
  facts: RuleFacts;
};

/** Where names stand in a ground. */
export type Slots = {
  readonly feature: (name: string) => number;
  readonly list: (id: string) => number;
};

type Ask<Value> = (ground: Ground) => Value;

/**
 * A truth as a function that asks a ground. A closure for each part, made once: asking makes no objects, takes
 * a time that follows from the number of parts, and can't throw. A term of another type is a bug of the check.
 */
export function compileTruth(term: Term, slots: Slots): Ask<boolean> {
  switch (term.kind) {
    case 'literal': {
      const value = term.value === true;
      return () => value;
    }
    case 'list': {
      const slot = slots.list(term.id);
      return ({ listed }) => listed[slot] === true;
    }
    case 'known': {
      const slot = slots.feature(term.name);
      return ({ numbers }) => !Number.isNaN(numbers[slot]);
    }
    case 'not': {
      const of = compileTruth(term.of, slots);
      return (ground) => !of(ground);
    }
    case 'both': {
      const left = compileTruth(term.left, slots);
      const right = compileTruth(term.right, slots);
      return (ground) => left(ground) && right(ground);
    }
    case 'either': {
      const left = compileTruth(term.left, slots);
      const right = compileTruth(term.right, slots);
      return (ground) => left(ground) || right(ground);
    }
    case 'choice':
      return choiceOf(term, slots, compileTruth);
    case 'ordering':
      return orderingOf(term, slots);
    case 'equality': {
      const left = compileValue(term.left, slots);
      const right = compileValue(term.right, slots);
      return term.operator === '=='
        ? (ground) => left(ground) === right(ground)
        : (ground) => left(ground) !== right(ground);
    }
    case 'among': {
      const of = compileValue(term.of, slots);
      const values = term.values.map((value) => compileValue(value, slots));
      return (ground) => {
        const wanted = of(ground);
        for (const value of values) if (value(ground) === wanted) return true;
        return false;
      };
    }
    case 'feature':
    case 'fact':
    case 'negative':
    case 'sum':
      throw new TypeError(`${term.kind} is no truth`);
  }
}

/** A number as a function that asks a ground; what has no value is NaN. */
export function compileNumber(term: Term, slots: Slots): Ask<number> {
  switch (term.kind) {
    case 'literal': {
      const value = Number(term.value);
      return () => value;
    }
    case 'feature': {
      const slot = slots.feature(term.name);
      return ({ numbers }) => numbers[slot] as number;
    }
    case 'negative': {
      const of = compileNumber(term.of, slots);
      return (ground) => -of(ground);
    }
    case 'choice':
      return choiceOf(term, slots, compileNumber);
    case 'sum':
      return sumOf(term, slots);
    case 'fact':
    case 'list':
    case 'known':
    case 'not':
    case 'among':
    case 'ordering':
    case 'equality':
    case 'both':
    case 'either':
      throw new TypeError(`${term.kind} is no number`);
  }
}

function compileText(term: Term, slots: Slots): Ask<string> {
  switch (term.kind) {
    case 'literal': {
      const value = String(term.value);
      return () => value;
    }
    case 'fact': {
      const { name } = term;
      return ({ facts }) => facts[name];
    }
    case 'choice':
      return choiceOf(term, slots, compileText);
    case 'feature':
    case 'negative':
    case 'sum':
    case 'list':
    case 'known':
    case 'not':
    case 'among':
    case 'ordering':
    case 'equality':
    case 'both':
    case 'either':
      throw new TypeError(`${term.kind} is no text`);
  }
}

function compileValue(term: Term, slots: Slots): Ask<number | string | boolean> {
  switch (typeOf(term)) {
    case 'number':
      return compileNumber(term, slots);
    case 'text':
      return compileText(term, slots);
    case 'truth':
      return compileTruth(term, slots);
  }
}

function choiceOf<Value>(
  term: Extract<Term, { kind: 'choice' }>,
  slots: Slots,
  compile: (term: Term, slots: Slots) => Ask<Value>,
): Ask<Value> {
  const condition = compileTruth(term.condition, slots);
  const then = compile(term.then, slots);
  const otherwise = compile(term.otherwise, slots);
  return (ground) => (condition(ground) ? then(ground) : otherwise(ground));
}

function orderingOf(term: Extract<Term, { kind: 'ordering' }>, slots: Slots): Ask<boolean> {
  const left = compileNumber(term.left, slots);
  const right = compileNumber(term.right, slots);
  switch (term.operator) {
    case '<':
      return (ground) => left(ground) < right(ground);
    case '<=':
      return (ground) => left(ground) <= right(ground);
    case '>':
      return (ground) => left(ground) > right(ground);
    case '>=':
      return (ground) => left(ground) >= right(ground);
  }
}

function sumOf(term: Extract<Term, { kind: 'sum' }>, slots: Slots): Ask<number> {
  const left = compileNumber(term.left, slots);
  const right = compileNumber(term.right, slots);
  switch (term.operator) {
    case '+':
      return (ground) => left(ground) + right(ground);
    case '-':
      return (ground) => left(ground) - right(ground);
    case '*':
      return (ground) => left(ground) * right(ground);
    case '/':
      return (ground) => {
        const divisor = right(ground);
        // Infinitely many times nothing would be "at least" anything: what can't be divided has no value.
        return divisor === 0 ? NaN : left(ground) / divisor;
      };
  }
}
