import { WeirError } from '@weir/contracts';
import type { ReplayPlan, ReplayTarget } from '@weir/replays';
import type { CopyTarget } from '../copy/copy-target.ts';
import { planRefused } from '../plan/plan-parts.ts';
import type { PlanRefused } from '../plan/plan-parts.ts';
import type { KeptReplay, ReplayStore } from '../store/replay-store.ts';
import { removeShadow } from './remove-shadow.ts';
import { createShadowMark } from './shadow-mark.ts';
import { createShadowTarget } from './shadow-target.ts';
import type { ShadowKafka } from './shadow-topic.ts';

/** The topics that replays copy to: made for one of them, and gone with it. */
export type Shadows = {
  /** Where a plan copies to. */
  readonly targetOf: (plan: ReplayPlan) => CopyTarget;
  /** Why a plan can't copy to a topic; undefined where it can. */
  readonly refusal: (target: Extract<ReplayTarget, { kind: 'shadow' }>) => Promise<PlanRefused | undefined>;
  /** Removes what a replay has made, where it has made anything. Answers whether it had. Throws what Kafka and the disk say. */
  readonly remove: (replay: Pick<KeptReplay, 'plan'>) => Promise<boolean>;
};

export function createShadows(parts: {
  readonly kafka: ShadowKafka;
  readonly store: Pick<ReplayStore, 'list' | 'folderOf'>;
  /** How long copies are kept where nobody removes them. */
  readonly keepMs: number;
  readonly nowMs: () => number;
}): Shadows {
  const { kafka, store } = parts;
  const markOf = (replayId: string) => createShadowMark(store.folderOf(replayId));

  /** A replay that has made a topic and not removed it may still be about to. */
  async function isHeld(topic: string, exceptBy?: string): Promise<boolean> {
    const its = store
      .list()
      .filter(({ plan }) => topicOf(plan) === topic && plan.replayId !== exceptBy)
      .map(({ plan }) => markOf(plan.replayId).read());
    return (await Promise.all(its)).some((mark) => mark !== undefined);
  }

  return {
    targetOf: (plan) => {
      const topic = topicOf(plan);
      if (topic === undefined) throw new WeirError('config_invalid', 'the plan copies to no topic');
      return createShadowTarget({
        ...{ plan, topic, kafka, keepMs: parts.keepMs, nowMs: parts.nowMs },
        mark: markOf(plan.replayId),
        isOfAnother: () => isHeld(topic, plan.replayId),
      });
    },
    refusal: async ({ topic }) =>
      (await kafka.hasTopic(topic)) || (await isHeld(topic))
        ? planRefused('target_exists', `${topic}: choose another name.`)
        : undefined,
    remove: async ({ plan }) => {
      const topic = topicOf(plan);
      if (topic === undefined) return false;
      const { replayId } = plan;
      return removeShadow({ replayId, topic, kafka, mark: markOf(replayId) });
    },
  };
}

const topicOf = ({ target }: ReplayPlan): string | undefined =>
  target.kind === 'shadow' ? target.topic : undefined;
