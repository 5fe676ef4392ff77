import type { HeldTransaction, Reason } from '@weir/contracts';
import { explainRule } from '@weir/rules';
import type { Ruleset } from '@weir/rules';
import { capitalised, money, roughNumber, utcTime, wholeNumber } from './format.ts';
import { plainName } from './masking.ts';

/**
 * A reason as a sentence with its numbers: "High amount to somebody new (high):
 * ...". A rule that this release doesn't know, because the ruleset is newer, is
 * told by its id and the features it looked at.
 */
export function explainReason(reason: Reason, held: HeldTransaction, ruleset: Ruleset | undefined): string {
  const rule = ruleset?.rules.find(({ id }) => id === reason.rule);
  const builtIn = explainBuiltIn(reason, held);
  const title = rule?.title ?? builtIn?.title ?? `Rule ${reason.rule}`;
  const explanation =
    rule === undefined
      ? (builtIn?.explanation ?? `It fired on ${featureList(reason, held)}.`)
      : explainRule(rule, held.evidence.features, (feature, value) => featureText(feature, value, held));
  return `${title} (${capitalised(reason.severity).toLowerCase()}). ${explanation}`;
}

function explainBuiltIn(
  reason: Reason,
  held: HeldTransaction,
): { readonly title: string; readonly explanation: string } | undefined {
  const { observedAt, eventTime } = held.transaction;
  switch (reason.rule) {
    case 'late':
      return {
        title: 'Came late',
        explanation: `It happened at ${utcTime(eventTime)} but came in only at ${utcTime(observedAt)}, later than the windows allow for, so it could not be judged against what happened in between.`,
      };
    case 'future_dated':
      return {
        title: 'Dated in the future',
        explanation: `It claims to have happened at ${utcTime(eventTime)} but came in at ${utcTime(observedAt)} already.`,
      };
    case 'rule_failed':
      return {
        title: 'A rule could not be evaluated',
        explanation: `What nobody could check is never cleared. The values involved: ${featureList(reason, held)}.`,
      };
    case 'model_failed':
      return {
        title: 'Your own model gave no score',
        explanation:
          'It did not answer in time, or what it answered is no score. What it could not look at is never cleared.',
      };
    default:
      return undefined;
  }
}

function featureList(reason: Reason, held: HeldTransaction): string {
  const { features } = held.evidence;
  const shown = reason.features.flatMap((name) => {
    const plain = plainName(name);
    return plain === undefined ? [] : [`${plain} ${featureText(name, features[name] ?? null, held)}`];
  });
  return shown.length === 0 ? 'no value' : shown.join(', ');
}

/** A feature's value as a reader understands it: money in its currency, counts whole, ratios rough. */
function featureText(feature: string, value: number | null, held: HeldTransaction): string {
  if (value === null) return 'unknown';
  if (/^(amountMinor$|sumMinor_)/.test(feature)) return money(value, held.transaction.currency);
  return Number.isInteger(value) ? wholeNumber(value) : roughNumber(value);
}
