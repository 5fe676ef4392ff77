import type { JudgedTransaction } from '../judged-transaction.ts';
import { span, spanMsOfName } from './format.ts';

/** The transactions an account's past is taken from: "outgoing EUR". */
export const kindOf = ({ transaction }: JudgedTransaction): string =>
  `${transaction.creditDebitIndicator === 'DBIT' ? 'outgoing' : 'incoming'} ${transaction.currency}`;

const countPrefix = 'count_';

/** The windows that transactions of the kind were counted over, each with how many there were before this one. */
const windowsOf = ({ evidence }: JudgedTransaction) =>
  Object.entries(evidence.features).flatMap(([feature, count]) => {
    const spanMs = feature.startsWith(countPrefix)
      ? spanMsOfName(feature.slice(countPrefix.length))
      : undefined;
    return spanMs === undefined ? [] : [{ spanMs, count }];
  });

/** The longest window without a transaction of the kind; 0 where there was one in each. */
export const longestEmptyMs = (judged: JudgedTransaction): number =>
  Math.max(0, ...windowsOf(judged).map(({ spanMs, count }) => (count === 0 ? spanMs : 0)));

/**
 * How far back an account's past is remembered: "30 days". Whatever is said to be
 * the first of its kind is the first within that. Told by the longest window that was counted.
 */
export function historySpan(judged: JudgedTransaction): string {
  const spansMs = windowsOf(judged).map(({ spanMs }) => spanMs);
  const longestMs = Math.max(judged.evidence.usualAmount?.windowSpanMs ?? 0, ...spansMs);
  return longestMs === 0 ? 'all the time it is remembered' : span(longestMs);
}
