import { WeirError } from '@weir/contracts';
import { createProgressEstimate } from '@weir/replays';
import type { ReplayPlan } from '@weir/replays';
import { backoffDelayMs } from '@weir/runtime';
import type { Logger } from '@weir/runtime';
import type { ReplayHealth } from '../health.ts';
import type { ReplayCheckpoint } from '../engine/checkpoint.ts';
import type { ReplayClock, ReplayProgress, RunReplay } from '../engine/replay-parts.ts';
import { stepOf } from '../store/lifecycle.ts';
import type { LifecycleAct } from '../store/lifecycle.ts';
import type { KeptReplay, ReplayStore } from '../store/replay-store.ts';
import { countsOf } from './counts-of.ts';
import type { FinishReplay } from './finish-replay.ts';
import { leftBy } from './left-by.ts';
import type { RunFiles } from './run-files.ts';

/** Where a replay that runs is now, for whoever asks. */
export type LiveProgress = {
  readonly phase: 'waiting' | ReplayProgress['phase'];
  readonly done: number;
  readonly of: number;
  readonly perSecond: number;
  readonly secondsLeft: number | null;
  readonly differences: number;
  /** Of a drive that waits: in how long the next record is due. */
  readonly nextInSeconds?: number;
};

/** How a run ended, for the audit trail. */
export type RunEnd = {
  /** `refused` where what lies on the disk is not what somebody had run. */
  readonly result: 'done' | 'failed' | 'refused';
  readonly details: Readonly<Record<string, string | number | boolean>>;
};

export type RunLoopOptions = {
  readonly store: Pick<ReplayStore, 'find' | 'list' | 'planOnDisk' | 'save'>;
  readonly filesOf: (plan: ReplayPlan) => RunFiles;
  /** The engine with everything it reads, for one replay. */
  readonly engineOf: (plan: ReplayPlan) => Promise<{
    readonly run: (
      parts: Pick<Parameters<RunReplay>[0], 'checkpoint' | 'control' | 'keep' | 'observe'> &
        Pick<RunFiles, 'listed'>,
    ) => ReturnType<RunReplay>;
  }>;
  readonly finish: FinishReplay;
  /** Writes down that a run has ended. Throws WeirError where that can't be done just now. */
  readonly recordEnd: (replay: KeptReplay, end: RunEnd) => Promise<void>;
  /** One change of a replay at a time. */
  readonly takeTurn: <Result>(work: () => Promise<Result>) => Promise<Result>;
  readonly clock: ReplayClock;
  /** The wall clock. */
  readonly nowMs: () => number;
  readonly random: () => number;
  readonly health: ReplayHealth;
  readonly log: Logger;
  /** Called when nothing runs any more: what was left half made can go. */
  readonly onIdle: () => void;
};

export type RunLoop = {
  /** Goes on with what is said to run. Only one does at a time: who asks sees to that. */
  readonly begin: (replayId: string) => void;
  /** Has it end behind the batch under way, from where it can go on. */
  readonly interrupt: (replayId: string, wish: 'pause' | 'stop') => void;
  readonly progressOf: (replayId: string) => LiveProgress | undefined;
  /** Rejects with what is a bug, once the replay that met it has been given up. */
  readonly done: Promise<void>;
  /** Ends what runs at once; it goes on at the next start. */
  readonly stop: () => Promise<void>;
};

/** Failures one after the other, without a step in between, before a person has to look: some ten minutes. */
const mostFailures = 20;
const backoff = { baseDelayMs: 500, maxDelayMs: 60_000 };
const part = 'replay';
/** Of what is kept of an error. */
const longestMessage = 2_000;

const altered = 'REPLAY_DIR: the plan, or who is said to have let it run, was altered since';

/** What a person can mend, after which the same replay goes on. */
const waitsForPeople: ReadonlySet<string> = new Set([
  'store_unavailable',
  'kms_denied',
  'kms_key_disabled',
  'kms_key_pending_deletion',
  'kms_key_not_found',
]);

type Running = {
  readonly replayId: string;
  wish: 'goOn' | 'pause' | 'stop';
  progress: LiveProgress;
};

