import type { HeldTransaction, Reason } from '@weir/contracts';
import { counted, money, ordinal, roughNumber, span, spanOfName, wholeNumber } from './format.ts';

/** A group of features in words: its name, and what speaks for holding, as a part of a sentence. */
export type GroupText = { readonly title: string; readonly phrase: string };

type Words = (held: HeldTransaction, reason: Reason) => string;

/** The groups this release knows; see `scoreReasons` of @weir/scoring. */
const groups: Readonly<Record<string, { readonly title: string; readonly phrase: Words }>> = {
  unusual_amount: { title: 'Unusual amount', phrase: unusualAmount },
  velocity_surprise: { title: 'Burst of transactions', phrase: velocity },
  daily_sum_surprise: { title: 'Unusual sum of a day', phrase: daySum },
  new_counterparty: {
    title: 'New counterparty',
    phrase: ({ transaction }) =>
      transaction.creditDebitIndicator === 'DBIT'
        ? 'first payment to this creditor'
        : 'first payment from this debtor',
  },
  new_country: {
    title: 'New country',
    phrase: ({ transaction: { country } }) =>
      country === undefined ? 'first transaction in its country' : `first transaction in ${country}`,
  },
  new_channel: {
    title: 'New channel',
    phrase: ({ transaction: { channel } }) =>
      channel === undefined
        ? 'first transaction by its channel'
        : `first transaction by ${channel.replaceAll('_', ' ')}`,
  },
  unusual_hour: {
    title: 'Unusual hour',
    phrase: ({ transaction }) =>
      `at ${transaction.eventTime.slice(11, 16)} UTC, an hour at which the account is hardly ever active`,
  },
  dormant_woke: { title: 'Dormant account', phrase: dormancy },
  structuring_amounts: {
    title: 'Amounts just below a reporting threshold',
    phrase: (held) =>
      `${nth(held, 'nearThresholdCount_24h')} amount just below a reporting threshold within 24 hours`,
  },
  pass_through: { title: 'Money passed on', phrase: passThrough },
  round_amounts: {
    title: 'Repeated amounts',
    phrase: (held) =>
      (valueOf(held, 'equalAmountCount_24h') ?? 0) > 1
        ? `${nth(held, 'equalAmountCount_24h')} time this very amount within 24 hours`
        : `${nth(held, 'roundAmountCount_24h')} round amount within 24 hours`,
  },
  counterparty_risk: { title: 'Counterparty of frauds', phrase: counterpartyRisk },
  account_risk: { title: 'Account with frauds', phrase: accountRisk },
  short_history: {
    title: 'Little history',
    phrase: () => 'the account has little of its own to compare with',
  },
  team_model: {
    title: 'Your own model',
    phrase: ({ verdict }) => `your own model gives it ${verdict.score.toFixed(2)}`,
  },
};

/** A reason group in words, or undefined for one that this release doesn't know. */
export function explainGroup(reason: Reason, held: HeldTransaction): GroupText | undefined {
  const group = Object.hasOwn(groups, reason.rule) ? groups[reason.rule] : undefined;
  return group === undefined ? undefined : { title: group.title, phrase: group.phrase(held, reason) };
}

const valueOf = ({ evidence }: HeldTransaction, feature: string): number | undefined =>
  evidence.features[feature] ?? undefined;

/** "third", of a count that includes this transaction; "another" where nobody counted. */
function nth(held: HeldTransaction, feature: string): string {
  const count = valueOf(held, feature);
  return count === undefined || count < 1 ? 'another' : ordinal(count);
}

function unusualAmount({ transaction, evidence }: HeldTransaction): string {
  const { usualAmount } = evidence;
  const { amountMinor, currency } = transaction;
  if (usualAmount === null) return 'an amount that is unusual for accounts like it';
  const { lowMinor, typicalMinor, highMinor, windowSpanMs } = usualAmount;
  const usual = `usual ${moneyRange(lowMinor, highMinor, currency)} over ${span(windowSpanMs)}`;
  const times = amountMinor / Math.max(1, typicalMinor);
  return times >= 1.05
    ? `${roughNumber(times)} × the usual amount (${usual})`
    : `an amount unlike the usual ones (${usual})`;
}

/** "12.00–80.00 EUR". */
const moneyRange = (lowMinor: number, highMinor: number, currency: string): string =>
  `${money(lowMinor, currency).replace(` ${currency}`, '')}–${money(highMinor, currency)}`;

const velocityPrefix = 'velocitySurprise_';

/** Told over the span that surprises most. */
function velocity(held: HeldTransaction, { features }: Reason): string {
  const [name] = features
    .filter((feature) => feature.startsWith(velocityPrefix))
    .map((feature) => feature.slice(velocityPrefix.length))
    .sort((one, other) => surpriseOver(held, other) - surpriseOver(held, one));
  const within = name === undefined ? undefined : spanOfName(name);
  const earlier = valueOf(held, `count_${name ?? ''}`);
  if (within === undefined || earlier === undefined) return 'more transactions than usual in a short time';
  return `${ordinal(earlier + 1)} within ${within}`;
}

const surpriseOver = (held: HeldTransaction, name: string): number =>
  valueOf(held, velocityPrefix + name) ?? 0;

function daySum(held: HeldTransaction): string {
  const earlierMinor = valueOf(held, 'sumMinor_24h');
  const { amountMinor, currency } = held.transaction;
  return earlierMinor === undefined
    ? 'more money within 24 hours than usual'
    : `${money(earlierMinor + amountMinor, currency)} within 24 hours, more than usual`;
}

function dormancy(held: HeldTransaction): string {
  const hours = valueOf(held, 'hoursSinceLast');
  if (hours === undefined) return 'first transaction after a long silence';
  return hours < 48
    ? `first transaction after ${wholeNumber(hours)} hours of silence`
    : `first transaction after ${wholeNumber(hours / 24)} days of silence`;
}

function passThrough(held: HeldTransaction): string {
  const [share, amountMinor] = [valueOf(held, 'passThroughShare'), valueOf(held, 'passThroughMinor')];
  if (share === undefined || amountMinor === undefined) return 'what came in goes out again within 24 hours';
  const { currency } = held.transaction;
  return `${wholeNumber(share * 100)} % of what came in within 24 hours, ${money(amountMinor, currency)}, goes out again`;
}

function counterpartyRisk(held: HeldTransaction): string {
  const days = valueOf(held, 'counterpartyLastFraudDays');
  if (days === undefined) return 'the counterparty occurs in transactions that were reported as fraud';
  const share = valueOf(held, 'counterpartyFraudShare');
  const often =
    share === undefined ? '' : `, as ${wholeNumber(share * 100)} % of all with it since the first`;
  return `a transaction with this counterparty ${daysAgo(days)} was reported as fraud${often}`;
}

function accountRisk(held: HeldTransaction): string {
  const days = valueOf(held, 'accountLastFraudDays');
  return days === undefined
    ? 'the account had transactions that were reported as fraud'
    : `a transaction of this account ${daysAgo(days)} was reported as fraud`;
}

const daysAgo = (days: number): string => `${counted(Math.max(1, Math.round(days)), 'day')} ago`;
