import { replayAnswer } from '@weir/replays';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { identifyAccount } from '../explain/identify.ts';
import { notRunningSentence, runningStack } from '../local/stack-session.ts';
import { planRequest } from '../replay/plan-request.ts';
import { showPlan } from '../replay/show-replay.ts';
import { connectCaseReplays, type CaseApiOptions } from './case-apis.ts';
import { requireRecipient } from './seal-to.ts';

export type PlanCaseOptions = CaseApiOptions & {
  readonly from?: string;
  readonly to?: string;
  readonly by?: 'log-time' | 'event-time';
  readonly tenant: string;
  readonly sealedTo?: string;
  readonly opened?: true;
  readonly rate?: number;
  readonly incomplete?: true;
};

/** Plans the case of one account: nothing runs, and somebody else has to approve it. */
export async function planCase(
  account: string,
  options: PlanCaseOptions,
  context: CommandContext,
): Promise<void> {
  const { sealedTo, opened, tenant, json, ...asked } = options;
  if ((sealedTo === undefined) === (opened !== true))
    throw new CommandError(
      exitCodes.usage,
      'Sealed or opened? Say --sealed-to with the public key of who gets it (age1...), or --opened',
    );
  if (sealedTo !== undefined) requireRecipient(sealedTo);
  const { home, stopping, terminal } = context;
  const { ask } = connectCaseReplays(options, context);
  const request = await planRequest({ ...asked, tenant, account: [account], versions: 'then' }, (typed) => {
    if (runningStack(home) === undefined) throw new CommandError(exitCodes.notRunning, notRunningSentence);
    return identifyAccount({ tenant, account: typed }, { home, signal: stopping, stdin: process.stdin });
  });
  const target = { kind: 'case' as const, sealedTo: sealedTo ?? null };
  const made = await ask(replayAnswer, '/v1/replays', { ...request, target });
  const { replayId, hash } = made;
  if (json === true) return terminal.print(JSON.stringify(made));
  for (const line of showPlan(made)) terminal.print(line);
  terminal.print(
    `Somebody else has to approve it: npx weir replay approve ${replayId} --hash ${hash.slice(0, 12)}`,
  );
  terminal.print(`Then: npx weir case export --replay ${replayId} --reason "..." --out FILE`);
}
