import { formatAmount, type FeatureValues } from '@weir/contracts';

/** What a value of a feature is read with: the others, and the currency. */
export type FeatureContext = {
  readonly features: FeatureValues;
  /** Empty in journals of earlier releases, which don't say it. */
  readonly currency: string;
};

/** A feature for a person: what it is about, its value with its unit, and what would be usual. */
export type FeatureWords = {
  readonly about: string;
  readonly value: string;
  /** Empty where nothing is usual or unusual about it. */
  readonly usual: string;
};

type Words = {
  readonly about: (span: string) => string;
  readonly value: (value: number, context: FeatureContext) => string;
  readonly usual?: (context: FeatureContext, span: string) => string;
};

const whole = (value: number): string => Math.round(value).toLocaleString('en-GB');

const rough = (value: number): string =>
  Math.abs(value) >= 100 ? whole(value) : value.toFixed(Math.abs(value) >= 10 ? 1 : 2);

/** "9,500.00 EUR". */
export function money(amountMinor: number, currency: string): string {
  if (currency === '') return `${whole(amountMinor)} minor units`;
  const [units = '', fraction] = formatAmount(Math.round(amountMinor), currency).split('.');
  return `${units.replaceAll(/\B(?=(\d{3})+$)/g, ',')}${fraction === undefined ? '' : `.${fraction}`} ${currency}`;
}

const moneyOf = (value: number, { currency }: FeatureContext): string => money(value, currency);
const times = (value: number): string => `${rough(value)} ×`;
const yesNo = (value: number): string => (value === 1 ? 'yes' : 'no');
const days = (value: number): string => `${rough(value)} days`;

const deviations = (value: number): string =>
  `${rough(Math.abs(value))} standard deviations ${value < 0 ? 'below' : 'above'}`;

/** A surprise is the negative logarithm of a probability: told as "1 in so many". */
function surprise(nats: number): string {
  const oneIn = Math.exp(nats);
  const shown =
    oneIn >= 1e6 ? `1 in ${oneIn.toExponential(0)}` : `1 in ${oneIn < 10 ? rough(oneIn) : whole(oneIn)}`;
  return `${shown} (${rough(nats)} nats)`;
}

const commonChance = (): string => 'up to 1 in 2';

const spanUnitsMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** The span that ends a feature's name, in milliseconds; undefined for a name of another shape. */
function spanMsOf(span: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,4})([smhd])$/.exec(span) ?? [];
  const unitMs = spanUnitsMs[unit];
  return unitMs === undefined ? undefined : Number(count) * unitMs;
}

/** The longest span that transactions were counted over, by its name. */
function longestSpan(
  features: FeatureValues,
): { readonly name: string; readonly spanMs: number } | undefined {
  return Object.keys(features)
    .flatMap((feature) => {
      const name = feature.startsWith('count_') ? feature.slice('count_'.length) : '';
      const spanMs = spanMsOf(name);
      return spanMs === undefined ? [] : [{ name, spanMs }];
    })
    .toSorted((a, b) => b.spanMs - a.spanMs)[0];
}

/** What the rate over the longest span leads to expect of a shorter one. */
function expected(feature: string, { features }: FeatureContext, span: string): number | undefined {
  const longest = longestSpan(features);
  const spanMs = spanMsOf(span);
  const all = features[`${feature}_${longest?.name ?? ''}`] ?? undefined;
  if (longest === undefined || spanMs === undefined || all === undefined || spanMs >= longest.spanMs) {
    return undefined;
  }
  return (all * spanMs) / longest.spanMs;
}

const usualCount = (context: FeatureContext, span: string): string => {
  const count = expected('count', context, span);
  return count === undefined
    ? ''
    : `about ${rough(count)}, at its rate of ${longestSpan(context.features)?.name ?? ''}`;
};

const usualSum = (context: FeatureContext, span: string): string => {
  const sumMinor = expected('sumMinor', context, span);
  return sumMinor === undefined
    ? ''
    : `about ${money(sumMinor, context.currency)}, at its rate of ${longestSpan(context.features)?.name ?? ''}`;
};

/** The geometric mean of the account's amounts, which amountOverTypical is a multiple of. */
function typicalAmount({ features, currency }: FeatureContext): string {
  const amountMinor = features['amountMinor'];
  const ratio = features['amountOverTypical'];
  if (typeof amountMinor !== 'number' || typeof ratio !== 'number' || ratio <= 0) return 'no past to tell';
  return `typically ${money(amountMinor / ratio, currency)}`;
}

function usualGap({ features }: FeatureContext): string {
  const longest = longestSpan(features);
  const count = features['historyCount'] ?? 0;
  if (longest === undefined || count < 2) return '';
  return `one of its kind every ${rough(longest.spanMs / 3_600_000 / count)} hours`;
}

const states = ['cold: no past', 'short: a short past', 'settled: a past of its own'];

