import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HeldTransaction } from '@weir/contracts';
import { scoredTransaction } from '../fixtures/notices.ts';
import { explainGroup } from './explain-group.ts';

const reasonOf = (rule: string, features: string[] = []) =>
  ({ rule, severity: 'high', contribution: 0.5, features }) as const;

const phraseOf = (rule: string, features: HeldTransaction['evidence']['features'] = {}): string | undefined =>
  explainGroup(reasonOf(rule, Object.keys(features)), scoredTransaction({ features }))?.phrase;

test('each group is a part of a sentence with its numbers', () => {
  const phrases: readonly (readonly [string | undefined, string])[] = [
    [
      phraseOf('daily_sum_surprise', { sumMinor_24h: 4_500 }),
      '1,347.00 EUR within 24 hours, more than usual',
    ],
    [phraseOf('new_country'), 'first transaction in DE'],
    [phraseOf('new_channel'), 'first transaction by mobile banking'],
    [phraseOf('unusual_hour'), 'at 12:00 UTC, an hour at which the account is hardly ever active'],
    [phraseOf('dormant_woke', { hoursSinceLast: 2_160 }), 'first transaction after 90 days of silence'],
    [
      phraseOf('structuring_amounts', { nearThresholdCount_24h: 3 }),
      'third amount just below a reporting threshold within 24 hours',
    ],
    [
      phraseOf('pass_through', { passThroughShare: 0.95, passThroughMinor: 250_000 }),
      '95 % of what came in within 24 hours, 2,500.00 EUR, goes out again',
    ],
    [
      phraseOf('round_amounts', { equalAmountCount_24h: 1, roundAmountCount_24h: 12 }),
      '12th round amount within 24 hours',
    ],
    [phraseOf('velocity_surprise', { velocitySurprise_10m: 3, count_10m: 21 }), '22nd within 10 minutes'],
    [
      phraseOf('counterparty_risk', { counterpartyLastFraudDays: 9.2, counterpartyFraudShare: 0.4 }),
      'a transaction with this counterparty 9 days ago was reported as fraud, as 40 % of all with it since the first',
    ],
    [
      phraseOf('account_risk', { accountLastFraudDays: 0.3 }),
      'a transaction of this account 1 day ago was reported as fraud',
    ],
    [phraseOf('short_history'), 'the account has little of its own to compare with'],
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

test('nothing is said of a group that is none, whatever it is called', () => {
  for (const rule of ['shared_device', 'constructor', 'toString']) assert.equal(phraseOf(rule), undefined);
});
