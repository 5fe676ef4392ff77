import type { Reason } from '@weir/contracts';
import type { JudgedTransaction } from '../judged-transaction.ts';
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
export function explainReason(
  reason: Reason,
  judged: JudgedTransaction,
  ruleset: Ruleset | undefined,
): string {
  const rule = wordsOfRule(reason, judged, ruleset);
  const { title, explanation } =
    rule === undefined
      ? (explainBuiltIn(reason, judged) ?? explainScored(reason, judged))
      : {
          title: rule.title,
          explanation: explainRule(rule, judged.evidence.features, (feature, value) =>
            featureText(feature, value, judged),
          ),
        };
  const adds =
    judged.evidence.contributions === undefined || reason.contribution === 0
      ? ''
      : `, adds ${reason.contribution.toFixed(2)}`;
  return `${title} (${capitalised(reason.severity).toLowerCase()}${adds}). ${explanation}`;
}

type RuleWords = { readonly title: string; readonly explanation: string };

/**
 * The words of the rule or list: as the evidence gives them, which is as they were when it
 * was decided, else those of a ruleset that comes with the program.
 */
function wordsOfRule(
  { rule }: Reason,
  { evidence }: JudgedTransaction,
  ruleset: Ruleset | undefined,
): RuleWords | undefined {
  const given = evidence.rules?.find((one) => one.rule === rule);
  if (given === undefined) return ruleset?.rules.find(({ id }) => id === rule);
  return { title: onOneLine(given.title), explanation: onOneLine(given.explanation) };
}

/** Whoever writes a ruleset writes words, and not the layout of a mail. */
const onOneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Z}]+/gu, ' ').trim();

/** A group of features the score rests on, or whatever else a newer release held it for. */
function explainScored(
  reason: Reason,
  judged: JudgedTransaction,
): { readonly title: string; readonly explanation: string } {
  if (judged.evidence.contributions === undefined)
    return { title: `Rule ${reason.rule}`, explanation: `It fired on ${featureList(reason, judged)}.` };
  const group = explainGroup(reason, judged);
  return group === undefined
    ? { title: `Reason ${reason.rule}`, explanation: `It rests on ${featureList(reason, judged)}.` }
    : { title: group.title, explanation: sentence(group.phrase) };
}

function explainBuiltIn(
  reason: Reason,
  judged: JudgedTransaction,
): { readonly title: string; readonly explanation: string } | undefined {
  const { observedAt, eventTime } = judged.transaction;
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
        explanation: `What nobody could check is never cleared. The values involved: ${featureList(reason, judged)}.`,
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

function featureList(reason: Reason, judged: JudgedTransaction): string {
  const { features } = judged.evidence;
  const shown = reason.features.flatMap((name) => {
    const plain = plainName(name);
    return plain === undefined ? [] : [`${plain} ${featureText(name, features[name] ?? null, judged)}`];
  });
  return shown.length === 0 ? 'no value' : shown.join(', ');
}

/** A feature's value as a reader understands it: money in its currency, counts whole, ratios rough. */
function featureText(feature: string, value: number | null, judged: JudgedTransaction): string {
  if (value === null) return 'unknown';
  if (/^(amountMinor$|sumMinor_)/.test(feature)) return money(value, judged.transaction.currency);
  return Number.isInteger(value) ? wholeNumber(value) : roughNumber(value);
}
