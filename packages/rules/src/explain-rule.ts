import type { FeatureValues } from '@weir/contracts';
import type { Rule } from './ruleset.ts';

const placeholder = /\{([^{}]*)\}/g;

/** The features an explanation names, in the order they stand in it. */
export const placeholdersOf = (explanation: string): readonly string[] =>
  [...explanation.matchAll(placeholder)].map((match) => match[1] ?? '');

/**
 * The rule's explanation with its features filled in. How a value is written
 * is the caller's: it knows the currency, the unit and the reader's language.
 * A feature without a value is written from null.
 */
export const explainRule = (
  rule: Pick<Rule, 'explanation'>,
  features: FeatureValues,
  write: (feature: string, value: number | null) => string,
): string =>
  rule.explanation.replaceAll(placeholder, (_whole, name: string) => write(name, features[name] ?? null));
