import type { Reason } from '@weir/contracts';
import type { JudgedTransaction } from '../judged-transaction.ts';
import { titleOfScoreReason } from '@weir/scoring';
import {
  counted,
  money,
  moneyRange,
  ordinal,
  roughNumber,
  span,
  spanMsOfName,
  upperFirst,
  wholeNumber,
} from './format.ts';
import { historySpan, kindOf, longestEmptyMs } from './history-words.ts';

/** A group of features in words: its name, and what speaks for holding, as a part of a sentence; commas part it from others. */
export type GroupText = { readonly title: string; readonly phrase: string };

/** Undefined where the features don't bear out what the group is named for. */
type Words = (judged: JudgedTransaction, reason: Reason) => string | undefined;

/**
 * The groups this release knows: those of the score's reasons in @weir/scoring. A model may also hold for a
 * feature that is nothing special in itself, because reported frauds had the like: then
 * that is said of `what`, and nothing else.
 */
const groups: Readonly<Record<string, { readonly what: string; readonly phrase: Words }>> = {
  unusual_amount: { what: 'amount', phrase: unusualAmount },
  velocity_surprise: { what: 'pace', phrase: velocity },
  daily_sum_surprise: { what: 'sum of 24 hours', phrase: daySum },
  new_counterparty: { what: 'counterparty', phrase: newCounterparty },
  new_country: { what: 'country', phrase: newCountry },
  new_channel: { what: 'channel', phrase: newChannel },
  unusual_hour: { what: 'hour', phrase: unusualHour },
  dormant_woke: { what: 'distance from the one before', phrase: dormancy },
  structuring_amounts: {
    what: 'distance from the reporting threshold',
    phrase: nearThreshold,
  },
  pass_through: { what: 'passing on of what came in', phrase: passThrough },
  round_amounts: { what: 'roundness', phrase: repeatedAmounts },
  counterparty_risk: {
    what: "counterparty's record",
    phrase: counterpartyRisk,
  },
  account_risk: {
    what: "account's record",
    phrase: accountRisk,
  },
  team_model: {
    what: 'score of your own model',
    phrase: ({ verdict }) => `your own model gives it ${verdict.score.toFixed(2)}`,
  },
};

/** A reason group in words, or undefined for one that this release doesn't know. */
export function explainGroup(reason: Reason, judged: JudgedTransaction): GroupText | undefined {
  const group = Object.hasOwn(groups, reason.rule) ? groups[reason.rule] : undefined;
  if (group === undefined) return undefined;
  const { what, phrase } = group;
  const told = phrase(judged, reason);
  if (told !== undefined) return { title: titleOfScoreReason(reason.rule) ?? upperFirst(what), phrase: told };
  const otherwise =
    judged.verdict.versions.model === undefined ? 'is unusual' : 'is like that of reported frauds';
  return { title: upperFirst(what), phrase: `its ${what} ${otherwise}` };
}

const valueOf = ({ evidence }: JudgedTransaction, feature: string): number | undefined =>
  evidence.features[feature] ?? undefined;

/** Whether a feature is above a value: never where it has none. */
const isAbove = (judged: JudgedTransaction, feature: string, least: number): boolean =>
  (valueOf(judged, feature) ?? -Infinity) > least;

/** A surprise is the negative logarithm of a probability: below this, something rather usual. */
const evenChance = Math.LN2;

const hourMs = 3_600_000;

function unusualAmount(judged: JudgedTransaction): string | undefined {
  const { amountMinor, currency } = judged.transaction;
  const { usualAmount } = judged.evidence;
  if (usualAmount === null) return unusualWithoutRange(judged);
  const { lowMinor, typicalMinor, highMinor, windowSpanMs } = usualAmount;
  const usual = `usual ${moneyRange(lowMinor, highMinor, currency)} over ${span(windowSpanMs)}`;
  const times = amountMinor / Math.max(1, typicalMinor);
  if (times >= 1.05) return `${roughNumber(times)} × the usual amount (${usual})`;
  if (amountMinor < lowMinor) return `an amount below the usual ones (${usual})`;
  return isAbove(judged, 'amountRobustZ', 0)
    ? `an amount in the upper half of the usual ones (${usual})`
    : undefined;
}

/** Of an account with too few transactions for a range: what these few say, else what other accounts do. */
function unusualWithoutRange(judged: JudgedTransaction): string | undefined {
  const times = valueOf(judged, 'amountOverTypical');
  const few = counted(valueOf(judged, 'historyCount') ?? 0, `${kindOf(judged)} transaction`);
  if (times !== undefined && times >= 1.05)
    return `${roughNumber(times)} × the typical amount of its ${few} in ${historySpan(judged)}`;
  return isAbove(judged, 'amountPeerZ', 0) ? 'an amount higher than other accounts mostly move' : undefined;
}

const velocityPrefix = 'velocitySurprise_';

/** Told over the span that surprises most. */
function velocity(judged: JudgedTransaction, { features }: Reason): string | undefined {
  const [name] = features
    .filter((feature) => feature.startsWith(velocityPrefix))
    .map((feature) => feature.slice(velocityPrefix.length))
    .sort((one, other) => surpriseOver(judged, other) - surpriseOver(judged, one));
  const withinMs = name === undefined ? undefined : spanMsOfName(name);
  const earlier = valueOf(judged, `count_${name ?? ''}`);
  if (withinMs === undefined || earlier === undefined || earlier < 1) return undefined;
  return `${ordinal(earlier + 1)} ${kindOf(judged)} transaction within ${span(withinMs)}`;
}

