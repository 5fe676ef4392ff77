import type { IngestCounts } from '../check/check-ledgers.ts';
import type { WorkerEnd } from '../stack/kept-worker.ts';
import type { Send } from './generate-load.ts';
import type { IngestRun } from './ingest-run.ts';
import type { SettledSend } from './send-ledger.ts';

/** What became of what was fed. */
export type FeedOutcome = {
  readonly settled: readonly SettledSend[];
  /** What is known of each run of ingest, from both sides. */
  readonly runs: readonly IngestCounts[];
  /** Ends of ingest that nobody asked for. */
  readonly workerEnds: readonly WorkerEnd[];
};

export const joinOutcomes = (outcomes: readonly FeedOutcome[]): FeedOutcome => ({
  settled: outcomes.flatMap(({ settled }) => settled),
  runs: outcomes.flatMap(({ runs }) => runs),
  workerEnds: outcomes.flatMap(({ workerEnds }) => workerEnds),
});

/** A run that is gone, by what it was handed over and what its ledger says of it. */
export const ingestCounts = (run: IngestRun, handedOver: readonly Send[]): IngestCounts => ({
  source: run.source,
  lines: handedOver.length,
  malformed: handedOver.filter(({ kind }) => kind === 'malformed').length,
  hasFinished: run.exitCode() === 0,
  ledger: run.ledger(),
});

/** Undefined for one that ended as it should. */
export const unaskedEnd = (run: IngestRun): WorkerEnd | undefined =>
  run.exitCode() === 0
    ? undefined
    : { name: 'ingest', how: `ended with exit code ${run.exitCode() ?? 'none'}`, gaveUp: false };
