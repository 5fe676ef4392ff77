import { formatInstant, type ModelPolicy } from '@weir/contracts';
import type { Activated } from './artefacts/activate.ts';
import type { PublishedPlan } from './artefacts/publish-plan.ts';
import type { Counts } from './ledger/counts.ts';
import type { Ledger } from './ledger/ledger-file.ts';
import type { LineTracker } from './ledger/line-tracker.ts';
import type { RejectionKind } from './ledger/rejection-tally.ts';

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

/** What the process tells the one that forked it. `problem` says in a sentence what is wrong with the input as a whole. */
export type IngestMessage =
  | ({ readonly kind: 'progress' } & Progress)
  | ({ readonly kind: 'summary' } & Summary)
  | ({ readonly kind: 'published' } & PublishedPlan)
  | ({ readonly kind: 'activated' } & Activated)
  | { readonly kind: 'policy'; readonly mode: ModelPolicy['mode'] }
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
