import type { SeededRandom } from '../plan/seeded-random.ts';
import { keepRulesetBook, nextActs } from './plan-acts.ts';
import type { RulesetBook } from './plan-acts.ts';
import { describeAct, reachesLog } from './ruleset-acts.ts';
import type { ActAnswer, RulesetAct } from './ruleset-acts.ts';
import type { RulesetDesk } from './ruleset-desk.ts';

/** How often each came about in a round. */
export type RulesetCounts = {
  readonly published: number;
  readonly activated: number;
  readonly rolledBack: number;
  readonly listsSwapped: number;
  /** Activations of what nobody had approved, which were refused. */
  readonly refused: number;
};

/** Rulesets and lists that change while a round goes on. */
export type RulesetChanges = {
  /** Waits, by a deadline, until the desk is told the next act that reaches the log; answers whether it was. */
  readonly untilChange: () => Promise<boolean>;
  /** Ends after the act that is under way. Idempotent. */
  readonly stop: () => Promise<RulesetCounts>;
};

const shortestGapMs = 50;
const longestGapMs = 700;
const changeDeadlineMs = 30_000;
const pollEveryMs = 5;

/**
 * Does one thing after another at the desk, at moments that the seed decides, until it is stopped: publishes,
 * approves, activates whole, in the shadow and as a canary, goes back, swaps the list. `expect` is told of each
 * act whether it came to what it should.
 */
export function startChangingRulesets(options: {
  readonly desk: RulesetDesk;
  readonly book: RulesetBook;
  readonly random: SeededRandom;
  readonly sleep: (delayMs: number) => Promise<void>;
  readonly say: (what: string) => void;
  readonly expect: (effect: string, holds: boolean) => void;
}): RulesetChanges {
  const { desk, book, random, sleep, say, expect } = options;
  const counts = { published: 0, activated: 0, rolledBack: 0, listsSwapped: 0, refused: 0 };
  let told = 0;
  let isStopped = false;

  async function perform(act: RulesetAct): Promise<void> {
    if (reachesLog(act)) told += 1;
    const beganMs = performance.now();
    const answer = await desk.perform(act);
    const isExpected = act.kind === 'activateUnapproved' ? !answer.ok && answer.refused : answer.ok;
    expect(`${describeAct(act)}${isExpected ? '' : `: ${whyOf(answer)}`}`, isExpected || isStopped);
    if (!isExpected) return;
    keepRulesetBook(book, act, answer);
    const counted = countOf[act.kind];
    if (counted !== undefined) counts[counted] += 1;
    if (reachesLog(act)) say(`${describeAct(act)} (${Math.round(performance.now() - beganMs)} ms)`);
  }

  async function changing(): Promise<void> {
    while (!isStopped) {
      for (const act of nextActs(book, random)) {
        if (isStopped) return;
        await perform(act);
        await sleep(random.between(shortestGapMs, longestGapMs));
      }
    }
  }
  const ended = changing();
  // Who waits for its end is told.
  ended.catch(() => undefined);
  return {
    untilChange: async () => {
      const before = told;
      const endsAtMs = performance.now() + changeDeadlineMs;
      while (told === before) {
        if (performance.now() > endsAtMs) return false;
        await sleep(pollEveryMs);
      }
      return true;
    },
    stop: async () => {
      isStopped = true;
      await ended;
      return counts;
    },
  };
}

const countOf = {
  publish: 'published',
  approve: undefined,
  activate: 'activated',
  activateUnapproved: 'refused',
  rollBack: 'rolledBack',
  importList: 'listsSwapped',
} as const satisfies Record<RulesetAct['kind'], keyof RulesetCounts | undefined>;

const whyOf = (answer: ActAnswer): string => (answer.ok ? 'it was not refused' : answer.why);
