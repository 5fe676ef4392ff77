import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { artefactRef } from '@weir/contracts';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import type { ActivatedArtefact, PublishedPlan } from '../ingest/ingest-messages.ts';
import { runIngest } from '../ingest/run-ingest.ts';
import { runUpkeep } from './run-upkeep.ts';
import { createReadingWords } from './show-windows.ts';
import type { CaughtUp, RebuiltWindows, UpkeepAnswer, UpkeepMessage } from './upkeep-messages.ts';

export type RebuildOptions = {
  /** A file with a window plan, or the name and version of one that is known. */
  readonly plan?: string;
  /** Another Redis to fill windows in. */
  readonly redis?: string;
  readonly activate?: true;
};

/** Throws CommandError for options that don't fit together. */
export function checkRebuildOptions({ plan, redis, activate }: RebuildOptions): void {
  if (plan === undefined && redis === undefined)
    throw new CommandError(
      exitCodes.usage,
      'Say what to fill: --plan for a new window plan, --redis for a new Redis',
    );
  if (activate && plan === undefined)
    throw new CommandError(
      exitCodes.usage,
      '--activate brings a window plan into force: name it with --plan',
    );
  if (activate && redis !== undefined)
    throw new CommandError(
      exitCodes.usage,
      'A new plan comes into force in the Redis the workers use: leave --redis out, or --activate',
    );
}

/**
 * Publishes a plan, has its windows filled from the log beside the workers, and
 * has the log bring it into force. Throws CommandError; the same call goes on
 * where it was interrupted.
 */
export async function rebuild(options: RebuildOptions, context: CommandContext): Promise<RebuiltWindows> {
  checkRebuildOptions(options);
  const { terminal } = context;
  const plan = options.plan === undefined ? undefined : await knownPlan(options.plan, context);
  const reading = createReadingWords(() => performance.now());
  let rebuilt: RebuiltWindows | undefined;
  const onMessage = (message: UpkeepMessage): UpkeepAnswer | undefined | Promise<UpkeepAnswer> => {
    switch (message.kind) {
      case 'progress':
        terminal.live(reading(message));
        return undefined;
      case 'caughtUp':
        terminal.say(`The windows of ${message.plan} are filled; the log brings the plan into force`);
        return activate(message, context);
      case 'switching':
        terminal.live(`${message.done} of ${message.total} partitions use the new windows`);
        return undefined;
      case 'rebuilt':
        rebuilt = message;
        return undefined;
      case 'difference':
      case 'verified':
        return undefined;
    }
  };
  await runUpkeep({
    home: context.home,
    from: context.env,
    env: {
      MODE: 'rebuild',
      ACTIVATE: String(options.activate === true),
      ...(plan === undefined ? {} : { PLAN: plan }),
      ...(options.redis === undefined ? {} : { TARGET_REDIS_URL: options.redis }),
    },
    onMessage,
    signal: context.stopping,
  });
  if (rebuilt === undefined)
    throw new CommandError(
      exitCodes.tryAgain,
      'Stopped before the end; the same command goes on where it was',
    );
  return rebuilt;
}

/** Publishes the plan of a file and answers its name and version; one that is named by those is taken as known. */
async function knownPlan(plan: string, { home, terminal, stopping }: CommandContext): Promise<string> {
  if (artefactRef.safeParse(plan).success && !existsSync(plan)) return plan;
  let published: PublishedPlan | undefined;
  await runIngest({
    home,
    env: { MODE: 'publish-plan', PLAN_FILE: resolve(plan) },
    onArtefact: (said) => {
      if (said.kind === 'published') published = said;
    },
    signal: stopping,
  });
  if (published === undefined)
    throw new CommandError(exitCodes.tryAgain, 'The plan was not published; try again');
  const state = published.isKnown ? 'was published before, as it is' : 'is published';
  terminal.say(`Window plan ${published.artefact} ${state}`);
  return published.artefact;
}

async function activate(
  { plan, logId }: CaughtUp,
  { home, stopping }: CommandContext,
): Promise<UpkeepAnswer> {
  let activated: ActivatedArtefact | undefined;
  await runIngest({
    home,
    env: { MODE: 'activate-plan', PLAN: plan, LOG_ID: logId },
    onArtefact: (said) => {
      if (said.kind === 'activated') activated = said;
    },
    signal: stopping,
  });
  if (activated === undefined) throw new CommandError(exitCodes.tryAgain, 'The log was not told; try again');
  return { kind: 'activated', positions: activated.positions };
}
