import type { ApiCaller } from '@weir/access';
import { isOver } from '../store/lifecycle.ts';
import { leftBy } from '../run/left-by.ts';
import { planRefused as refused } from '../plan/plan-parts.ts';
import type { ApiPorts, Refused } from './api-ports.ts';
import { actOf, ended, recordEndBy } from './replay-acts.ts';
import type { Done } from './replay-acts.ts';

/**
 * Removes a replay with all it has made, once the trail says so; answers it as it last was. What is interrupted
 * halfway is gone on with when it is said again. Throws WeirErrors.
 */
export const discardReplay = (
  ports: ApiPorts,
  caller: ApiCaller,
  replayId: string,
): Promise<Done | Refused> =>
  ports.takeTurn(async () => {
    const kept = ports.store.find(replayId);
    if (kept === undefined) return refused('replay_unknown');
    const { planHash, state } = kept.lifecycle;
    // One that was told to end may still be at the batch under way.
    if (state === 'running' || ports.loop.progressOf(replayId) !== undefined)
      return refused('replay_state_other', 'It runs: stop it first.');
    const left = kept.lifecycle.run === null ? {} : await leftBy(kept.plan, ports.filesOf(kept.plan));
    const begun = await ports.recorder.recordBefore(
      actOf(caller, 'replay_discarded', replayId, { planHash, state, ...left }),
    );
    const isEndUntold = !isOver(kept.lifecycle) || kept.lifecycle.endUntold === true;
    await ended(begun, async () => {
      if (isEndUntold) await recordEndBy(ports, caller, kept, 'discarded');
      await ports.removeMade(kept);
      await ports.store.remove(replayId);
    });
    return { kind: 'done', replay: kept };
  });
