import type { ProblemCode, ReplayProblemCode } from '@weir/contracts';
import type { ReadReplayRequest, ReplayEstimate, ReplayPlan, ReplayTarget } from '@weir/replays';
import type { ReplayParts } from '../engine/replay-parts.ts';

/** What is asked when a plan is made. Nothing of it writes. */
export type PlanParts = Pick<ReplayParts, 'kafka' | 'opener' | 'environment' | 'resolvers'> & {
  /** Where a request says nothing else. */
  readonly recordsPerSecond: number;
  readonly windowBytes: number;
  /** What a target takes outside of the log: a refusal where it isn't there, or is already. */
  readonly requireTarget: {
    readonly [Kind in 'shadow' | 'drive']: (
      target: Extract<ReplayTarget, { kind: Kind }>,
    ) => Promise<PlanRefused | undefined>;
  };
};

/** A plan that somebody asks for. */
export type AskedPlan = Pick<ReplayPlan, 'replayId' | 'plannedBy' | 'plannedAt'> & {
  readonly request: ReadReplayRequest;
};

/** Why a request can't become a plan as things are: an answer, and no fault. */
export type PlanRefused = {
  readonly kind: 'refused';
  readonly code: ReplayProblemCode | ProblemCode;
  readonly detail?: string;
};

export type PlanMade = {
  readonly kind: 'planned';
  readonly plan: ReplayPlan;
  readonly estimate: ReplayEstimate;
};

export const planRefused = (code: PlanRefused['code'], detail?: string): PlanRefused => ({
  kind: 'refused',
  code,
  ...(detail === undefined ? {} : { detail }),
});