/** Runs what is said to run, one replay after the other. */
export function createRunLoop(options: RunLoopOptions): RunLoop {
  const { store, clock, health, log } = options;
  const stopping = new AbortController();
  const ended = Promise.withResolvers<void>();
  // Whoever composes the process awaits it; until then it must not count as unheard.
  ended.promise.catch(() => undefined);
  let running: Running | undefined;
  let last: Promise<void> = Promise.resolve();

  /** Changes where a replay stands, unless something else has been said of it meanwhile. */
  const change = (replayId: string, act: LifecycleAct): Promise<boolean> =>
    options.takeTurn(async () => {
      const kept = store.find(replayId);
      if (kept === undefined) return false;
      const step = stepOf(kept.lifecycle, act, options.nowMs());
      if (step.kind !== 'changed') return false;
      await store.save(replayId, { lifecycle: step.lifecycle });
      return true;
    });

  /** How far it has come is written down where nothing else changes any more for now. */
  const noteCounts = ({ replayId, progress }: Running, checkpoint: ReplayCheckpoint): Promise<void> =>
    options.takeTurn(async () => {
      const kept = store.find(replayId);
      if (kept === undefined) return;
      await store.save(replayId, {
        lifecycle: { ...kept.lifecycle, done: progress.done, ...countsOf(checkpoint) },
      });
    });

  async function runOnce(now: Running, kept: KeptReplay, onStep: () => void): Promise<void> {
    const plan = await store.planOnDisk(now.replayId);
    if (plan === undefined) {
      log.error('a replay in REPLAY_DIR was altered and is not run', { replayId: now.replayId });
      return giveUp(kept, 'store_other', altered, 'refused');
    }
    const files = options.filesOf(plan);
    const from = await files.lastKept();
    const engine = await options.engineOf(plan);
    const open = await files.open(from);
    const observe = followProgress(now, clock);
    let outcome: Awaited<ReturnType<RunReplay>>;
    try {
      outcome = await engine.run({
        checkpoint: from?.checkpoint,
        control: { wish: () => now.wish, signal: stopping.signal },
        keep: async (step) => {
          await open.keep(step);
          onStep();
          health.works(part);
        },
        observe,
        listed: files.listed,
      });
    } finally {
      await open.close();
    }
    if (outcome.kind !== 'done') return noteCounts(now, outcome.checkpoint);
    const ending = await options.finish({ kept: { ...kept, plan }, files });
    const { records, differences, unjudged, root, handedOver } = ending;
    const left = handedOver === undefined ? {} : { handedOver };
    await options.recordEnd(kept, {
      result: 'done',
      details: { records, differences, unjudged, root, ...left },
    });
    if (await change(now.replayId, { kind: 'finish', ending }))
      log.info('a replay has come to its end', { replayId: now.replayId, count: records });
  }

  async function giveUp(
    kept: KeptReplay,
    code: string,
    message: string,
    result: 'failed' | 'refused' = 'failed',
  ): Promise<void> {
    const trouble = { code, message: message.slice(0, longestMessage) };
    const left = await leftBy(kept.plan, options.filesOf(kept.plan));
    await options.recordEnd(kept, { result, details: { code, ...left } });
    await change(kept.plan.replayId, { kind: 'fail', trouble });
  }

  /** Tells the trail of a run that somebody stopped, with how much it had handed over by then. */
  async function tellStopped(kept: KeptReplay): Promise<void> {
    const left = await leftBy(kept.plan, options.filesOf(kept.plan));
    await options.recordEnd(kept, { result: 'done', details: { stopped: true, ...left } });
    await options.takeTurn(async () => {
      const { endUntold: _told, ...lifecycle } = store.find(kept.plan.replayId)?.lifecycle ?? kept.lifecycle;
      await store.save(kept.plan.replayId, { lifecycle });
    });
  }

  /** Waits before something is tried again that may pass by itself. */
  async function waitAfter(error: WeirError, replayId: string, failures: number): Promise<void> {
    const delayMs = backoffDelayMs(Math.min(failures, 30), { ...backoff, random: options.random });
    health.fails(part, error.code);
    log.warn('a replay waits for something outside', { replayId, error, delayMs });
    await clock.sleep(delayMs, stopping.signal);
  }

  async function meet(error: unknown, kept: KeptReplay, failures: number): Promise<'again' | 'over'> {
    const { replayId } = kept.plan;
    if (!(error instanceof WeirError)) {
      await giveUp(kept, 'failed', 'an unknown error: see the log of the service');
      throw error;
    }
    const trouble = { code: error.code, message: error.message.slice(0, longestMessage) };
    if (waitsForPeople.has(error.code) || (error.recovery === 'retry' && failures >= mostFailures)) {
      log.error('a replay is paused until somebody has seen to what error.code names', { replayId, error });
      await change(replayId, { kind: 'wait', trouble });
      return 'over';
    }
    if (error.recovery !== 'retry') {
      log.error('a replay has failed', { replayId, error });
      await giveUp(kept, error.code, error.message);
      return 'over';
    }
    await waitAfter(error, replayId, failures);
    return 'again';
  }

  /** What an error came to has to be kept and told too: a disk that is full, or a trail that is away, is waited for. */
  async function meetUntilKept(
    error: unknown,
    kept: KeptReplay,
    failures: number,
  ): Promise<'again' | 'over'> {
    try {
      return await meet(error, kept, failures);
    } catch (inner) {
      if (!(inner instanceof WeirError) || inner.recovery !== 'retry') throw inner;
      await waitAfter(inner, kept.plan.replayId, failures);
      return 'again';
    }
  }

  async function runToItsEnd(replayId: string): Promise<void> {
    const first = store.find(replayId);
    if (first === undefined) return;
    const now: Running = { replayId, wish: 'goOn', progress: notYet(first.plan) };
    running = now;
    let failures = 0;
    try {
      for (;;) {
        const kept = store.find(replayId);
        if (stopping.signal.aborted || kept === undefined) return;
        const { state, endUntold } = kept.lifecycle;
        if (state !== 'running' && endUntold === undefined) return;
        try {
          if (endUntold === true) return await tellStopped(kept);
          await runOnce(now, kept, () => (failures = 0));
          if (store.find(replayId)?.lifecycle.endUntold === undefined) return;
        } catch (error) {
          if (stopping.signal.aborted) return;
          failures += 1;
          const isOver = (await meetUntilKept(error, kept, failures)) === 'over';
          const isLeftToTell = endUntold === undefined && store.find(replayId)?.lifecycle.endUntold === true;
          if (isOver && !isLeftToTell) return;
        }
      }
    } finally {
      running = undefined;
      health.works(part);
      options.onIdle();
    }
  }

  return {
    begin(replayId) {
      // It was told to end a moment ago, and is now to go on.
      if (running?.replayId === replayId) running.wish = 'goOn';
      last = last.then(() => runToItsEnd(replayId)).catch(ended.reject);
    },
    interrupt(replayId, wish) {
      if (running?.replayId === replayId) running.wish = wish;
    },
    progressOf: (replayId) => (running?.replayId === replayId ? running.progress : undefined),
    done: ended.promise,
    async stop() {
      stopping.abort();
      await last;
      ended.resolve();
    },
  };
}

const offsetsOf = ({ stretches }: ReplayPlan): number =>
  stretches.reduce((sum, { from, to }) => sum + to - from, 0);

const notYet = (plan: ReplayPlan): LiveProgress => ({
  phase: 'waiting',
  done: 0,
  of: offsetsOf(plan),
  perSecond: 0,
  secondsLeft: null,
  differences: 0,
});

function followProgress(now: Running, clock: Pick<ReplayClock, 'nowMs'>) {
  let estimate: ReturnType<typeof createProgressEstimate> | undefined;
  let before = 0;
  return {
    progress({ phase, done, of, differences, nextInMs }: ReplayProgress): void {
      const nowMs = clock.nowMs();
      // Whoever goes through it a second time begins anew, as a drive does once everything is listed.
      if (estimate === undefined || done < before)
        estimate = createProgressEstimate({ records: (before = done), of, nowMs });
      estimate.add(done - before, nowMs);
      before = done;
      const { perSecond, secondsLeft } = estimate.at(nowMs);
      const next = nextInMs === undefined ? {} : { nextInSeconds: Math.ceil(nextInMs / 1_000) };
      now.progress = { phase, done, of, perSecond, secondsLeft, differences, ...next };
    },
  };
}
