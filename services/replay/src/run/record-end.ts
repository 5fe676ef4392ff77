import type { AuditRecorder } from '@weir/audit';
import type { KeptReplay } from '../store/replay-store.ts';
import type { RunEnd } from './run-loop.ts';

/**
 * Tells the trail how a run has ended, by the name of who had it run and the entry that says so; by our own where it
 * was refused, since then nobody is known to have. It is told before the end is kept: after a crash in between it
 * stands there twice, and never not at all.
 */
export const createRecordEnd =
  (recorder: Pick<AuditRecorder, 'record'>) =>
  async ({ plan, lifecycle: { run, planHash } }: KeptReplay, { result, details }: RunEnd): Promise<void> => {
    if (run === null) throw new Error('only what somebody had run can end');
    const isRefused = result === 'refused';
    await recorder.record({
      actor: isRefused ? { kind: 'worker', name: 'replay' } : { kind: 'token', name: run.by },
      action: 'replay_run',
      subject: { kind: 'replay', id: plan.replayId },
      result,
      origin: isRefused ? 'replay' : run.origin,
      details: isRefused ? details : { ...details, planHash, begun: run.entry },
    });
  };
