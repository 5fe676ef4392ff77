import type { AlertAnswer, AlertChangesAnswer } from '@weir/contracts';
import type { ReplayReport } from '../report/replay-report.ts';
import type { CaseIndex } from './case-index.ts';

/** A record of the case as a reader sees it. What isn't known is null. */
export type CaseRecord = {
  readonly partition: number;
  readonly offset: number;
  /** The event id. */
  readonly id: string | null;
  readonly eventTime: string | null;
  readonly amountMinor: number | null;
  readonly currency: string | null;
  readonly creditDebitIndicator: 'CRDT' | 'DBIT' | null;
  /** Name and masked account, as far as the sender gave them. */
  readonly counterparty: string | null;
  readonly outcome: 'cleared' | 'held' | 'duplicate' | 'rejected' | 'control' | 'unknown';
  /** Cleared, and an alert was due all the same. */
  readonly alert: boolean;
  readonly score: number | null;
  readonly ruleset: string | null;
  readonly reasons: readonly { readonly title: string; readonly explanation: string | null }[];
  /** What its score is mostly made of, in words. */
  readonly because: readonly string[];
  /** What became of it since, in sentences. */
  readonly since: readonly string[];
};

/** An alert of the case, and what people did about it. */
export type CaseAlert = Pick<AlertAnswer, 'alertId' | 'severity' | 'state' | 'outcome' | 'openedAt'> & {
  /** How many of its transactions are in the range, and how many are not. */
  readonly inRange: number;
  readonly others: number;
  /** The oldest first. */
  readonly changes: AlertChangesAnswer['changes'];
};

/** Everything that the front page of a bundle tells. */
export type CaseFacts = Omit<CaseIndex, 'files' | 'format'> & {
  /** As somebody outside may see it: "NL•• •••• 4300"; null where no record could be opened. */
  readonly maskedAccount: string | null;
  readonly approvedAt: string | null;
  readonly report: ReplayReport;
  readonly records: readonly CaseRecord[];
  readonly alerts: readonly CaseAlert[];
  /** The checkpoint that the entries of the audit trail are proven under. */
  readonly trail: { readonly name: string; readonly treeSize: number; readonly at: string };
};
