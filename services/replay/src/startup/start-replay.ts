import { randomInt } from 'node:crypto';
import { constants, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { recordStart } from '@weir/audit';
import { streams } from '@weir/contracts';
import { createTurns, startHttpEndpoint } from '@weir/runtime';
import type { Logger, Metrics, RedactedConfig, RunningWorker } from '@weir/runtime';
import type { ReplayConfig } from '../config.ts';
import type { ReplayClock } from '../engine/replay-parts.ts';
import { createHealth } from '../health.ts';
import { createFinishReplay } from '../run/finish-replay.ts';
import { createRecordEnd } from '../run/record-end.ts';
import { createRunFiles } from '../run/run-files.ts';
import { createRunLoop } from '../run/run-loop.ts';
import { createShadows } from '../shadow/shadows.ts';
import { openReplayStore } from '../store/replay-store.ts';
import { openReplaysApi } from './open-api.ts';
import { openConnections } from './open-connections.ts';
import { openEngine } from './open-engine.ts';
import { startUpkeep } from './start-upkeep.ts';

export type StartOptions = {
  readonly config: ReplayConfig;
  readonly configuration: RedactedConfig;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly signal: AbortSignal;
};

const systemClock: ReplayClock = {
  nowMs: () => performance.now(),
  sleep: (delayMs, signal) => sleep(delayMs, undefined, { signal }).catch(() => undefined),
};

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
const newReplayId = (): string =>
  Array.from({ length: 12 }, () => letters[randomInt(letters.length)]).join('');

/** Puts the parts of replay together; what was started last stops first. */
export async function startReplay(options: StartOptions): Promise<RunningWorker> {
  const { config, log, metrics, signal } = options;
  // Whoever shares the machine with the live pipeline lets it go first.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const connections = openConnections(config, log, metrics);
  const { environment, kafka, kms, recorder, seals, signer } = connections;
  // A broker that can't be reached is told at the start, and not to the first who plans.
  await kafka.topicPartitions(streams.received.topic);
  const health = createHealth();
  const store = await openReplayStore(config.REPLAY_DIR, seals, (replayId) =>
    log.error('a replay in REPLAY_DIR can not be read and is left out', { replayId }),
  );
  const takeTurn = createTurns(1);
  const shadows = createShadows({
    ...{ kafka, store, nowMs: Date.now },
    keepMs: config.REPLAY_KEEP_DAYS * 86_400_000,
  });
  const engine = openEngine({ config, connections, store, shadows, clock: systemClock });
  const filesOf: Parameters<typeof createRunLoop>[0]['filesOf'] = (plan) =>
    createRunFiles({ folder: store.folderOf(plan.replayId), plan, seals });
  const loop = createRunLoop({
    ...{ store, filesOf, takeTurn, health, log },
    engineOf: engine.engineOf,
    finish: createFinishReplay({ signer, nowMs: Date.now }),
    recordEnd: createRecordEnd(recorder),
    clock: systemClock,
    nowMs: Date.now,
    random: Math.random,
    onIdle: () => upkeep.poke(),
  });
  const ended = Promise.withResolvers<void>();
  loop.done.catch(ended.reject);
  const upkeep = startUpkeep({
    ...{ store, shadows, loop, takeTurn, health, log },
    keepDays: config.REPLAY_KEEP_DAYS,
    clocks: { wallMs: Date.now, passedMs: systemClock.nowMs },
  });
  upkeep.done.catch(ended.reject);
  const api = await openReplaysApi({
    ...{ config, metrics, log },
    ports: {
      ...{ store, loop, filesOf, recorder, takeTurn, newReplayId },
      planReplay: engine.planReplay,
      removeMade: shadows.remove,
      tidy: upkeep.poke,
      signer,
      alone: config.REPLAY_ALONE,
      nowMs: Date.now,
    },
  });
  const http = await startHttpEndpoint({
    host: config.HTTP_HOST,
    port: config.HTTP_PORT,
    metrics,
    live: () => [],
    ready: () => [...health.problems(), ...kms.problems(), ...api.problems()],
  });
  recordStart({
    ...{ kafka, sealer: connections.auditSealer, environment, service: 'replay', signal },
    configuration: options.configuration,
  }).catch(ended.reject);
  // What ran when the process ended goes on from its last checkpoint.
  for (const { plan, lifecycle } of store.list())
    if (lifecycle.state === 'running' || lifecycle.endUntold === true) loop.begin(plan.replayId);

  return {
    done: ended.promise,
    reload: () => {
      try {
        api.reload();
      } finally {
        kms.reload();
      }
    },
    stop: async () => {
      await api.close();
      await loop.stop();
      await upkeep.stop();
      await http.close();
      await connections.close();
      ended.resolve();
    },
  };
}