/** By the name of the feature without its span. */
const words: Readonly<Record<string, Words>> = {
  count: { about: (span) => `transactions of its kind within ${span}`, value: whole, usual: usualCount },
  sumMinor: { about: (span) => `their sum within ${span}`, value: moneyOf, usual: usualSum },
  distinctCounterparties: { about: (span) => `counterparties within ${span}`, value: whole },
  amountMinor: { about: () => 'amount', value: moneyOf, usual: typicalAmount },
  historyCount: { about: () => 'earlier transactions of its kind', value: whole },
  amountLogZ: {
    about: () => 'amount against its mean',
    value: deviations,
    usual: () => 'two of three within 1',
  },
  amountOverTypical: { about: () => 'amount against the typical one', value: times, usual: typicalAmount },
  velocityRatio: {
    about: (span) => `pace within ${span} against its own`,
    value: times,
    usual: () => 'about 1 ×',
  },
  newCounterparty: { about: () => 'counterparty is new', value: yesNo },
  nearThresholdCount: {
    about: (span) => `amounts just below a reporting threshold within ${span}`,
    value: whole,
    usual: () => '0',
  },
  hoursSinceLast: {
    about: () => 'since its last transaction',
    value: (value) => `${rough(value)} hours`,
    usual: usualGap,
  },
  historyState: { about: () => 'past to compare with', value: (value) => states[value] ?? whole(value) },
  amountRobustZ: {
    about: () => 'amount against its usual ones',
    value: deviations,
    usual: (context) => `two of three within 1; ${typicalAmount(context)}`,
  },
  velocitySurprise: {
    about: (span) => `burst within ${span}, how rare`,
    value: surprise,
    usual: commonChance,
  },
  daySumSurprise: { about: () => 'sum of 24 hours, how rare', value: surprise, usual: commonChance },
  counterpartySurprise: { about: () => 'a new counterparty, how rare', value: surprise, usual: commonChance },
  newCountry: { about: () => 'country is new', value: yesNo },
  newChannel: { about: () => 'channel is new', value: yesNo },
  hourSurprise: {
    about: () => 'hour of the day against its hours',
    value: (value) => `${rough(Math.exp(-value))} × as likely as any hour`,
    usual: () => '1 × or more',
  },
  dormancySurprise: { about: () => 'silence before it, how rare', value: surprise, usual: commonChance },
  passThroughShare: {
    about: () => 'of what came in within 24 hours, gone out again',
    value: (value) => `${whole(100 * value)} %`,
  },
  passThroughMinor: { about: () => 'passed through within 24 hours', value: moneyOf },
  roundAmountCount: { about: (span) => `round amounts within ${span}`, value: whole },
  equalAmountCount: {
    about: (span) => `times this very amount within ${span}`,
    value: whole,
    usual: () => '1',
  },
  amountPeerZ: {
    about: () => 'amount against those of other accounts',
    value: deviations,
    usual: () => 'two of three within 1',
  },
  restOfDayZ: {
    about: () => 'the rest of 24 hours against its days',
    value: (value) => `${rough(value)} root mean squares`,
    usual: () => 'about 0',
  },
  peakOverTypical: {
    about: (span) => `largest amount of ${span} against the typical one`,
    value: (value) => times(Math.exp(value)),
    usual: typicalAmount,
  },
  counterpartyFraudDays: { about: () => 'since the first fraud with its counterparty', value: days },
  counterpartyLastFraudDays: { about: () => 'since the last fraud with its counterparty', value: days },
  counterpartyLastGenuineDays: {
    about: () => 'since the last genuine one with its counterparty',
    value: days,
  },
  counterpartyFraudShare: {
    about: () => 'frauds among those with its counterparty',
    value: (value) => `${whole(100 * value)} %`,
    usual: () => 'none known',
  },
  counterpartyUnexplainedFrauds: { about: () => 'frauds that its payers did not explain', value: rough },
  counterpartyGenuineSince: { about: () => 'genuine with its counterparty since', value: whole },
  accountLastFraudDays: { about: () => 'since the last fraud on this account', value: days },
  accountFrauds: { about: () => 'frauds on this account', value: whole, usual: () => 'none known' },
  teamScore: { about: () => 'score of your own model', value: (value) => value.toFixed(6) },
};

/** A value within a sentence of a rule, which says itself what the number is of. */
export function plainValue(feature: string, value: number | null, context: FeatureContext): string {
  if (value === null) return 'unknown';
  if (/^(?:amountMinor$|sumMinor_|passThroughMinor$)/.test(feature)) return moneyOf(value, context);
  return Number.isInteger(value) ? whole(value) : rough(value);
}

/** A feature in words; one that this release has none for by its name and bare value. */
export function describeFeature(
  feature: string,
  value: number | null,
  context: FeatureContext,
): FeatureWords {
  const [stem = '', span = ''] = feature.split('_');
  const found = Object.hasOwn(words, stem) ? words[stem] : undefined;
  const usual = found?.usual?.(context, span) ?? '';
  const about = found?.about(span) ?? feature;
  if (value === null) return { about, value: 'no value', usual };
  return { about, value: found === undefined ? String(value) : found.value(value, context), usual };
}
