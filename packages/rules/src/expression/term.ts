/** What a part of an expression comes to. */
export type TermType = 'number' | 'text' | 'truth';

/** What expressions may ask of the transaction itself, as text. */
export const textFacts = ['currency', 'channel', 'country', 'creditDebitIndicator'] as const;
export type TextFact = (typeof textFacts)[number];

export type Ordering = '<' | '<=' | '>' | '>=';
export type Equality = '==' | '!=';
export type Sum = '+' | '-' | '*' | '/';

/**
 * A checked expression: names are resolved, constants and definitions stand in their places, types fit.
 */
export type Term =
  | { readonly kind: 'literal'; readonly value: number | string | boolean }
  | { readonly kind: 'feature'; readonly name: string }
  | { readonly kind: 'fact'; readonly name: TextFact }
  | { readonly kind: 'list'; readonly id: string }
  | { readonly kind: 'known'; readonly name: string }
  | { readonly kind: 'not'; readonly of: Term }
  | { readonly kind: 'negative'; readonly of: Term }
  | {
      readonly kind: 'sum';
      readonly operator: Sum;
      readonly left: Term;
      readonly right: Term;
    }
  | {
      readonly kind: 'ordering';
      readonly operator: Ordering;
      readonly left: Term;
      readonly right: Term;
    }
  | {
      readonly kind: 'equality';
      readonly operator: Equality;
      readonly left: Term;
      readonly right: Term;
    }
  | { readonly kind: 'among'; readonly of: Term; readonly values: readonly Term[] }
  | { readonly kind: 'both' | 'either'; readonly left: Term; readonly right: Term }
  | { readonly kind: 'choice'; readonly condition: Term; readonly then: Term; readonly otherwise: Term };

/** The parts that a term is made of. */
export function partsOf(term: Term): readonly Term[] {
  switch (term.kind) {
    case 'literal':
    case 'feature':
    case 'fact':
    case 'list':
    case 'known':
      return [];
    case 'not':
    case 'negative':
      return [term.of];
    case 'among':
      return [term.of, ...term.values];
    case 'sum':
    case 'ordering':
    case 'equality':
    case 'both':
    case 'either':
      return [term.left, term.right];
    case 'choice':
      return [term.condition, term.then, term.otherwise];
  }
}

export function typeOf(term: Term): TermType {
  switch (term.kind) {
    case 'literal':
      return typeof term.value === 'number' ? 'number' : typeof term.value === 'string' ? 'text' : 'truth';
    case 'feature':
    case 'negative':
    case 'sum':
      return 'number';
    case 'fact':
      return 'text';
    case 'choice':
      return typeOf(term.then);
    case 'list':
    case 'known':
    case 'not':
    case 'among':
    case 'ordering':
    case 'equality':
    case 'both':
    case 'either':
      return 'truth';
  }
}

/** What a term looks at, each name once, in the order they stand in it. */
export const namesIn = (
  term: Term,
): { readonly features: readonly string[]; readonly lists: readonly string[] } => ({
  features: eachOnce(term, (one) => (one.kind === 'feature' || one.kind === 'known' ? one.name : undefined)),
  lists: eachOnce(term, (one) => (one.kind === 'list' ? one.id : undefined)),
});

/** What it asks of the transaction itself. */
export const factsIn = (term: Term): readonly TextFact[] =>
  eachOnce(term, (one) => (one.kind === 'fact' ? one.name : undefined));

function eachOnce<Name>(term: Term, nameOf: (one: Term) => Name | undefined): readonly Name[] {
  const names = new Set<Name>();
  const look = (one: Term): void => {
    const name = nameOf(one);
    if (name !== undefined) names.add(name);
    partsOf(one).forEach(look);
  };
  look(term);
  return [...names];
}
