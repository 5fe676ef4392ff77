import type { HeldTransaction, Reason } from '@weir/contracts';
import { explainRule } from '@weir/rules';
import type { Ruleset } from '@weir/rules';
import { explainGroup } from './explain-group.ts';
import { capitalised, money, roughNumber, sentence, utcTime, wholeNumber } from './format.ts';
import { plainName } from './masking.ts';

/**
 * A reason as a sentence with its numbers: "High amount to somebody new (high).
 * ...", and what it adds where the score is made of contributions. A rule or group
 * that this release doesn't know, because the one that held it is newer, is told
 * by its name and the features it looked at.
 */
export function explainReason(reason: Reason, held: HeldTransaction, ruleset: Ruleset | undefined): string {
  const rule = ruleset?.rules.find(({ id }) => id === reason.rule);
  const { title, explanation } =
    rule === undefined
      ? (explainBuiltIn(reason, held) ?? explainScored(reason, held))
      : {
          title: rule.title,
          explanation: explainRule(rule, held.evidence.features, (feature, value) =>
            featureText(feature, value, held),
          ),
        };
  const adds =
    held.evidence.contributions === undefined || reason.contribution === 0
      ? ''
      : `, adds ${reason.contribution.toFixed(2)}`;
  return `${title} (${capitalised(reason.severity).toLowerCase()}${adds}). ${explanation}`;
}

/** A group of features the score rests on, or whatever else a newer release held it for. */
function explainScored(
  reason: Reason,
  held: HeldTransaction,
): { readonly title: string; readonly explanation: string } {
  if (held.evidence.contributions === undefined)
    return { title: `Rule ${reason.rule}`, explanation: `It fired on ${featureList(reason, held)}.` };
  const group = explainGroup(reason, held);
  return group === undefined
    ? { title: `Reason ${reason.rule}`, explanation: `It rests on ${featureList(reason, held)}.` }
    : { title: group.title, explanation: sentence(group.phrase) };
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
