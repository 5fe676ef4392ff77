import { escaped } from '@weir/backtest';
import { formatInstant } from '@weir/contracts';
import { changedReasons, isVerdict } from '../difference-of.ts';
import type { Judgement, ReplayDifference } from '../judgement.ts';
import { shownAmount, shownChange, shownMinute, shownScore, shownValue } from './shown.ts';

/** So many features are shown of each; a verdict that was recomputed from other windows differs in all of them. */
const mostFeatures = 12;

/** What each kind of difference is called where somebody reads it. */
export const kindNames: Readonly<Record<ReplayDifference['kind'], string>> = {
  kind: 'not the same kind of decision',
  flip: 'flipped',
  score: 'another score or other reasons',
  features: 'features alone',
  bytes: 'the text alone',
};

/** Differences one by one, each with what it was, what it is, and the features that differ. */
export const differenceList = (differences: readonly ReplayDifference[]): string =>
  `<ol class="differences">${differences.map(differenceHtml).join('\n')}</ol>`;

function differenceHtml(difference: ReplayDifference): string {
  const { kind, subject, then, now } = difference;
  const { partition, offset, account, eventTimeMs, amountMinor, currency } = subject;
  const facts = [
    eventTimeMs === undefined ? [] : [`${shownMinute(formatInstant(eventTimeMs))} UTC`],
    amountMinor === undefined || currency === undefined ? [] : [shownAmount(amountMinor, currency)],
    account === undefined ? [] : [account],
    [`partition ${String(partition)}, offset ${String(offset)}`],
  ].flat();
  return [
    '<li>',
    `<p class="what"><span class="outcome ${then.outcome}">${escaped(judged(then))}</span> → <span class="outcome ${now.outcome}">${escaped(judged(now))}</span> <span class="kind">· ${escaped(kindNames[kind])}</span></p>`,
    `<p class="note">${escaped(facts.join(' · '))}</p>`,
    ...reasonsHtml(difference),
    featuresHtml(difference),
    '</li>',
  ].join('\n');
}

function judged(judgement: Judgement): string {
  switch (judgement.outcome) {
    case 'cleared':
    case 'held':
      return `${judgement.outcome}${judgement.alert ? ', with an alert' : ''}, ${shownScore(judgement.score)}`;
    case 'duplicate':
      return `duplicate of offset ${String(judgement.firstOffset)}`;
    case 'rejected':
      return `rejected, ${judgement.code}`;
  }
}

function reasonsHtml(difference: ReplayDifference): string[] {
  const { gained, lost } = changedReasons(difference);
  const { then, now } = difference;
  const texts = [
    gained.length === 0 ? [] : [`Only now: ${gained.join(', ')}.`],
    lost.length === 0 ? [] : [`Only then: ${lost.join(', ')}.`],
    isVerdict(then) && isVerdict(now) && then.ruleset !== now.ruleset
      ? [`Decided by ${then.ruleset} then and ${now.ruleset} now.`]
      : [],
  ].flat();
  return texts.map((text) => `<p>${escaped(text)}</p>`);
}

function featuresHtml({ then, now }: ReplayDifference): string {
  if (!isVerdict(then) || !isVerdict(now)) return '';
  const names = [...new Set([...Object.keys(then.features), ...Object.keys(now.features)])];
  if (names.length === 0) return '';
  const rows = names.slice(0, mostFeatures).map((name) => {
    const [before, after] = [then.features[name], now.features[name]];
    const cells = [shownValue(before), shownValue(after), shownChange(before, after)];
    return `<tr><th scope="row">${escaped(name)}</th>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`;
  });
  const header = ['feature', 'then', 'now', 'by'].map((text) => `<th scope="col">${text}</th>`).join('');
  const more = names.length - rows.length;
  return `<div class="scroll"><table><thead><tr>${header}</tr></thead><tbody>${rows.join('')}</tbody></table></div>${more > 0 ? `<p class="note">and ${String(more)} more</p>` : ''}`;
}
