import { WeirError, type ErrorCode } from '@weir/contracts';
import type { Producer } from '@weir/kafka';
import { sleep, type Health, type Metrics } from '@weir/runtime';
import type { Activated } from '../artefacts/activate.ts';
import { followModels } from '../models/follow-models.ts';
import { logNameOf, modelPortsOf, tellActivated } from './model-modes.ts';
import { recorded, type ModeParts } from './parts.ts';

/** What the world is told of following: whether it goes well, and how often it did. */
export type FollowSigns = {
  /** What keeps models from coming into force. */
  readonly problems: () => Health;
  readonly activated: () => void;
  readonly failed: (reason: ErrorCode | 'fault') => void;
  readonly fine: () => void;
};

/** Made once per process. */
export function createFollowSigns(metrics: Metrics): FollowSigns {
  const activations = metrics.counter(
    'ingest_model_activations_total',
    'Models of the learner that came into force by themselves.',
    [],
  );
  const failures = metrics.counter(
    'ingest_model_failures_total',
    'Times that a newer model could not come into force.',
    ['code'],
  );
  const failing = metrics.gauge(
    'ingest_models_failing',
    '1 while something keeps newer models from coming into force.',
    [],
  );
  let found: string | undefined;
  return {
    problems: () => (found === undefined ? [] : [{ part: 'models', reason: found }]),
    activated: () => activations.add({}),
    failed: (reason) => {
      found = reason;
      failures.add({ code: reason });
      failing.set({}, 1);
    },
    fine: () => {
      found = undefined;
      failing.set({}, 0);
    },
  };
}

/** Brings newer models into force until the process is stopped. Rejects where a person has to act. */
export async function runFollow(parts: ModeParts, producer: Producer, signs: FollowSigns): Promise<void> {
  const { config, log, stopping } = parts;
  const logId = await logNameOf(parts);
  log.info('models are followed', { logId });
  await followModels(
    {
      logId,
      everyMs: config.FOLLOW_EVERY_MS,
      sleep,
      recorded: (ref, act) => recordActivation(parts, { ref, logId }, act),
      onActivated: (activated) => {
        signs.activated();
        tellActivated(parts, activated, logId);
      },
      onProblem: (problem) => {
        if (problem === undefined) return signs.fine();
        signs.failed(problem.code);
        log.warn('a newer model could not come into force', { code: problem.code, error: problem });
      },
    },
    { ...modelPortsOf(parts, producer), signal: stopping.signal },
  );
}

function recordActivation(
  parts: ModeParts,
  { ref, logId }: { readonly ref: string; readonly logId: string },
  act: () => Promise<Activated | undefined>,
): Promise<Activated | undefined> {
  const what = { action: 'artefact_activated', subject: { kind: 'artefact', id: ref } } as const;
  return recorded(parts, what, async () => {
    const done = await act();
    const outcome = done === undefined ? { isDue: false } : { sequence: done.sequence };
    return { done, details: { logId, policy: 'follow', ...outcome } };
  });
}

/** How long a door waits before it follows again after something that should not have come to pass. */
const againMs = 60_000;

/**
 * The same beside an open door. Whatever keeps models from coming into force, also
 * what a person has to act on, is told, and the door goes on serving: it decides by
 * none of them, and detection goes on by the one in force.
 */
export async function followBesideDoor(
  parts: ModeParts,
  producer: Producer,
  signs: FollowSigns,
): Promise<void> {
  const { log, stopping } = parts;
  while (!stopping.signal.aborted) {
    try {
      await runFollow(parts, producer, signs);
    } catch (error) {
      if (stopping.signal.aborted) return;
      signs.failed(error instanceof WeirError ? error.code : 'fault');
      log.error('models can not be followed', { error });
      await sleep(againMs, stopping.signal).catch(() => undefined);
    }
  }
}
