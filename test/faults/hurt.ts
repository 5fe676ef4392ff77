import { setTimeout as delay } from 'node:timers/promises';
import { createRedisWindowStore } from '@weir/window-store';
import { defaultWindowPlan } from '@weir/windows';
import { withRedis } from './campaign.ts';
import type { Campaign, RoundBooks } from './campaign.ts';
import type { FaultContext } from './inject/fault-context.ts';
import { faults } from './inject/faults.ts';
import { startReleasing } from './alerts/release-desk.ts';
import { feedKilledFile } from './load/feed-killed-file.ts';
import { joinOutcomes } from './load/feed-outcome.ts';
import type { FeedOutcome } from './load/feed-outcome.ts';
import { createLoadGenerator } from './load/generate-load.ts';
import type { LoadGenerator } from './load/generate-load.ts';
import { startPacedFeed } from './load/paced-feed.ts';
import type { PacedFeed } from './load/paced-feed.ts';
import { plantForeign } from './load/plant-foreign.ts';
import { openSecondSource } from './load/second-source.ts';
import type { FaultKind } from './plan/fault-kinds.ts';
import type { PlannedFault, RoundPlan } from './plan/plan-rounds.ts';
import { createSeededRandom } from './plan/seeded-random.ts';
import { startChangingRulesets } from './rules/change-rulesets.ts';
import type { RulesetChanges, RulesetCounts } from './rules/change-rulesets.ts';
import { logPartitions } from './stack/start-fault-stack.ts';

/** What was done and when, in ms from the beginning of the round's load. */
export type FaultStep = {
  readonly atMs: number;
  readonly kind: FaultKind | 'changeRulesets';
  readonly what: string;
};

/** What a round did to the pipeline. */
export type Hurt = {
  readonly steps: readonly FaultStep[];
  /** What it should have done and did not. */
  readonly withoutEffect: readonly string[];
  readonly fed: FeedOutcome;
  readonly rulesets: RulesetCounts;
  /** Transactions that people were told are approved to go. */
  readonly approved: number;
  /** `performance.now()` when everything was there again. */
  readonly healedMs: number;
};

/** A round that is under way. */
type Hurting = {
  readonly campaign: Campaign;
  readonly plan: RoundPlan;
  readonly feed: PacedFeed;
  /** What faults feed of their own. */
  readonly fedBeside: FeedOutcome[];
  readonly changes: RulesetChanges;
  readonly say: (kind: FaultKind, what: string) => void;
  readonly expect: (effect: string, holds: boolean) => void;
};

/** Load after the healing, so that everything that was lost is looked at once more. */
const loadAfterHealingMs = 500;
/** Some faults are over at once: there is load for so long all the same. */
const shortestLoadMs = 5_000;
const accountsOfSource = 40;
const effectDeadlineMs = 30_000;
const pollEveryMs = 100;

/** Feeds the pipeline and hurts it meanwhile; resolves when all is healed and everything sent is settled. */
export async function loadAndHurt(
  campaign: Campaign,
  plan: RoundPlan,
  books: RoundBooks,
  onStep: (step: FaultStep) => void,
): Promise<Hurt> {
  const { stack, signal, generator, fileGenerators } = campaign;
  const startedMs = performance.now();
  const steps: FaultStep[] = [];
  const withoutEffect: string[] = [];
  const feed = startPacedFeed({
    round: plan.round,
    generator,
    // A key that is lost is found when it is missed: every account there is gets a last transaction.
    tail: () => [generator, ...fileGenerators].flatMap((one) => one.touchAll()),
    ratePerSecond: plan.ratePerSecond,
    env: stack.workerEnvironment('ingest'),
    home: stack.home,
  });
  const say = (kind: FaultStep['kind'], what: string): void => {
    const step = { atMs: Math.round(performance.now() - startedMs), kind, what };
    steps.push(step);
    onStep(step);
  };
  const expect = (effect: string, holds: boolean): void => {
    if (!holds) withoutEffect.push(effect);
  };
  const changes = startChangingRulesets({
    desk: campaign.desk,
    book: campaign.rulesets,
    random: createSeededRandom(`${campaign.seed}/round-${plan.round}/rulesets`),
    sleep: sleepOf(campaign),
    say: (what) => say('changeRulesets', what),
    expect,
  });
  const releasing = startReleasing({
    ...stack.api,
    random: createSeededRandom(`${campaign.seed}/round-${plan.round}/releases`),
    sleep: sleepOf(campaign),
  });
  const hurting: Hurting = { campaign, plan, feed, fedBeside: [], changes, say, expect };
  try {
    const random = createSeededRandom(`${campaign.seed}/round-${plan.round}/planted`);
    const planting = plantForeign(stack.observer.kafka, random, campaign.copied);
    hurting.expect('the log took in something before the first fault', await until(campaign, feed.isFlowing));
    await Promise.all(plan.faults.map((fault) => doFault(hurting, fault)));
    const rulesets = await changes.stop();
    expect('rulesets came into force', rulesets.activated > 0);
    const healedMs = performance.now();
    const leftMs = Math.max(loadAfterHealingMs, startedMs + shortestLoadMs - healedMs);
    await delay(leftMs, undefined, { signal });
    const { planted, tried } = await planting;
    hurting.expect(`all ${tried} planted records landed in the log`, planted.length === tried);
    for (const to of [campaign, books]) to.planted.push(...planted);
    const fed = joinOutcomes([await feed.finish(), ...hurting.fedBeside]);
    // Alerting may have been away for most of the round.
    await releasing.someApproved(effectDeadlineMs);
    const approved = await releasing.stop();
    expect('people let some transactions go', approved > 0);
    keepBooks(campaign, books, fed);
    return { steps, withoutEffect, fed, rulesets, approved, healedMs };
  } finally {
    // Interrupted, nobody waits for what the desk may still be trying.
    if (signal.aborted) await campaign.desk.stop();
    await changes.stop().catch(() => undefined);
    await releasing.stop();
    await feed.abandon();
  }
}

