import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HeldTransaction } from '@weir/contracts';
import { scoredTransaction } from '../fixtures/sample-transactions.ts';
import { explainGroup } from './explain-group.ts';

const reasonOf = (rule: string, features: string[] = []) =>
  ({ rule, severity: 'high', contribution: 0.5, features }) as const;

const phraseOf = (
  rule: string,
  features: HeldTransaction['evidence']['features'] = {},
  state: HeldTransaction['evidence']['state'] = 'settled',
): string | undefined =>
  explainGroup(reasonOf(rule, Object.keys(features)), scoredTransaction({ features, state }))?.phrase;

test('each group is a part of a sentence with its numbers', () => {
  const phrases: readonly (readonly [string | undefined, string])[] = [
    [
      phraseOf('daily_sum_surprise', { sumMinor_24h: 4_500, restOfDayZ: 3 }),
      'with it 1,347.00 EUR out within 24 hours (more than usual)',
    ],
    [phraseOf('new_country', { newCountry: 1, count_30d: 9 }), 'first transaction in DE for 30 days'],
    [phraseOf('new_channel', { newChannel: 1 }), 'first transaction by mobile banking in 30 days'],
    [
      phraseOf('unusual_hour', { hourSurprise: 1.4 }),
      'at 12:00 UTC (the account is seldom active at this hour)',
    ],
    [
      phraseOf('dormant_woke', {
        hoursSinceLast: 20,
        dormancySurprise: 6,
        count_24h: 0,
        count_7d: 0,
        count_30d: 1,
      }),
      'first outgoing EUR transaction in 7 days',
    ],
    [
      phraseOf('dormant_woke', { hoursSinceLast: 2_160, dormancySurprise: 6 }),
      'first transaction after 90 days of silence',
    ],
    [
      phraseOf('structuring_amounts', { nearThresholdCount_24h: 3 }),
      'third amount just below a reporting threshold within 24 hours',
    ],
    [
      phraseOf('pass_through', { passThroughShare: 0.95, passThroughMinor: 250_000 }),
      'with it 95 % of what came in within 24 hours went out again (2,500.00 EUR)',
    ],
    [
      phraseOf('round_amounts', { equalAmountCount_24h: 1, roundAmountCount_24h: 12 }),
      '12th round amount within 24 hours',
    ],
    [
      phraseOf('velocity_surprise', { velocitySurprise_10m: 3, count_10m: 21 }),
      '22nd outgoing EUR transaction within 10 minutes',
    ],
    [
      phraseOf('counterparty_risk', { counterpartyLastFraudDays: 9.2, counterpartyFraudShare: 0.4 }),
      'a transaction with this counterparty 9 days ago was reported as fraud (as were 40 % of all with it since the first fraud)',
    ],
    [
      phraseOf('account_risk', { accountLastFraudDays: 0.3 }),
      'a transaction of this account 1 day ago was reported as fraud',
    ],
    [phraseOf('team_model'), 'your own model gives it 0.93'],
  ];
  for (const [phrase, expected] of phrases) assert.equal(phrase, expected);
});

test('a group whose features are missing is still told, without numbers', () => {
  for (const rule of [
    ...['unusual_amount', 'velocity_surprise', 'daily_sum_surprise', 'dormant_woke', 'structuring_amounts'],
    ...['pass_through', 'round_amounts', 'counterparty_risk', 'account_risk', 'new_counterparty'],
  ]) {
    const phrase = phraseOf(rule);
    assert.ok(phrase !== undefined && !/undefined|null|NaN/.test(phrase), rule);
  }
});

test('what a model holds for is not called unusual where the features say it is not', () => {
  const phrases: readonly (readonly [string | undefined, string])[] = [
    [phraseOf('new_counterparty', { newCounterparty: 0 }), 'counterparty'],
    [phraseOf('new_country', { newCountry: 0 }), 'country'],
    [phraseOf('new_channel', { newChannel: null }), 'channel'],
    [phraseOf('unusual_hour', { hourSurprise: -1.2 }), 'hour'],
    [phraseOf('dormant_woke', { hoursSinceLast: 3, dormancySurprise: 0.1 }), 'distance from the one before'],
    [phraseOf('velocity_surprise', { velocitySurprise_1h: 0, count_1h: 0 }), 'pace'],
    [
      phraseOf('daily_sum_surprise', { sumMinor_24h: 4_500, restOfDayZ: -0.5, daySumSurprise: 0.2 }),
      'sum of 24 hours',
    ],
    [phraseOf('counterparty_risk', { counterpartyLastFraudDays: null }), "counterparty's record"],
    [phraseOf('account_risk', { accountLastFraudDays: null }), "account's record"],
  ];
  for (const [phrase, what] of phrases) assert.equal(phrase, `its ${what} is like that of reported frauds`);
});

test('what is not called unusual has a title that does not say so either', () => {
  const held = scoredTransaction({ features: { newCounterparty: null } });
  assert.equal(explainGroup(reasonOf('new_counterparty'), held)?.title, 'Counterparty');
  const first = scoredTransaction({ features: { newCounterparty: 1 } });
  assert.equal(explainGroup(reasonOf('new_counterparty'), first)?.title, 'New counterparty');
});

test('an amount within the usual range is not said to be a multiple of it', () => {
  const usualAmount = {
    ...{ lowMinor: 100_000, typicalMinor: 140_000, highMinor: 200_000 },
    ...{ transactions: 40, windowSpanMs: 2_592_000_000 },
  };
  const of = (amountRobustZ: number) =>
    explainGroup(
      reasonOf('unusual_amount', ['amountRobustZ']),
      scoredTransaction({ usualAmount, features: { amountRobustZ } }),
    )?.phrase;
  assert.equal(
    of(0.3),
    'an amount in the upper half of the usual ones (usual 1,000.00–2,000.00 EUR over 30 days)',
  );
  assert.equal(of(-0.3), 'its amount is like that of reported frauds');
});

test('nothing is said of a group that is none, whatever it is called', () => {
  for (const rule of ['shared_device', 'constructor', 'toString']) assert.equal(phraseOf(rule), undefined);
});
