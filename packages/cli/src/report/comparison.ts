import type { Level, Stage } from './read-both-ways.ts';
import type { Share } from './wilson.ts';

/** What transactions turned out to be, as far as anybody has said so. */
export type Known = { transactions: number; fraud: number; genuine: number; unknown: number };

/** What a ruleset does: alerts are the flagged and the held ones. */
export type Doing = {
  readonly held: number;
  readonly flagged: number;
  readonly alertsPerDay: number;
  /** Of the alerts. */
  readonly outcomes: Readonly<Known>;
  /** The frauds among the alerts whose outcome is known; null where none is. */
  readonly precision: Share | null;
};

/** Transactions by what the ruleset in force says and what the other one says. */
export type Cell = Readonly<Known> & { readonly base: Level; readonly other: Level };

export type RuleCounts = {
  readonly rule: string;
  /** Transactions it fired on under the ruleset in force, and under the other one. */
  readonly base: number;
  readonly other: number;
  readonly onlyBase: number;
  readonly onlyOther: number;
  /** As a shadow rule of the ruleset that decided. */
  readonly shadow: number;
};

export type Day = {
  readonly day: string;
  readonly transactions: number;
  readonly baseAlerts: number;
  readonly otherAlerts: number;
  /** Alerts of the other one alone, and of the one in force alone. */
  readonly onlyOther: number;
  readonly onlyBase: number;
};

/** What really happened to the accounts that one of the rulesets of a canary decided. */
export type Group = Doing & {
  readonly transactions: number;
  /** The share of transactions with an alert; null without transactions. */
  readonly alertShare: Share | null;
};

export type Section = Stage & {
  readonly firstEventTime: string;
  readonly lastEventTime: string;
  readonly transactions: number;
  readonly base: Doing;
  readonly other: Doing;
  readonly cells: readonly Cell[];
  /** The same by alert or none, which is what people see. */
  readonly alerts: Readonly<Record<'both' | 'onlyBase' | 'onlyOther' | 'neither', Readonly<Known>>>;
  readonly rules: readonly RuleCounts[];
  /** Rules beyond the bound that were not counted. */
  readonly rulesLeftOut: number;
  readonly days: readonly Day[];
  /** Of a canary alone: its accounts, and all others. */
  readonly groups: { readonly base: Group; readonly canary: Group } | null;
  readonly warnings: readonly string[];
};

export type RulesReport = {
  readonly from: string;
  readonly to: string;
  /** One for each ruleset in force with what accompanied it, in the order they came into force. */
  readonly sections: readonly Section[];
  readonly leftOut: LeftOut;
};

export type LeftOut = {
  /** Decided by earlier releases, whose journals don't say when it happened. */
  readonly withoutTime: number;
  /** Happened behind the end of the period. */
  readonly newer: number;
  /** Of rulesets and stages beyond the bound. */
  readonly ofFurtherStages: number;
  /** Journal records that can't be opened or read. */
  readonly unreadable: number;
  /** Outcome reports beyond the bound, the oldest of them. */
  readonly outcomes: number;
};
