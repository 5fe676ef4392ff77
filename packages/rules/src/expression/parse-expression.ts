import { Environment, ParseError, type ASTNode } from '@marcbachmann/cel-js';

/** What is wrong with an expression, and from which character of it on, counted from 0. */
export type ExpressionProblem = { readonly message: string; readonly at: number };

export type ParsedExpression =
  { readonly ok: true; readonly ast: ASTNode } | { readonly ok: false; readonly problem: ExpressionProblem };

/** So many parts an expression has at most, definitions counted wherever they are named: its longest run. */
export const expressionParts = 200;

/** So deep may parentheses lie in each other. */
const expressionDepth = 16;

/** So many values `in` compares with. */
const expressionValues = 100;

const language = new Environment({
  limits: {
    ...{ maxAstNodes: expressionParts, maxDepth: expressionDepth },
    ...{ maxListElements: expressionValues, maxCallArguments: 4 },
  },
});

/**
 * Takes an expression apart by CEL's grammar. Only the grammar is the library's: what may stand in an
 * expression, and what it comes to, is ours, since CEL tells whole numbers from others and lets an error
 * pass where the other side of && or || decides.
 */
export function parseExpression(text: string): ParsedExpression {
  try {
    return { ok: true, ast: language.parse(text).ast };
  } catch (error) {
    if (!(error instanceof ParseError))
      return { ok: false, problem: { message: 'not an expression', at: 0 } };
    return { ok: false, problem: { message: messageOf(error), at: error.range?.start ?? 0 } };
  }
}

function messageOf({ code, summary, range, node }: ParseError): string {
  const at = node?.input?.charAt(range?.start ?? 0);
  if (code === 'limit_exceeded') return limitOf(summary);
  if (code === 'unexpected_character' && at === '=') return '"=" compares nothing: write "=="';
  if (code === 'unexpected_character' && (at === '&' || at === '|'))
    return `"${at}" joins nothing: write "${at}${at}"`;
  if (/\bEOF\b/.test(summary)) return 'it ends where something is missing';
  return summary.charAt(0).toLowerCase() + summary.slice(1);
}

function limitOf(summary: string): string {
  if (summary.includes('maxDepth')) return `parentheses lie more than ${String(expressionDepth)} deep`;
  if (summary.includes('maxListElements'))
    return `more than ${String(expressionValues)} values to compare with`;
  if (summary.includes('maxCallArguments')) return 'a function with so many arguments is none of ours';
  return tooLong;
}

export const tooLong = `it has more than ${String(expressionParts)} parts, those of the definitions it names included`;
