import type { ASTNode } from '@marcbachmann/cel-js';
import { nameHint } from './name-hint.ts';
import { expressionParts, parseExpression, tooLong, type ExpressionProblem } from './parse-expression.ts';
import {
  partsOf,
  textFacts,
  typeOf,
  type Term,
  type TermType,
  type TextFact,
  type Equality,
  type Ordering,
  type Sum,
} from './term.ts';

/** What the names in an expression may stand for. */
export type Names = {
  readonly features: readonly string[];
  readonly constants: Readonly<Record<string, number>>;
  readonly definitions: Readonly<Record<string, string>>;
  /** Ids of the ruleset's lists. */
  readonly lists: readonly string[];
};

/** `term` is undefined where it has problems, or names a definition that has. */
export type ReadExpression = {
  readonly term: Term | undefined;
  readonly problems: readonly ExpressionProblem[];
};

export type ExpressionReader = {
  /** An expression that has to come to true or false. */
  readonly rule: (text: string) => ReadExpression;
  readonly definition: (name: string) => ReadExpression;
};

/**
 * Reads expressions with the names of a ruleset. Definitions are read once each and put in their places,
 * however many name them. Never throws.
 */
export function createExpressionReader(names: Names): ExpressionReader {
  const read = new Map<string, ReadExpression>();
  const known = knownNames(names);
  const under: string[] = [];

  const definition = (name: string): ReadExpression => {
    const found = read.get(name);
    if (found !== undefined) return found;
    under.push(name);
    const outcome = readText(names.definitions[name] ?? '', { names, known, under, definition });
    under.pop();
    read.set(name, outcome);
    return outcome;
  };

  return {
    definition,
    rule: (text) => {
      const outcome = readText(text, { names, known, under, definition });
      if (outcome.term === undefined || typeOf(outcome.term) === 'truth') return outcome;
      const message = `it comes to ${a[typeOf(outcome.term)]} and has to come to true or false`;
      return { term: undefined, problems: [{ message, at: 0 }] };
    },
  };
}

type Context = {
  readonly names: Names;
  readonly known: readonly string[];
  /** The definitions that are being read, the outermost first. */
  readonly under: readonly string[];
  readonly definition: (name: string) => ReadExpression;
};

const knownNames = ({ features, constants, definitions, lists }: Names): readonly string[] => [
  ...features,
  ...Object.keys(constants),
  ...Object.keys(definitions),
  ...lists,
  ...textFacts,
];

const a: Readonly<Record<TermType, string>> = { number: 'a number', text: 'text', truth: 'true or false' };

function readText(text: string, context: Context): ReadExpression {
  const parsed = parseExpression(text);
  if (!parsed.ok) return { term: undefined, problems: [parsed.problem] };
  const problems: ExpressionProblem[] = [];
  const term = readNode(parsed.ast, { ...context, problems });
  if (problems.length > 0 || term === undefined) return { term: undefined, problems };
  return countParts(term) > expressionParts
    ? { term: undefined, problems: [{ message: tooLong, at: 0 }] }
    : { term, problems };
}

type Reading = Context & { readonly problems: ExpressionProblem[] };

/** Undefined where it can't be read; why is among the problems, but for those of a definition, which stand at it. */
function readNode(node: ASTNode, reading: Reading): Term | undefined {
  switch (node.op) {
    case 'value':
      return readLiteral(node, reading);
    case 'id':
      return readName(node, node.args, reading);
    case 'call':
      return readCall(node, reading);
    case '!_':
      return wrap(typed(node.args, 'truth', '!', reading), (of) => ({ kind: 'not', of }));
    case '-_':
      return wrap(typed(node.args, 'number', '-', reading), (of) => ({ kind: 'negative', of }));
    case '&&':
      return readPair(node.args, 'truth', '&&', reading, (left, right) => ({ kind: 'both', left, right }));
    case '||':
      return readPair(node.args, 'truth', '||', reading, (left, right) => ({ kind: 'either', left, right }));
    case '<':
    case '<=':
    case '>':
    case '>=':
      return readOrdering(node.args, node.op, reading);
    case '+':
    case '-':
    case '*':
    case '/':
      return readSum(node.args, node.op, reading);
    case '==':
    case '!=':
      return readEquality(node, node.args, node.op, reading);
    case 'in':
      return readAmong(node.args, reading);
    case '?:':
      return readChoice(node, node.args, reading);
    case 'rcall':
      return refuse(node, notOurs(node.args[0]), reading);
    case '.':
    case '.?':
      return refuse(node, `nothing has a part to ask for: "${node.args[1]}"`, reading);
    case '[]':
    case '[?]':
      return refuse(node, 'nothing has a part to ask for by "[…]"', reading);
    case 'list':
      return refuse(node, 'values in brackets may stand behind "in" alone', reading);
    case 'map':
      return refuse(node, 'braces mean nothing here', reading);
    case '%':
      return refuse(node, '"%" is no operator of rules', reading);
  }
}

type Pair = readonly [ASTNode, ASTNode];

function refuse(node: ASTNode, message: string, { problems }: Reading): undefined {
  problems.push({ message, at: node.pos });
  return undefined;
}

const notOurs = (name: string): string => `"${name}" is no function of rules: they have known(feature) alone`;

const wrap = (of: Term | undefined, around: (of: Term) => Term): Term | undefined =>
  of === undefined ? undefined : around(of);

/** A term that has to be of a type; `operator` is what needs it. */
function typed(node: ASTNode, wanted: TermType, operator: string, reading: Reading): Term | undefined {
  const term = readNode(node, reading);
  if (term === undefined || typeOf(term) === wanted) return term;
  return refuse(node, `"${operator}" needs ${a[wanted]}, and this is ${a[typeOf(term)]}`, reading);
}

