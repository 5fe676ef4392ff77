import type { Condition, Rule } from '@weir/rules';

/** A number of an expression that changed; `of` is what stands before it: "amountLogZ >=". */
export type ThresholdChange = { readonly of: string; readonly from: number; readonly to: number };

/** What a rule looks at as one expression, also where it is a list of conditions. */
export const wordsOfWhen = (when: Rule['when']): string =>
  typeof when === 'string' ? wordsOfExpression(when) : when.map(wordsOfCondition).join(' && ');

/** Blanks count for nothing, but where there is a comment, which ends with its line. */
const wordsOfExpression = (text: string): string =>
  text.includes('//') ? text.trim() : text.trim().replaceAll(/\s+/g, ' ');

function wordsOfCondition(condition: Condition): string {
  if ('atLeast' in condition) return `${condition.feature} >= ${String(condition.atLeast)}`;
  if ('atMost' in condition) return `${condition.feature} <= ${String(condition.atMost)}`;
  return `${condition.feature} == ${String(condition.equals)}`;
}

/** A number that is no part of a name and of no text. */
const number = /(?<![\w.'"])-?\d+(?:\.\d+)?(?![\w'"])/g;

/** The numbers that changed between two expressions that are the same but for them; else none. */
export function thresholdsChanged(from: string, to: string): readonly ThresholdChange[] {
  if (from.replaceAll(number, '#') !== to.replaceAll(number, '#')) return [];
  const [before, after] = [[...from.matchAll(number)], [...to.matchAll(number)]];
  return before.flatMap((match, index) => {
    const other = after[index]?.[0] ?? match[0];
    if (Number(other) === Number(match[0])) return [];
    const lead = from.slice(0, match.index).trim();
    return [
      {
        of:
          lead
            .split(/&&|\|\||[(),?:]/)
            .at(-1)
            ?.trim() ?? '',
        from: Number(match[0]),
        to: Number(other),
      },
    ];
  });
}
