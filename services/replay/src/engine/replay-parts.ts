import { streams } from '@weir/contracts';
import type { Opener } from '@weir/envelope';
import type { KafkaClient } from '@weir/kafka';
import type { ReplayDifference, ReplayPlan } from '@weir/replays';
import type { Ruleset } from '@weir/rules';
import type { createResolvers } from '@weir/verdicts';
import type { ReplayCheckpoint } from './checkpoint.ts';

/** What a replay reads, opens and asks. Nothing of it writes to Kafka, moves a position or touches a live store. */
export type ReplayParts = {
  readonly kafka: Pick<KafkaClient, 'readRange' | 'offsets' | 'offsetsAtTime' | 'lastRecord'>;
  readonly opener: Opener;
  readonly environment: string;
  /** As createReplayResolvers makes them, which also knows the ruleset of a file. */
  readonly resolvers: ReturnType<typeof createResolvers>;
  /** The ruleset of the file, where the plan is to judge by one; its digest is held against the plan's. */
  readonly file: Ruleset | undefined;
  readonly clock: ReplayClock;
};

/** Monotonic milliseconds, and how to let some pass; sleeping ends early, without an error, once the signal is aborted. */
export type ReplayClock = {
  readonly nowMs: () => number;
  readonly sleep: (delayMs: number, signal: AbortSignal) => Promise<void>;
};

/** Asked between batches. */
export type ReplayControl = {
  /** A run that is told to pause or to stop ends behind the batch under way, and can be gone on with from its checkpoint. */
  readonly wish: () => 'goOn' | 'pause' | 'stop';
  /** Ends the run at once: what was done since the last checkpoint is done again when it is gone on with. */
  readonly signal: AbortSignal;
};

/** What a run leaves: the lines and differences since the checkpoint before, and how far it has come with them. */
export type ReplayStep = {
  /** Lines of records of the manifest, without line breaks. */
  readonly manifestLines: readonly string[];
  readonly differences: readonly ReplayDifference[];
  readonly checkpoint: ReplayCheckpoint;
};

/**
 * Keeps a step: first the lines and differences, appended to what was kept before, then the checkpoint. Whoever goes
 * on from a checkpoint has to have cut off whatever was appended behind it.
 */
export type KeepReplayStep = (step: ReplayStep) => Promise<void>;

/** How far a run has come: offsets of the plan, whether they hold a record or not. */
export type ReplayProgress = {
  readonly phase: 'warming' | 'judging' | 'copying' | 'driving';
  readonly partition: number;
  /** Offsets that are done with, and all there are in the plan. */
  readonly done: number;
  readonly of: number;
  readonly differences: number;
  /** Of a drive that waits: in how many ms the next record is due. */
  readonly nextInMs?: number;
};

export type ReplayLimits = {
  /** Offsets of the log that a chunk spans at most. What happens between chunks happens at the same ones in every run. */
  readonly chunkOffsets: number;
  /** A step is kept after so many lines and differences, or so long: what a crash costs is done again in that time. */
  readonly linesPerStep: number;
  readonly stepMs: number;
};

export const replayLimits: ReplayLimits = { chunkOffsets: 1_000, linesPerStep: 10_000, stepMs: 5_000 };

export type ReplayRun = {
  readonly plan: ReplayPlan;
  readonly parts: ReplayParts;
  /** Undefined for a run from the beginning. */
  readonly checkpoint: ReplayCheckpoint | undefined;
  readonly control: ReplayControl;
  readonly keep: KeepReplayStep;
  /** Other limits than the measured ones, for tests. */
  readonly limits?: ReplayLimits;
  /** Called a few times a second at most. */
  readonly observe: { readonly progress: (progress: ReplayProgress) => void };
};

/** How a run ended. Its last step was kept; the checkpoint is that of it. */
export type ReplayOutcome = {
  readonly kind: 'done' | 'paused' | 'stopped';
  readonly checkpoint: ReplayCheckpoint;
};

/**
 * `runReplay(run)`: judges again what the plan says, and compares it with the journal. The same plan gives the same
 * lines, differences and counts in the same order, however often the run was interrupted.
 *
 * Throws WeirError: `log_truncated` where retention took what the plan reads, `log_other` where the log or the
 * journal is not the plan's, `artefact_unknown` for versions that can't be found, and what Kafka and the KMS say for
 * states that pass; the last checkpoint kept stays good.
 */
export type RunReplay = (run: ReplayRun) => Promise<ReplayOutcome>;

/** The topics that the header of a plan's manifest names: this list, in this order. */
export const replayedTopics = ({ stream }: Pick<ReplayPlan, 'stream'>): readonly string[] => [
  streams[stream].topic,
];
