import { createHash } from 'node:crypto';
import type { Random } from '@weir/simulator';
import { pickAny } from './pick-any.ts';

/** What a process reaches outside of itself. */
export type Part = 'kafka' | 'redis' | 'store' | 'kms' | 'mail' | 'disk';

/**
 * What happens to one call. `refused`: it never arrives. `lost`: it takes
 * effect and its answer is an error. `late`: the caller sees the error at once,
 * and the effect comes at some later time all the same.
 */
export type CallFault = 'none' | 'refused' | 'lost' | 'late';

/** A process of the simulation: it lives, is frozen, or is gone for good. */
export type SimProcess = {
  readonly name: string;
  /** One call of an adapter: a request that takes effect at some time, and an answer that comes at some later one. */
  call<T>(part: Part, what: string, effect: () => T | Promise<T>, failure: () => Error): Promise<T>;
  sleep(delayMs: number): Promise<void>;
  /** Ends it between two awaits: no continuation of it ever runs again. */
  kill(): void;
  /** SIGSTOP and SIGCONT: what it has sent arrives meanwhile, but it doesn't see the answers. */
  freeze(): void;
  thaw(): void;
  isAlive(): boolean;
};

export type SchedulerOptions = {
  readonly random: Random;
  readonly faultOf: (process: string, part: Part, what: string) => CallFault;
  /** Told of every step, so that a seed's run can be read and compared. */
  readonly onStep?: (line: string) => void;
};

export type Scheduler = {
  nowMs(): number;
  start(name: string): SimProcess;
  /** Adds a line of its own to the trace. */
  note(line: string): void;
  /** Takes steps until `isDone`; answers false where `maxSteps` did not suffice. */
  run(isDone: () => boolean | Promise<boolean>, maxSteps: number): Promise<boolean>;
  /** The number of steps so far and the SHA-256 of their trace. */
  trace(): { readonly steps: number; readonly digest: string };
};

type State = 'alive' | 'frozen' | 'dead';

type Step = {
  readonly line: string;
  readonly isRunnable: () => boolean;
  readonly isOver: () => boolean;
  readonly run: () => void;
};

const firstNowMs = Date.UTC(2026, 5, 1);
const maxStepMs = 3;
/** How often time jumps although something could still happen now: timeouts race with answers. */
const jumpChance = 0.01;

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/**
 * Decides by its random numbers which pending call of which process goes next.
 * Between two steps every process runs as far as it can, so the steps alone are
 * the interleaving. Time is a number that jumps to the next sleeper once nothing
 * else is left to do.
 */
export const createScheduler = ({ random, faultOf, onStep }: SchedulerOptions): Scheduler => {
  const digest = createHash('sha256');
  let steps: Step[] = [];
  let sleepers: (Step & { readonly atMs: number })[] = [];
  let nowMs = firstNowMs;
  let taken = 0;

  const note = (line: string): void => {
    digest.update(line).update('\n');
    onStep?.(line);
  };

  const start = (name: string): SimProcess => {
    let state: State = 'alive';
    const isRunning = (): boolean => state === 'alive';
    const isDead = (): boolean => state === 'dead';

    const answer = (what: string, run: () => void): void => {
      steps.push({ line: `${name} < ${what}`, isRunnable: isRunning, isOver: isDead, run });
    };

    const send = (what: string, run: () => void): void => {
      // What was sent before a process froze or died is on its way already.
      let isSent = isRunning();
      const isRunnable = (): boolean => (isSent ||= isRunning());
      steps.push({ line: `${name} > ${what}`, isRunnable, isOver: () => !isSent && isDead(), run });
    };

    const call: SimProcess['call'] = (part, what, effect, failure) =>
      new Promise((resolve, reject) => {
        if (isDead()) return;
        const fault = faultOf(name, part, what);
        const named = fault === 'none' ? `${part} ${what}` : `${part} ${what} (${fault})`;
        const fail = (): void => answer(named, () => reject(failure()));
        if (fault === 'refused') return fail();
        if (fault === 'late') fail();
        send(named, () => {
          const outcome = Promise.resolve().then(effect);
          outcome.then(
            (value) => {
              if (fault === 'none') answer(named, () => resolve(value));
              else if (fault === 'lost') fail();
            },
            (error: unknown) => {
              if (fault === 'lost') fail();
              else if (fault === 'none')
                answer(`${named}: ${error instanceof Error ? error.message : 'error'}`, () => reject(error));
            },
          );
        });
      });

    return {
      name,
      call,
      sleep: (delayMs) =>
        new Promise((resolve) => {
          if (isDead() || !Number.isFinite(delayMs)) return;
          const atMs = nowMs + Math.max(0, delayMs);
          const line = `${name} woke`;
          sleepers.push({ atMs, line, isRunnable: isRunning, isOver: isDead, run: resolve });
        }),
      kill: () => {
        state = 'dead';
      },
      freeze: () => {
        if (state === 'alive') state = 'frozen';
      },
      thaw: () => {
        if (state === 'frozen') state = 'alive';
      },
      isAlive: () => state !== 'dead',
    };
  };

  const takeFrom = <S extends Step>(list: S[], step: S): void => {
    list.splice(list.indexOf(step), 1);
    note(step.line);
    step.run();
  };

  /** Answers false where nothing is left that could ever happen. */
  const step = (): boolean => {
    steps = steps.filter((one) => !one.isOver());
    sleepers = sleepers.filter((one) => !one.isOver());
    const runnable = steps.filter((one) => one.isRunnable());
    const awake = sleepers.filter((one) => one.isRunnable());
    const earliestMs = awake.reduce((least, { atMs }) => Math.min(least, atMs), Infinity);
    const jumps = earliestMs < Infinity && (runnable.length === 0 || random.chance(jumpChance));
    nowMs = jumps ? Math.max(nowMs, earliestMs) : nowMs + random.below(maxStepMs);
    const due = awake.filter(({ atMs }) => atMs <= nowMs);
    if (due.length > 0 && (jumps || random.below(runnable.length + due.length) >= runnable.length)) {
      takeFrom(sleepers, random.pick(due));
      return true;
    }
    const next = pickAny(random, runnable);
    if (next === undefined) return false;
    takeFrom(steps, next);
    return true;
  };

  return {
    nowMs: () => nowMs,
    start,
    note,
    run: async (isDone, maxSteps) => {
      for (let count = 0; count < maxSteps; count += 1) {
        await turn();
        if (await isDone()) return true;
        taken += 1;
        if (!step()) nowMs += 1;
      }
      return false;
    },
    trace: () => ({ steps: taken, digest: digest.copy().digest('hex') }),
  };
};
