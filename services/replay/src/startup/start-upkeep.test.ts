import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WeirError } from '@weir/contracts';
import { createLogger, createTurns } from '@weir/runtime';
import { waitFor } from '@weir/testkit';
import { keptReplay } from '../fixtures/kept-replay.ts';
import { createHealth } from '../health.ts';
import type { LiveProgress } from '../run/run-loop.ts';
import { startUpkeep } from './start-upkeep.ts';
import type { Upkeep } from './start-upkeep.ts';

const stateOf = ['stopped', 'failed', 'done', 'paused', 'running', 'planned'] as const;
const idOf = (state: string): string => state.padEnd(12, '0');
const all = stateOf.map((state) => keptReplay(idOf(state), { state }));

const hourMs = 3_600_000;

/** Upkeep over one replay of each state, all of which have made something. */
function start(
  different: {
    readonly busy?: Set<string>;
    readonly remove?: (replayId: string) => Promise<boolean>;
    /** How much the wall clock jumps ahead with each hour. */
    readonly jumpMs?: number;
  } = {},
) {
  const removed: string[] = [];
  let rounds = 0;
  let hours = 0;
  const health = createHealth();
  const upkeep: Upkeep = startUpkeep({
    store: {
      list: () => all,
      forgetBefore: async (_timeMs, leave) => {
        rounds += 1;
        const [, , done] = all;
        if (done !== undefined) await leave?.(done);
        return 1;
      },
    },
    shadows: {
      remove: async ({ plan }) => {
        await different.remove?.(plan.replayId);
        removed.push(plan.replayId);
        return true;
      },
    },
    loop: {
      progressOf: (replayId) => (different.busy?.has(replayId) === true ? ({} as LiveProgress) : undefined),
    },
    ...{ health, takeTurn: createTurns(1), log: createLogger({ service: 'test', level: 'fatal' }) },
    keepDays: 30,
    clocks: {
      wallMs: () => hours * (hourMs + (different.jumpMs ?? 0)),
      passedMs: () => (hours += 1) * hourMs,
    },
  });
  const afterRounds = (count: number): Promise<unknown> => waitFor(() => rounds >= count);
  return { upkeep, removed, health, afterRounds };
}

test('what a stopped or failed replay has made goes at once, what was kept long enough with its replay', async () => {
  const { upkeep, removed, afterRounds } = start();
  await afterRounds(1);
  await upkeep.stop();
  assert.deepEqual(removed, ['stopped', 'failed', 'done'].map(idOf));
});

test('one that is told to stop keeps its topic until it is done with it', async () => {
  const busy = new Set([idOf('stopped')]);
  const { upkeep, removed, afterRounds } = start({ busy });
  await afterRounds(1);
  assert.ok(!removed.includes(idOf('stopped')));
  busy.clear();
  upkeep.poke();
  await afterRounds(2);
  await upkeep.stop();
  assert.ok(removed.includes(idOf('stopped')));
});

test('where the broker is away readiness says so, and the next round goes on with it', async () => {
  let isAway = true;
  const { upkeep, removed, health, afterRounds } = start({
    remove: async () => {
      if (isAway) throw new WeirError('broker_unavailable', 'away');
      return true;
    },
  });
  await waitFor(() => health.problems().length > 0);
  assert.equal(removed.length, 0);
  isAway = false;
  upkeep.poke();
  await afterRounds(1);
  await waitFor(() => health.problems().length === 0);
  await upkeep.stop();
  assert.ok(removed.includes(idOf('stopped')));
});

test('one topic that can not be deleted keeps no other replay, and is told for as long as it is there', async () => {
  const { upkeep, removed, health, afterRounds } = start({
    remove: async (replayId) => {
      if (replayId === idOf('stopped')) throw new WeirError('config_invalid', 'not allowed');
      return true;
    },
  });
  await afterRounds(1);
  await upkeep.stop();
  assert.deepEqual(removed, ['failed', 'done'].map(idOf));
  assert.deepEqual(health.problems(), [{ part: 'upkeep', reason: 'config_invalid' }]);
});

test('by a clock that was set meanwhile nothing that was kept counts as old', async () => {
  const { upkeep, removed } = start({ jumpMs: 40 * 24 * hourMs });
  for (let round = 1; round < 4; round += 1) {
    await waitFor(() => removed.length >= 2 * round);
    upkeep.poke();
  }
  await upkeep.stop();
  assert.ok(!removed.includes(idOf('done')));
});
