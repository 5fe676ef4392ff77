// Generated from packages/rulebook/defaults/starter.yaml by: npm run generate
import type { Ruleset } from './ruleset.ts';

/** Scored like the one before it, with rules for known typologies that look on. Its document has the comments. */
export const starterRulebook: Ruleset = {
  ref: 'starter@3',
  title: "Scored by the account's own past, with policies for known typologies",
  description:
    'A transaction is held where its score is at least one half. The score says how far a transaction lies from what its own account does, and what outcomes taught. Rules are policies beside it: the one that is live holds whatever the score is, those in the shadow are counted and change nothing.',
  scoring: 'model',
  holdAt: 0.5,
  constants: { leastPassedOnMinor: 100000, leastWokenMinor: 20000 },
  definitions: {
    unusualAmount: 'amountOverTypical >= 3 && amountLogZ >= 1',
    somethingNew: 'newChannel == 1 || newCountry == 1 || newCounterparty == 1',
  },
  rules: [
    {
      id: 'structuring',
      title: 'Amounts just below a reporting threshold',
      severity: 'critical',
      when: 'nearThresholdCount_24h >= 3',
      then: 'hold',
      typology: 'Structuring',
      source:
        '31 U.S.C. 5324 and 31 CFR 1010.314; FFIEC BSA/AML Examination Manual, appendix F: amounts just below identification or reporting thresholds',
      explanation:
        'Within 24 hours {nearThresholdCount_24h} amounts, this one among them, lay just below the amount from which a report is due.',
    },
    {
      id: 'money_mule',
      title: 'Money passed straight on',
      severity: 'high',
      when: 'passThroughShare >= 0.8 && passThroughMinor >= leastPassedOnMinor && newCounterparty == 1',
      then: 'hold',
      mode: 'shadow',
      scope: { creditDebitIndicator: 'DBIT' },
      typology: 'Money mule',
      source:
        'Europol, European Money Mule Action: money received and sent on for others; FATF, Professional Money Laundering (2018), on networks of money mules',
      explanation:
        'Of what came in within 24 hours the share {passThroughShare} has gone out again with this payment, which goes to somebody new.',
    },
    {
      id: 'account_takeover',
      title: 'Unusual amount by a new way or to somebody new',
      severity: 'high',
      when: 'historyCount >= 10 && unusualAmount && somethingNew',
      then: 'hold',
      mode: 'shadow',
      scope: { creditDebitIndicator: 'DBIT' },
      typology: 'Account takeover',
      source:
        'Commission Delegated Regulation (EU) 2018/389, article 2: transaction monitoring by the amount of each payment and by known fraud scenarios',
      explanation:
        'The amount is {amountOverTypical} times what this account typically pays, and the account has not used this channel, country or counterparty within 30 days.',
    },
    {
      id: 'dormant_wake',
      title: 'A quiet account wakes up',
      severity: 'medium',
      when: 'dormancySurprise >= 4 && amountOverTypical >= 3 && amountMinor >= leastWokenMinor',
      then: 'hold',
      mode: 'shadow',
      typology: 'Dormant account',
      source:
        'FFIEC BSA/AML Examination Manual, appendix F: an account with little activity suddenly has large deposits and withdrawals',
      explanation:
        'Nothing has moved on this account for {hoursSinceLast} hours, which is long for it, and the amount is {amountOverTypical} times the typical one.',
    },
    {
      id: 'velocity_burst',
      title: 'Burst of transactions',
      severity: 'high',
      when: 'count_1h >= 5 && velocityRatio_1h >= 3.5',
      then: 'hold',
      mode: 'shadow',
      typology: 'Velocity',
      source:
        'Commission Delegated Regulation (EU) 2018/389, article 2: known fraud scenarios; FFIEC BSA/AML Examination Manual, appendix F: repetitive or unusual patterns of transfers',
      explanation:
        'There were {count_1h} other transactions within one hour, {velocityRatio_1h} times the pace this account is used to.',
    },
  ],
  tests: [
    {
      name: 'An ordinary payment is cleared',
      given: [
        {
          at: '-1d',
          amount: '25.00',
          counterparty: 'grocer',
          channel: 'card_present',
          times: 20,
          every: '1d',
        },
        { amount: '40.00', counterparty: 'grocer', channel: 'card_present' },
      ],
      expect: {
        outcome: 'cleared',
        without: ['structuring', 'money_mule', 'account_takeover', 'dormant_wake', 'velocity_burst'],
      },
    },
    {
      name: 'Three deposits just below ten thousand within a day',
      given: [
        { at: '-4h', amount: '9500.00', creditDebitIndicator: 'CRDT', channel: 'branch' },
        { at: '-2h', amount: '9800.00', creditDebitIndicator: 'CRDT', channel: 'branch' },
        { amount: '9200.00', creditDebitIndicator: 'CRDT', channel: 'branch' },
      ],
      expect: { outcome: 'held', reasons: ['structuring'] },
    },
    {
      name: 'Two such deposits are no pattern yet',
      given: [
        { at: '-2h', amount: '9800.00', creditDebitIndicator: 'CRDT', channel: 'branch' },
        { amount: '9200.00', creditDebitIndicator: 'CRDT', channel: 'branch' },
      ],
      expect: { outcome: 'cleared', without: ['structuring'] },
    },
    {
      name: 'Three such deposits in a week are not within a day',
      given: [
        { at: '-4d', amount: '9500.00', creditDebitIndicator: 'CRDT', channel: 'branch' },
        { at: '-2d', amount: '9800.00', creditDebitIndicator: 'CRDT', channel: 'branch' },
        { amount: '9200.00', creditDebitIndicator: 'CRDT', channel: 'branch' },
      ],
      expect: { outcome: 'cleared', without: ['structuring'] },
    },
    {
      name: 'What a stranger sent goes on to another stranger',
      given: [
        { at: '-2d', amount: '25.00', counterparty: 'grocer', times: 15, every: '1d' },
        { at: '-3h', amount: '3000.00', creditDebitIndicator: 'CRDT', counterparty: 'stranger' },
        { amount: '2900.00', counterparty: 'another stranger' },
      ],
      expect: { outcome: 'held', reasons: ['money_mule'] },
    },
    {
      name: 'Rent is paid on the day the salary comes',
      given: [
        { at: '-29d', amount: '1400.00', counterparty: 'landlord' },
        { at: '-3h', amount: '3000.00', creditDebitIndicator: 'CRDT', counterparty: 'employer' },
        { amount: '1400.00', counterparty: 'landlord' },
      ],
      expect: { outcome: 'cleared', without: ['money_mule'] },
    },
    {
      name: 'Sixteen times the usual to somebody new, by a channel never used',
      given: [
        {
          at: '-1d',
          amount: '25.00',
          counterparty: 'grocer',
          channel: 'card_present',
          times: 20,
          every: '1d',
        },
        { amount: '400.00', counterparty: 'stranger', channel: 'online_banking' },
      ],
      expect: { outcome: 'held', reasons: ['account_takeover'] },
    },
    {
      name: 'An unusual amount to the usual shop is no takeover',
      given: [
        {
          at: '-1d',
          amount: '25.00',
          counterparty: 'grocer',
          channel: 'card_present',
          times: 20,
          every: '1d',
        },
        { amount: '90.00', counterparty: 'grocer', channel: 'card_present' },
      ],
      expect: { outcome: 'cleared', without: ['account_takeover'] },
    },
    {
      name: 'Somebody new gets a usual amount',
      given: [
        {
          at: '-1d',
          amount: '25.00',
          counterparty: 'grocer',
          channel: 'card_present',
          times: 20,
          every: '1d',
        },
        { amount: '30.00', counterparty: 'florist', channel: 'card_present' },
      ],
      expect: { outcome: 'cleared', without: ['account_takeover'] },
    },
    {
      name: 'A daily payer is silent for two weeks, then pays sixteen times the usual',
      given: [
        { at: '-15d', amount: '25.00', counterparty: 'grocer', times: 15, every: '1d' },
        { amount: '400.00', counterparty: 'grocer' },
      ],
      expect: { outcome: 'held', reasons: ['dormant_wake'] },
    },
    {
      name: 'Who pays once a week is not asleep after eight days',
      given: [
        { at: '-8d', amount: '25.00', counterparty: 'grocer', times: 3, every: '7d' },
        { amount: '300.00', counterparty: 'grocer' },
      ],
      expect: { outcome: 'cleared', without: ['dormant_wake'] },
    },
    {
      name: 'The seventh payment within half an hour',
      given: [
        { at: '-1d', amount: '25.00', counterparty: 'grocer', times: 20, every: '1d' },
        { at: '-5m', amount: '20.00', counterparty: 'shop', times: 6, every: '5m' },
        { amount: '20.00', counterparty: 'shop' },
      ],
      expect: { outcome: 'held', reasons: ['velocity_burst'] },
    },
    {
      name: 'Three payments on the way through a market',
      given: [
        { at: '-1d', amount: '25.00', counterparty: 'grocer', times: 20, every: '1d' },
        { at: '-5m', amount: '20.00', counterparty: 'butcher', times: 2, every: '5m' },
        { amount: '20.00', counterparty: 'baker' },
      ],
      expect: { outcome: 'cleared', without: ['velocity_burst'] },
    },
  ],
};
