import type { CreditDebitIndicator, OfferedTransaction } from '@weir/contracts';
import type { Party, Persona } from './persona.ts';

/** Frauds the simulator plays, and genuine payments that look like one. */
export const fraudScenarios = [
  'account_takeover',
  'card_testing',
  'structuring',
  'mule_pass_through',
] as const;
export const genuineScenarios = ['big_purchase', 'shopping_trip', 'car_sold', 'new_furniture'] as const;

export type FraudScenario = (typeof fraudScenarios)[number];
export type GenuineScenario = (typeof genuineScenarios)[number];
export type Scenario = FraudScenario | GenuineScenario;

/** What really happened, known only to the simulator: never offered, never a feature. */
export type Truth = {
  readonly fraudulent: boolean;
  /** The story the transaction belongs to, or null for everyday life. */
  readonly scenario: Scenario | null;
  /** Names the one story, so that its transactions can be counted as one: null for everyday life. */
  readonly incident: string | null;
};

export const everyday: Truth = { fraudulent: false, scenario: null, incident: null };

/** A transaction before it has an id: ids follow the order of event time. */
export type PlannedTransaction = {
  readonly atMs: number;
  readonly persona: Persona;
  readonly creditDebitIndicator: CreditDebitIndicator;
  readonly amountMinor: number;
  readonly channel: NonNullable<OfferedTransaction['channel']>;
  readonly party: Party | null;
  readonly truth: Truth;
};
