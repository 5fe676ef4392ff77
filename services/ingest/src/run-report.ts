import { formatInstant, type ListOf, type ModelPolicy } from '@weir/contracts';
import type { Activated } from './artefacts/activate.ts';
import type { PublishedPlan } from './artefacts/publish-plan.ts';
import type { Counts } from './ledger/counts.ts';
import type { Ledger } from './ledger/ledger-file.ts';
import type { LineTracker } from './ledger/line-tracker.ts';
import type { RedriveOutcome } from './redrive/redrive-batch.ts';
import type { RejectionKind } from './ledger/rejection-tally.ts';
import type { ChangedEntries, ListChange } from './lists/list-acts.ts';
import type { ListCounts, RefusedLines } from './lists/read-list-file.ts';
import type { Membership } from './lists/test-membership.ts';

/** How far a run is. Nothing of a record is in it but times and line numbers. */
export type Progress = Counts & {
  /** Of the input as it is stored, packed or not. */
  readonly bytesRead: number;
  /** Null where nobody knows the size of the input. */
  readonly bytesTotal: number | null;
  /** The running maximum of event time up to the position; null before the first accepted record. */
  readonly eventTime: string | null;
};

export type Summary = Progress & {
  readonly state: Ledger['state'];
  /** What was wrong with the rejected records. */
  readonly rejections: readonly RejectionKind[];
};

/** What came of importing a list. `changed` and what is behind it are only there where that came to its end. */
export type ImportedList = ListCounts & {
  readonly kind: 'list';
  readonly name: string;
  readonly of: ListOf;
  readonly act: ListChange['act'];
  readonly outcome: 'published' | 'unchanged' | 'too_many_bad' | 'interrupted';
  readonly refused: readonly RefusedLines[];
  /** Null where nobody asked for one. */
  readonly refusalsFile: string | null;
  readonly artefact?: string;
  readonly entries?: number;
  readonly changed?: Omit<ChangedEntries, 'entries'>;
  /** Of its activation; null where it was in force. */
  readonly sequence?: number | null;
};

/** Whether an account is on a list. */
export type AskedList = Membership & { readonly kind: 'membership'; readonly name: string };

/** What the process tells the one that forked it. `problem` says in a sentence what is wrong with the input as a whole. */
export type IngestMessage =
  | ({ readonly kind: 'progress' } & Progress)
  | ({ readonly kind: 'summary' } & Summary)
  | ({ readonly kind: 'published' } & PublishedPlan)
  | ({ readonly kind: 'activated' } & Activated)
  | { readonly kind: 'policy'; readonly mode: ModelPolicy['mode'] }
  | ImportedList
  | AskedList
  | { readonly kind: 'identified'; readonly account: string; readonly transaction?: string }
  | { readonly kind: 'redriven'; readonly batch: string; readonly letters: readonly RedriveOutcome[] }
  | { readonly kind: 'problem'; readonly exitCode: number; readonly message: string };

type Reading = { readonly bytesRead: () => number; readonly bytesTotal: number | null };

export function progressOf(tracker: LineTracker, reading: Reading): Progress {
  const { observedAtMs } = tracker.position();
  return {
    ...tracker.counts(),
    bytesRead: reading.bytesRead(),
    bytesTotal: reading.bytesTotal,
    eventTime: observedAtMs === null ? null : formatInstant(observedAtMs),
  };
}

export const summaryOf = (tracker: LineTracker, reading: Reading, state: Ledger['state']): Summary => ({
  ...progressOf(tracker, reading),
  state,
  rejections: tracker.position().rejections,
});
