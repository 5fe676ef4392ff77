import type { ReplayPlan, ReplayTarget } from '@weir/replays';
import type { Ruleset } from '@weir/rules';
import type { ApiPorts } from '../api/api-ports.ts';
import type { ReplayConfig } from '../config.ts';
import type { CopyTarget } from '../copy/copy-target.ts';
import { runCopy } from '../copy/run-copy.ts';
import { requireSameLog } from '../copy/same-log.ts';
import { openReceiver } from '../drive/open-receiver.ts';
import { createReceiverBook } from '../drive/receivers.ts';
import { runDrive } from '../drive/run-drive.ts';
import type { ReplayClock } from '../engine/replay-parts.ts';
import { createReplayResolvers } from '../engine/replay-resolvers.ts';
import { runReplay } from '../engine/run-replay.ts';
import { createExportTarget } from '../export/export-target.ts';
import { readRulesetFile } from '../plan/choose-versions.ts';
import { planRefused } from '../plan/plan-parts.ts';
import { createReplayPlanner } from '../plan/plan-replay.ts';
import type { RunLoopOptions } from '../run/run-loop.ts';
import type { Shadows } from '../shadow/shadows.ts';
import type { ReplayStore } from '../store/replay-store.ts';
import type { Connections } from './open-connections.ts';

/** What runs plans of one kind of target. */
type Engine = (plan: ReplayPlan) => Promise<Awaited<ReturnType<RunLoopOptions['engineOf']>>['run']>;

/** What plans and runs replays, over what this process is connected to. */
export function openEngine(options: {
  readonly config: ReplayConfig;
  readonly connections: Pick<Connections, 'kafka' | 'kms' | 'environment' | 'seals'>;
  readonly store: Pick<ReplayStore, 'rulesetOf' | 'folderOf'>;
  readonly shadows: Pick<Shadows, 'targetOf' | 'refusal'>;
  readonly clock: ReplayClock;
}): Pick<ApiPorts, 'planReplay'> & Pick<RunLoopOptions, 'engineOf'> {
  const { config, store, clock } = options;
  const { kafka, kms, environment, seals } = options.connections;
  const reading = { kafka, opener: kms.opener, environment };
  const resolversFor = (file: Ruleset | undefined) =>
    createReplayResolvers({ ...reading, teamModelFolder: config.TEAM_MODEL_DIR }, file);
  const fileOf = async ({ versions, replayId }: ReplayPlan): Promise<Ruleset | undefined> => {
    const document = versions.kind === 'file' ? await store.rulesetOf(replayId) : undefined;
    return document === undefined ? undefined : readRulesetFile(document);
  };
  const judge: Engine = async (plan) => {
    const file = await fileOf(plan);
    const parts = { ...reading, resolvers: resolversFor(file), file, clock };
    return async (run) => {
      try {
        await requireSameLog(reading, plan);
        return await runReplay({ ...run, plan, parts });
      } finally {
        // A team's own model runs in a process, which nobody asks any more behind the run.
        await parts.resolvers.teamModels.close();
      }
    };
  };
  const sameLog = (plan: ReplayPlan) => ({ requireLog: () => requireSameLog(reading, plan) });
  const copyTo =
    (targetOf: (plan: ReplayPlan) => CopyTarget): Engine =>
    async (plan) =>
    (run) =>
      runCopy({ ...run, ...sameLog(plan), plan, parts: { ...reading, clock }, target: targetOf(plan) });
  const receivers = createReceiverBook(config.REPLAY_RECEIVERS_FILE);
  const drive: Engine = async (plan) => (run) =>
    runDrive({
      ...{ ...run, ...sameLog(plan), plan, parts: { ...reading, clock } },
      openReceiver: (name) => openReceiver(receivers, name),
    });
  const exportTo = ({ replayId, target }: ReplayPlan): CopyTarget => {
    if (target.kind !== 'export') throw new Error('an export of a plan that asks for none');
    return createExportTarget({ folder: store.folderOf(replayId), replayId, seals }, target.format);
  };
  const engines: Readonly<Record<ReplayTarget['kind'], Engine>> = {
    compare: judge,
    case: judge,
    export: copyTo(exportTo),
    shadow: copyTo(options.shadows.targetOf),
    drive,
  };
  return {
    planReplay: createReplayPlanner({
      ...reading,
      resolvers: resolversFor(undefined),
      recordsPerSecond: config.REPLAY_RECORDS_PER_SECOND,
      windowBytes: config.REPLAY_WINDOW_BYTES,
      requireTarget: {
        shadow: options.shadows.refusal,
        drive: async ({ receiver }) => {
          const problem = receivers.problemOf(receiver);
          return problem === undefined ? undefined : planRefused('receiver_unconfigured', `${problem}.`);
        },
      },
    }),
    engineOf: async (plan) => ({ run: await engines[plan.target.kind](plan) }),
  };
}
