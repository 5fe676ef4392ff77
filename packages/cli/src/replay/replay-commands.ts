import { ensurePrivateFolder } from '@weir/local';
import { replayAnswer, replayListAnswer } from '@weir/replays';
import type { ReplayAnswer } from '@weir/replays';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { identifyAccount } from '../explain/identify.ts';
import type { ApiOptions, ConnectedApi } from '../http/connect-api.ts';
import { downloadTo } from '../http/download.ts';
import { notRunningSentence, runningStack } from '../local/stack-session.ts';
import { namesRange, planRequest } from './plan-request.ts';
import type { PlanOptions } from './plan-request.ts';
import { connectReplays, pathOf } from './replays-api.ts';
import {
  nextCommand,
  progressWords,
  showPlan,
  showReplays,
  stateLine,
  unjudgedWords,
} from './show-replay.ts';

/** Plans a replay. */
export async function plan(options: ApiOptions & PlanOptions, context: CommandContext): Promise<void> {
  const made = await makePlan(connectReplays(options, context), options, context);
  show(made, options, context, showPlan(made));
}

async function makePlan(
  { ask }: ConnectedApi,
  options: PlanOptions,
  { home, stopping }: CommandContext,
): Promise<ReplayAnswer> {
  const request = await planRequest(options, (account) => {
    if (runningStack(home) === undefined)
      throw new CommandError(exitCodes.notRunning, `--account: ${notRunningSentence}`);
    return identifyAccount(
      { tenant: options.tenant, account },
      { home, signal: stopping, stdin: process.stdin },
    );
  });
  return ask(replayAnswer, '/v1/replays', request);
}

/** Approves the plan whose hash begins with what was looked at. On a laptop with the approver's token. */
export async function approve(
  replayId: string,
  options: ApiOptions & { readonly hash: string },
  context: CommandContext,
): Promise<void> {
  const { ask } = connectReplays(options, context, 'approver');
  const planned = await ask(replayAnswer, pathOf(replayId));
  if (!planned.hash.startsWith(options.hash))
    throw new CommandError(exitCodes.notAsItShouldBe, 'The plan has another hash: look at it again');
  const approved = await ask(replayAnswer, pathOf(replayId, 'approval'), { hash: planned.hash });
  show(approved, options, context, [`${replayId} is approved by ${approved.approvedBy ?? ''}`]);
}

/** Pauses a replay, goes on with it, or ends it. */
export async function change(
  replayId: string,
  what: 'pause' | 'resume' | 'stop',
  options: ApiOptions,
  context: CommandContext,
): Promise<void> {
  const { ask } = connectReplays(options, context);
  const changed = await ask(replayAnswer, pathOf(replayId, what), {});
  show(changed, options, context, [stateLine(changed)]);
}

/** Removes a replay with all it has made. */
export async function discard(replayId: string, options: ApiOptions, context: CommandContext): Promise<void> {
  const discarded = await connectReplays(options, context).ask(replayAnswer, pathOf(replayId, 'discard'), {});
  const { terminal } = context;
  terminal.print(
    options.json ? JSON.stringify(discarded) : `${replayId} is removed, with all that it has made`,
  );
}

/** Where one replay stands, or all of them. */
export async function status(
  replayId: string | undefined,
  options: ApiOptions,
  context: CommandContext,
): Promise<void> {
  const { ask } = connectReplays(options, context);
  if (replayId !== undefined) {
    const replay = await ask(replayAnswer, pathOf(replayId));
    return show(replay, options, context, [...showPlan(replay), stateLine(replay)]);
  }
  const { replays } = await ask(replayListAnswer, '/v1/replays');
  const { terminal } = context;
  if (options.json) return terminal.print(JSON.stringify(replays));
  for (const line of showReplays(replays)) terminal.print(line);
}

export type RunOptions = ApiOptions &
  PlanOptions & { readonly yes?: true; readonly wait: boolean; readonly manifest?: string };

/** Runs a plan, or plans and runs in one go, and follows it to its end. */
export async function run(
  replayId: string | undefined,
  options: RunOptions,
  context: CommandContext,
): Promise<void> {
  if ((replayId === undefined) === !namesRange(options))
    throw new CommandError(
      exitCodes.usage,
      'Name a replay that was planned, or a range to plan and run in one go',
    );
  if (replayId === undefined && options.yes !== true)
    throw new CommandError(
      exitCodes.usage,
      'In one go only with --yes; else look at it first: npx weir replay plan',
    );
  const api = connectReplays(options, context);
  const planned =
    replayId === undefined
      ? await makePlan(api, options, context)
      : await api.ask(replayAnswer, pathOf(replayId));
  if (planned.state === 'planned' && planned.needsApproval)
    throw new CommandError(
      exitCodes.notAsItShouldBe,
      `${planned.replayId} is not run. ${nextCommand(planned) ?? ''}`,
    );
  if (replayId === undefined && options.json !== true)
    for (const line of showPlan(planned)) context.terminal.say(line);
  const running = await api.ask(replayAnswer, pathOf(planned.replayId, 'run'), {});
  if (!options.wait) return show(running, options, context, [stateLine(running)]);
  await tellResult(await follow(api, running, context), api, options, context);
}

const lookAgainMs = 500;

/** Follows a replay until it moves no more by itself. */
export async function follow(
  { ask }: ConnectedApi,
  from: ReplayAnswer,
  { terminal, stopping }: CommandContext,
): Promise<ReplayAnswer> {
  const { replayId } = from;
  let now = from;
  while (now.state === 'running') {
    if (now.progress !== null) terminal.live(progressWords(now.progress));
    await sleep(lookAgainMs, undefined, { signal: stopping }).catch(() => undefined);
    if (stopping.aborted)
      throw new CommandError(
        exitCodes.tryAgain,
        `The replay goes on: npx weir replay status ${replayId}, or stop ${replayId}`,
      );
    now = await ask(replayAnswer, pathOf(replayId));
  }
  return now;
}

async function tellResult(
  replay: ReplayAnswer,
  { access }: ConnectedApi,
  options: RunOptions,
  context: CommandContext,
): Promise<void> {
  const { terminal, home, stopping, exit } = context;
  const { replayId, ending } = replay;
  if (ending === null) throw new CommandError(exitCodes.notAsItShouldBe, stateLine(replay));
  const { records, differences, unjudged, root, handedOver } = ending;
  const manifest = options.manifest ?? join(ensurePrivateFolder(home, 'manifests'), `${replayId}.ndjson`);
  await downloadTo(access, pathOf(replayId, 'manifest'), manifest, stopping);
  const found = handedOver === undefined ? { differences } : { handedOver };
  if (options.json) terminal.print(JSON.stringify({ records, ...found, merkleRoot: root, manifest }));
  else {
    terminal.print(stateLine(replay));
    terminal.print(`Its manifest: ${manifest}`);
    terminal.print(nextCommand(replay) ?? '');
  }
  if (unjudged > 0) terminal.say(`Of its records ${unjudgedWords(ending)}`);
  if (differences > 0 || unjudged > 0) exit(exitCodes.notAsItShouldBe);
}

function show(
  replay: ReplayAnswer,
  { json }: ApiOptions,
  { terminal }: CommandContext,
  lines: readonly string[],
): void {
  if (json) return terminal.print(JSON.stringify(replay));
  const next = nextCommand(replay);
  for (const line of [...lines, ...(next === undefined ? [] : [next])]) terminal.print(line);
}
