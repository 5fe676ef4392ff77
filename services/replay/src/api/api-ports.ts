import type { AuditRecorder } from '@weir/audit';
import type { ReplayPlan } from '@weir/replays';
import type { AskedPlan, PlanMade, PlanRefused } from '../plan/plan-parts.ts';
import type { ManifestSigner } from '../run/finish-replay.ts';
import type { RunFiles } from '../run/run-files.ts';
import type { RunLoop } from '../run/run-loop.ts';
import type { KeptReplay, ReplayStore } from '../store/replay-store.ts';

/** What a caller can't have as things are: an answer, and no fault. */
export type Refused = PlanRefused;

/** What one person may do alone. */
export type Alone = 'compare' | 'none';

/** Everything that the API works with. */
export type ApiPorts = {
  readonly store: ReplayStore;
  readonly loop: Pick<RunLoop, 'begin' | 'interrupt' | 'progressOf'>;
  readonly filesOf: (plan: ReplayPlan) => Pick<RunFiles, 'readReport' | 'readExport' | 'lastKept'>;
  /** Decides what a plan reads. Throws WeirErrors of Kafka and the KMS. */
  readonly planReplay: (asked: AskedPlan) => Promise<PlanMade | PlanRefused>;
  readonly recorder: Pick<AuditRecorder, 'record' | 'recordBefore'>;
  readonly alone: Alone;
  /** Removes what a replay has made outside of its folder. Throws WeirErrors of Kafka. */
  readonly removeMade: (replay: KeptReplay) => Promise<unknown>;
  /** Says that a replay was stopped: what it has made can go. */
  readonly tidy: () => void;
  /** Signs what is handed over of a case. */
  readonly signer: ManifestSigner;
  /** One change of a replay at a time. */
  readonly takeTurn: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /** Twelve random letters and digits. */
  readonly newReplayId: () => string;
  /** The wall clock. */
  readonly nowMs: () => number;
};