const surpriseOver = (judged: JudgedTransaction, name: string): number =>
  valueOf(judged, velocityPrefix + name) ?? 0;

function daySum(judged: JudgedTransaction): string | undefined {
  const earlierMinor = valueOf(judged, 'sumMinor_24h');
  const isMore = isAbove(judged, 'daySumSurprise', evenChance) || isAbove(judged, 'restOfDayZ', 0);
  if (earlierMinor === undefined || !isMore) return undefined;
  const { amountMinor, currency, creditDebitIndicator } = judged.transaction;
  const way = creditDebitIndicator === 'DBIT' ? 'out' : 'in';
  return `with it ${money(earlierMinor + amountMinor, currency)} ${way} within 24 hours (more than usual)`;
}

function newCounterparty(judged: JudgedTransaction): string | undefined {
  if (valueOf(judged, 'newCounterparty') !== 1) return undefined;
  const first =
    judged.transaction.creditDebitIndicator === 'DBIT'
      ? 'first payment to this creditor'
      : 'first payment from this debtor';
  return `${first} in ${historySpan(judged)}`;
}

function newCountry(judged: JudgedTransaction): string | undefined {
  if (valueOf(judged, 'newCountry') !== 1) return undefined;
  return `first transaction in ${judged.transaction.country ?? 'its country'} for ${historySpan(judged)}`;
}

function newChannel(judged: JudgedTransaction): string | undefined {
  if (valueOf(judged, 'newChannel') !== 1) return undefined;
  const channel = judged.transaction.channel?.replaceAll('_', ' ') ?? 'its channel';
  return `first transaction by ${channel} in ${historySpan(judged)}`;
}

function unusualHour(judged: JudgedTransaction): string | undefined {
  if (!isAbove(judged, 'hourSurprise', evenChance)) return undefined;
  return `at ${judged.transaction.eventTime.slice(11, 16)} UTC (the account is seldom active at this hour)`;
}

/** The silence is that of transactions of the kind; where others came in between, it is told by the longest empty window. */
function dormancy(judged: JudgedTransaction): string | undefined {
  const hours = valueOf(judged, 'hoursSinceLast');
  if (hours === undefined || !isAbove(judged, 'dormancySurprise', evenChance)) return undefined;
  const emptyMs = longestEmptyMs(judged);
  if (emptyMs > hours * hourMs) return `first ${kindOf(judged)} transaction in ${span(emptyMs)}`;
  const silence = hours < 48 ? counted(hours, 'hour') : counted(hours / 24, 'day');
  return `first transaction after ${silence} of silence`;
}

function nearThreshold(judged: JudgedTransaction): string | undefined {
  const count = valueOf(judged, 'nearThresholdCount_24h') ?? 0;
  if (count < 1) return undefined;
  return count === 1
    ? 'an amount just below a reporting threshold'
    : `${ordinal(count)} amount just below a reporting threshold within 24 hours`;
}

/** What went out is told with what it is a part of, since this transaction may be the least of it. */
function passThrough(judged: JudgedTransaction): string | undefined {
  const share = valueOf(judged, 'passThroughShare') ?? 0;
  const passedMinor = valueOf(judged, 'passThroughMinor');
  if (passedMinor === undefined || share <= 0) return undefined;
  const passed = money(passedMinor, judged.transaction.currency);
  return `with it ${wholeNumber(share * 100)} % of what came in within 24 hours went out again (${passed})`;
}

function repeatedAmounts(judged: JudgedTransaction, { features }: Reason): string | undefined {
  const equal = valueOf(judged, 'equalAmountCount_24h') ?? 0;
  const round = valueOf(judged, 'roundAmountCount_24h') ?? 0;
  const isByEqual = features.includes('equalAmountCount_24h') || !features.includes('roundAmountCount_24h');
  if (equal > 1 && (isByEqual || round < 1)) return `${ordinal(equal)} time this very amount within 24 hours`;
  if (round < 1) return undefined;
  return round === 1 ? 'a round amount' : `${ordinal(round)} round amount within 24 hours`;
}

function counterpartyRisk(judged: JudgedTransaction): string | undefined {
  const days = valueOf(judged, 'counterpartyLastFraudDays');
  if (days === undefined) return undefined;
  const share = valueOf(judged, 'counterpartyFraudShare');
  const often =
    share === undefined
      ? ''
      : ` (as were ${wholeNumber(share * 100)} % of all with it since the first fraud)`;
  return `a transaction with this counterparty ${daysAgo(days)} was reported as fraud${often}`;
}

function accountRisk(judged: JudgedTransaction): string | undefined {
  const days = valueOf(judged, 'accountLastFraudDays');
  return days === undefined
    ? undefined
    : `a transaction of this account ${daysAgo(days)} was reported as fraud`;
}

const daysAgo = (days: number): string => `${counted(Math.max(1, Math.round(days)), 'day')} ago`;
