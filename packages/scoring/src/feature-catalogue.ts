import type { WindowPlan } from '@weir/windows';
import { featureNamesOf } from './feature-names.ts';

/** What a feature is, for whoever writes rules or reads an alert. */
export type FeatureEntry = {
  /** Its name; of a family that has one for each span, the part before "_" and the span's name. */
  readonly name: string;
  /** Of a family: whether the longest span has one too, which `butTheLongest` are measured against. */
  readonly spans?: 'every' | 'butTheLongest';
  readonly definition: string;
  readonly unit: string;
  /** When it has no value; "never" where it always has one. */
  readonly nullWhen: string;
  /**
   * What it is made of: the account's own past; that and what peers do, which stands in the model in force;
   * or outcomes that were reported, which stand there too.
   */
  readonly from: 'account' | 'peers' | 'outcomes';
  /** Who describes it. */
  readonly source?: string;
};

const account = { from: 'account', nullWhen: 'never' } as const;
const peers = { from: 'peers', nullWhen: 'never' } as const;
const outcomes = { from: 'outcomes', nullWhen: 'nobody reported a fraud of the counterparty' } as const;
const ofAccount = { from: 'outcomes', nullWhen: 'nobody reported a fraud on the account' } as const;

const redFlags = 'FFIEC BSA/AML Examination Manual, appendix F';
const inAny = 'in any currency and direction';

/**
 * Every feature there is. Windows reach back from the event time of the transaction, `(t − span, t]`, over the
 * account's transactions in the same currency and direction unless said otherwise. L is the plan's longest
 * span, s the span a name ends in; 24 hours are L where that is shorter. Bounded is what boundedSurprise makes
 * of a value. Each function's docstring has its formula and its priors.
 */