function readPair(
  [left, right]: Pair,
  wanted: TermType,
  operator: string,
  reading: Reading,
  around: (left: Term, right: Term) => Term,
): Term | undefined {
  const one = typed(left, wanted, operator, reading);
  const other = typed(right, wanted, operator, reading);
  return one === undefined || other === undefined ? undefined : around(one, other);
}

function readOrdering(sides: Pair, operator: Ordering, reading: Reading): Term | undefined {
  return readPair(sides, 'number', operator, reading, (left, right) => ({
    ...{ kind: 'ordering', operator, left, right },
  }));
}

function readSum(sides: Pair, operator: Sum, reading: Reading): Term | undefined {
  return readPair(sides, 'number', operator, reading, (left, right) => ({
    kind: 'sum',
    operator,
    left,
    right,
  }));
}

function readEquality(
  node: ASTNode,
  [left, right]: Pair,
  operator: Equality,
  reading: Reading,
): Term | undefined {
  const one = readNode(left, reading);
  const other = readNode(right, reading);
  if (one === undefined || other === undefined) return undefined;
  if (typeOf(one) === typeOf(other)) return { kind: 'equality', operator, left: one, right: other };
  return refuse(node, `${a[typeOf(one)]} is never the same as ${a[typeOf(other)]}`, reading);
}

function readAmong([needle, hay]: Pair, reading: Reading): Term | undefined {
  const of = readNode(needle, reading);
  if (hay.op !== 'list')
    return refuse(hay, '"in" needs values in brackets, as in currency in ["EUR", "USD"]', reading);
  if (hay.args.length === 0) return refuse(hay, 'nothing is among no values', reading);
  const values = hay.args.map((value) =>
    of === undefined ? readNode(value, reading) : typed(value, typeOf(of), 'in', reading),
  );
  if (of === undefined || values.includes(undefined)) return undefined;
  return { kind: 'among', of, values: values.filter((value) => value !== undefined) };
}

function readChoice(
  node: ASTNode,
  [asked, yes, no]: readonly [ASTNode, ASTNode, ASTNode],
  reading: Reading,
): Term | undefined {
  const condition = typed(asked, 'truth', '?', reading);
  const then = readNode(yes, reading);
  const otherwise = readNode(no, reading);
  if (condition === undefined || then === undefined || otherwise === undefined) return undefined;
  if (typeOf(then) === typeOf(otherwise)) return { kind: 'choice', condition, then, otherwise };
  return refuse(
    node,
    `either ${a[typeOf(then)]} or ${a[typeOf(otherwise)]}: both have to be of one kind`,
    reading,
  );
}

function readLiteral(node: Extract<ASTNode, { op: 'value' }>, reading: Reading): Term | undefined {
  const value = node.args;
  if (typeof value === 'string' || typeof value === 'boolean') return { kind: 'literal', value };
  if (typeof value === 'number') return { kind: 'literal', value };
  // CEL tells whole numbers from others; here 1 means the same as 1.0.
  if (typeof value === 'bigint') {
    const whole = Number(value);
    if (Number.isSafeInteger(whole)) return { kind: 'literal', value: whole };
    return refuse(node, 'a whole number beyond 9007199254740991', reading);
  }
  if (value === null) return refuse(node, 'ask known(feature) whether it has a value', reading);
  return refuse(node, 'numbers, text in quotes, true and false are all the values there are', reading);
}

function readCall(node: Extract<ASTNode, { op: 'call' }>, reading: Reading): Term | undefined {
  const [name, [argument, ...others]] = node.args;
  if (name !== 'known') return refuse(node, notOurs(name), reading);
  const needs = 'known(…) needs the name of a feature';
  if (argument?.op !== 'id' || others.length > 0) return refuse(argument ?? node, needs, reading);
  if (!reading.names.features.includes(argument.args)) {
    const meant = reading.problems.length === 0 ? nameHint(argument.args, reading.names.features) : '';
    return refuse(argument, `${needs}${meant}`, reading);
  }
  return { kind: 'known', name: argument.args };
}

function readName(node: ASTNode, name: string, reading: Reading): Term | undefined {
  const { names, under } = reading;
  // Names of the document go first: a later release may have a feature of the same name.
  const constant = ownValue(names.constants, name);
  if (constant !== undefined) return { kind: 'literal', value: constant };
  if (names.lists.includes(name)) return { kind: 'list', id: name };
  if (ownValue(names.definitions, name) !== undefined) {
    if (!under.includes(name)) return reading.definition(name).term;
    const round = [...under.slice(under.indexOf(name)), name].join(' → ');
    return refuse(node, `the definition comes round to itself: ${round}`, reading);
  }
  if (names.features.includes(name)) return { kind: 'feature', name };
  const fact = textFacts.find((one): one is TextFact => one === name);
  if (fact !== undefined) return { kind: 'fact', name: fact };
  // To look for what was meant takes a while: once an expression, however many of its names nobody knows.
  const meant = reading.problems.length === 0 ? nameHint(name, reading.known) : '';
  return refuse(node, `no feature, constant, definition or list "${name}"${meant}`, reading);
}

/** Names come from people: "constructor" is no constant. */
const ownValue = <Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

/** Definitions are the same object wherever they stand, so counting stops where it is too much. */
function countParts(term: Term): number {
  let parts = 0;
  const count = (one: Term): void => {
    parts += 1;
    if (parts <= expressionParts) partsOf(one).forEach(count);
  };
  count(term);
  return parts;
}