const sleepOf =
  ({ signal }: Campaign) =>
  (delayMs: number): Promise<void> =>
    delay(delayMs, undefined, { signal });

/** Whether it holds by the deadline. */
async function until(campaign: Campaign, holds: () => boolean | Promise<boolean>): Promise<boolean> {
  const endsAtMs = performance.now() + effectDeadlineMs;
  while (!(await holds())) {
    if (performance.now() > endsAtMs) return false;
    await sleepOf(campaign)(pollEveryMs);
  }
  return true;
}

async function doFault(hurting: Hurting, { kind, atMs }: PlannedFault): Promise<void> {
  const { campaign, plan, feed, fedBeside, changes, say, expect } = hurting;
  const { stack, seed } = campaign;
  const sleep = sleepOf(campaign);
  const beside = { env: stack.workerEnvironment('ingest'), home: stack.home, sleep };
  let sources = 0;
  const context: FaultContext = {
    stack,
    feed,
    changes,
    desk: campaign.desk,
    random: createSeededRandom(`${seed}/round-${plan.round}/${kind}`),
    feedFile: async () => {
      const name = `file-${plan.round}`;
      const { outcome, killedAtLine } = await feedKilledFile({
        name,
        generator: generatorBeside(campaign, name),
        ...beside,
      });
      fedBeside.push(outcome);
      return killedAtLine;
    },
    openSource: () => {
      sources += 1;
      const name = `second-${plan.round}-${sources}`;
      const onEnd = (outcome: FeedOutcome): void => void fedBeside.push(outcome);
      return openSecondSource({ name, generator: generatorBeside(campaign, name), ...beside, onEnd });
    },
    withRedis: (use) => withRedis(stack, use),
    readPositions: () => readPositions(campaign),
    sleep,
    until: (holds) => until(campaign, holds),
    expect: (effect, holds) => expect(`${kind}: ${effect}`, holds),
    say: (what) => say(kind, what),
  };
  await sleep(atMs);
  await faults[kind](context);
}

/** The stream of a source beside the load, of accounts of its own. */
function generatorBeside({ seed, fileGenerators }: Campaign, name: string): LoadGenerator {
  const generator = createLoadGenerator(`${seed}/${name}`, { prefix: name, accounts: accountsOfSource });
  fileGenerators.push(generator);
  return generator;
}

/** S of each partition, straight from Redis. */
const readPositions = ({ stack, logId }: Campaign): Promise<readonly (number | undefined)[]> =>
  withRedis(stack, async (connection) => {
    const store = createRedisWindowStore({ connection, logId, windowSet: defaultWindowPlan.ref });
    const partitions = Array.from({ length: logPartitions }, (_, partition) => partition);
    return Promise.all(partitions.map(async (partition) => (await store.position(partition))?.next));
  });

function keepBooks(campaign: Campaign, books: RoundBooks, { settled, runs, workerEnds }: FeedOutcome): void {
  campaign.workerEnds.push(...workerEnds);
  for (const { sequence, state, transaction, source, sourceLine } of settled) {
    const send = { sequence, state, transaction, source, sourceLine };
    for (const to of [campaign, books]) to.sends.push(send);
  }
  for (const to of [campaign, books]) to.ingest.push(...runs);
}