export const featureCatalogue: readonly FeatureEntry[] = [
  { ...account, name: 'count', spans: 'every', definition: 'Transactions in s', unit: 'count' },
  { ...account, name: 'sumMinor', spans: 'every', definition: 'Their amounts together', unit: 'minor units' },
  {
    ...{ ...account, name: 'distinctCounterparties', spans: 'every' },
    ...{ definition: 'Different counterparties among them', unit: 'count' },
  },
  { ...account, name: 'amountMinor', definition: 'This amount', unit: 'minor units' },
  {
    ...{ ...account, name: 'historyCount', unit: 'count' },
    definition: "Transactions in L, under a name that doesn't depend on the plan",
  },
  {
    ...{ ...account, name: 'amountLogZ', unit: 'standard deviations', nullWhen: 'fewer than 10 in L' },
    definition:
      '(ln(1 + amount) − mean) / spread, both over the log amounts in L; the spread is at least a quarter of a nat',
  },
  {
    ...{ ...account, name: 'amountOverTypical', unit: 'ratio', nullWhen: 'none in L' },
    definition: 'This amount over exp(mean) − 1, the geometric mean of the amounts in L',
  },
  {
    ...{ ...account, name: 'velocityRatio', spans: 'butTheLongest', unit: 'ratio' },
    ...{ nullWhen: 'fewer than 10 in L' },
    definition:
      '(1 + count in s) / (1 + count in L · s/L): how many there are with this one, against what the rate over L leads to expect; the ones damp the ratio of quiet accounts',
  },
  {
    ...{ ...account, name: 'newCounterparty', unit: '0 or 1', nullWhen: 'no counterparty' },
    definition: `1 if the counterparty didn't occur in L, ${inAny}, else 0`,
  },
  {
    ...{ ...account, name: 'nearThresholdCount_24h', unit: 'count', source: '31 CFR 1010.314 (structuring)' },
    definition:
      'If this amount lies in the 15 % just below the reporting threshold (10,000 of a currency, but 2,000,000 yen): how many do within 24 hours, with this one; else 0',
  },
  {
    ...{ ...account, name: 'hoursSinceLast', unit: 'hours', nullWhen: 'none is visible' },
    definition: `Since the account's latest transaction ${inAny}`,
  },
  {
    ...{ ...account, name: 'historyState', unit: '0, 1 or 2' },
    definition: '0 cold: none in L; 1 short: fewer than 20; 2 settled',
  },
  {
    ...{
      ...peers,
      name: 'amountRobustZ',
      unit: 'robust standard deviations, bounded',
      source: 'Hampel 1974',
    },
    definition:
      "(ln(1 + amount) − median) / (1.4826 · MAD) over the log amounts in L, both drawn to the peers' while the history is short; 0 without history and peers",
  },
  {
    ...{ ...peers, name: 'velocitySurprise', spans: 'butTheLongest', unit: 'nats, bounded' },
    ...{ source: 'Gelman et al., Bayesian Data Analysis, section 2.6' },
    definition: "−ln P(as many in s or more) at the account's own rate before s",
  },
  {
    ...{ ...peers, name: 'daySumSurprise', unit: 'nats, bounded', source: 'Dubey 1970' },
    definition: "−ln P(as much within 24 hours or more, with this one) given the account's days in L",
  },
  {
    ...{ ...account, name: 'counterpartySurprise', unit: 'nats', nullWhen: 'no counterparty' },
    ...{ source: 'Witten and Bell 1991' },
    definition:
      "If the counterparty is new: −ln of the share of new ones among the account's transactions in L; else 0",
  },
  {
    ...{ ...account, name: 'newCountry', unit: '0 or 1', nullWhen: 'no country given' },
    definition: `1 if the country didn't occur in L, ${inAny}, else 0`,
  },
  {
    ...{ ...account, name: 'newChannel', unit: '0 or 1', nullWhen: 'no channel given' },
    definition: `1 if the channel didn't occur in L, ${inAny}, else 0`,
  },
  {
    ...{ ...account, name: 'hourSurprise', unit: 'nats', source: 'Mardia and Jupp 2000' },
    definition: "−ln of the probability of this hour (UTC) among the account's in L, relative to 1/24",
  },
  {
    ...{ ...account, name: 'dormancySurprise', unit: 'nats, bounded', source: 'Lomax 1954' },
    definition: "−ln P(a gap as long or longer), from the last one in L, against the account's usual gap",
  },
  {
    ...{ ...account, name: 'passThroughShare', unit: '0 to 1', source: redFlags },
    definition:
      'Of what came in within 24 hours, the share that goes out again within the same 24 hours, with this one; 0 for incoming ones',
  },
  {
    ...{ ...account, name: 'passThroughMinor', unit: 'minor units', source: redFlags },
    definition: 'What passThroughShare is a share of that goes out again, as an amount',
  },
  {
    ...{ ...account, name: 'roundAmountCount_24h', unit: 'count', source: redFlags },
    definition:
      'If this amount is round, a multiple of a hundredth of the reporting threshold: how many within 24 hours are, with this one; else 0',
  },
  {
    ...{ ...account, name: 'equalAmountCount_24h', unit: 'count', source: redFlags },
    definition: 'How many within 24 hours have this very amount, with this one',
  },
  {
    ...{ ...peers, name: 'amountPeerZ', unit: 'standard deviations', nullWhen: 'no peers are known' },
    definition: "(ln(1 + amount) − peers' mean) / peers' spread",
  },
  {
    ...{ ...peers, name: 'restOfDayZ', unit: 'root mean squares, bounded' },
    definition:
      "What moved within 24 hours besides the largest amount, with this one, less the account's daily mean, over the root mean square of its days",
  },
  {
    ...{ ...peers, name: 'peakOverTypical', spans: 'butTheLongest', unit: 'nats' },
    definition: 'ln of the largest amount in s over the median amount in L',
  },
  {
    ...{ ...outcomes, name: 'counterpartyFraudDays', unit: 'days' },
    definition: "Since the first fraud of the counterparty's episode",
  },
  {
    ...{ ...outcomes, name: 'counterpartyLastFraudDays', unit: 'days' },
    definition: 'Since its last fraud',
  },
  {
    ...{ ...outcomes, name: 'counterpartyLastGenuineDays', unit: 'days' },
    nullWhen: 'nobody reported a fraud of the counterparty, or no genuine transaction since',
    definition: 'Since the last genuine transaction with it since its first fraud',
  },
  {
    ...{ ...outcomes, name: 'counterpartyFraudShare', unit: '0 to 1' },
    definition: 'Of its transactions since the first fraud, the share that was fraud',
  },
  {
    ...{ ...outcomes, name: 'counterpartyUnexplainedFrauds', unit: 'count' },
    definition: "Its frauds, each as far as the account's own behaviour didn't explain it",
  },
  {
    ...{ ...outcomes, name: 'counterpartyGenuineSince', unit: 'count' },
    definition: 'Genuine transactions with it since its last fraud',
  },
  {
    ...{ ...ofAccount, name: 'accountLastFraudDays', unit: 'days' },
    definition: 'Since the last fraud on this account',
  },
  {
    ...{ ...ofAccount, name: 'accountFrauds', unit: 'count' },
    definition: 'Frauds on this account within the episode',
  },
];

const spanned = /^([A-Za-z]+)_([A-Za-z0-9]{1,12})$/;

/** What a feature's name stands for under any plan: its entry, and the span that a family's name ends in. */
export function featureEntryOf(
  name: string,
): { readonly entry: FeatureEntry; readonly span: string | undefined } | undefined {
  const plain = featureCatalogue.find((entry) => entry.spans === undefined && entry.name === name);
  if (plain !== undefined) return { entry: plain, span: undefined };
  const [, family, span] = spanned.exec(name) ?? [];
  const entry = featureCatalogue.find((one) => one.spans !== undefined && one.name === family);
  return entry === undefined ? undefined : { entry, span };
}

/** The features under a plan in their order, each with what it is. */
export const featureReference = (
  plan: WindowPlan,
): readonly (Omit<FeatureEntry, 'spans'> & { readonly span: string | undefined })[] =>
  featureNamesOf(plan).map((name) => {
    const found = featureEntryOf(name);
    if (found === undefined) throw new RangeError(`the catalogue lacks ${name}`);
    const { spans: _spans, ...entry } = found.entry;
    return { ...entry, name, span: found.span };
  });
