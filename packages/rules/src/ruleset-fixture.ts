import type { FeatureValues, Verdict, Versions } from '@weir/contracts';
import type { Timeliness, WindowRecord } from '@weir/windows';
import { decide } from './decide.ts';
import type { RuleFacts } from './facts.ts';
import { prepareWith } from './prepare.ts';
import type { Rule, Ruleset } from './ruleset.ts';

export const versions: Versions = { ruleset: 'test@1', windowPlan: 'standard@1' };

/** A rule that fires where the feature of its own name is at least 1. */
export const ruleOf = (id: string, weight: number): Rule => ({
  id,
  title: id,
  severity: 'medium',
  weight,
  when: [{ feature: id, atLeast: 1 }],
  explanation: `It is {${id}}.`,
});

export const rulesetOf = (rules: Ruleset['rules'], holdAt = 0.5): Ruleset => ({
  ref: 'test@1',
  holdAt,
  rules,
});

/** The features that tests name. */
const testFeatures: readonly string[] = ['a', 'b', 'c', 'x', 'f0', 'f1', 'f2', 'f3', 'f4', 'f5'];

/** A debit in euros on the internet at noon on Wednesday, 15 January 2025, on none of the lists. */
export const someFacts: RuleFacts = {
  eventTimeMs: Date.UTC(2025, 0, 15, 12),
  currency: 'EUR',
  channel: 'card_not_present',
  country: 'DE',
  creditDebitIndicator: 'DBIT',
  isOnList: () => false,
};

/** Noon on Sunday, 15 June 2025, UTC. */
export const nowMs = Date.UTC(2025, 5, 15, 12);

/** A debit of 25.00 EUR at that time, as the windows keep it. */
export const someRecord: WindowRecord = {
  offset: 7,
  eventTimeMs: nowMs,
  observedAtSeconds: nowMs / 1000,
  amountMinor: 2_500,
  currency: 978,
  creditDebitIndicator: 'DBIT',
  identity: '0000000000000007',
  digest: '00000000',
  counterparty: 'aaaaaaaaaaaa',
  channel: 0,
  country: '',
};

/** What the weights of a ruleset's rules decide. */
export function verdictBy(
  ruleset: Ruleset,
  features: FeatureValues,
  timeliness: Timeliness = 'timely',
  facts: RuleFacts = someFacts,
): Verdict {
  // Explanations may name what only some of the tests have.
  const findings = prepareWith(ruleset, testFeatures).find(features, facts);
  return decide({ findings, ruleset, timeliness, versions }).verdict;
}
