import { exitCodes } from '@weir/runtime';
import type { ProcessExit } from '../process/owned-process.ts';

/** When a process that ended is started again, and when that is no longer worth it. */
export type RestartPolicy = {
  /** The wait before the first restart; every further one in the window doubles it. */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** So many ends within `windowMs` are given up on. */
  readonly mostFailures: number;
  readonly windowMs: number;
};

export const defaultRestartPolicy: RestartPolicy = {
  firstDelayMs: 500,
  longestDelayMs: 8_000,
  mostFailures: 5,
  windowMs: 60_000,
};

export type RestartDecision =
  { readonly kind: 'restart'; readonly delayMs: number } | { readonly kind: 'giveUp'; readonly why: string };

/**
 * What to do about a process that has just ended. `failuresMs` are the times of
 * all its ends so far, this one last, on any clock that does not go back.
 */
export function decideRestart(
  exit: ProcessExit,
  failuresMs: readonly number[],
  policy: RestartPolicy,
): RestartDecision {
  if (exit.kind === 'code' && exit.code === exitCodes.configurationInvalid) {
    return { kind: 'giveUp', why: 'its configuration is refused' };
  }
  if (exit.kind === 'code' && exit.code === exitCodes.halted) {
    return { kind: 'giveUp', why: 'a person has to act first' };
  }
  if (exit.kind === 'notStarted') return { kind: 'giveUp', why: 'there is no such program to start' };
  const nowMs = failuresMs.at(-1) ?? 0;
  const recent = failuresMs.filter((failedMs) => nowMs - failedMs < policy.windowMs).length;
  if (recent >= policy.mostFailures) {
    const windowSeconds = Math.round(policy.windowMs / 1000);
    return { kind: 'giveUp', why: `it ended ${recent} times within ${windowSeconds} s` };
  }
  const doublings = Math.max(0, recent - 1);
  return { kind: 'restart', delayMs: Math.min(policy.firstDelayMs * 2 ** doublings, policy.longestDelayMs) };
}
