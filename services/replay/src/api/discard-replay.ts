import type { ApiCaller } from '@weir/access';
import { planRefused as refused } from '../plan/plan-parts.ts';
import type { ApiPorts, Refused } from './api-ports.ts';
import { actOf, ended } from './replay-acts.ts';
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
    const begun = await ports.recorder.recordBefore(
      actOf(caller, 'replay_discarded', replayId, { planHash, state }),
    );
    await ended(begun, async () => {
      await ports.removeMade(kept);
      await ports.store.remove(replayId);
    });
    return { kind: 'done', replay: kept };
  });
