import type { LocalToken } from '@weir/local';
import { caseReadiness, replayAnswer } from '@weir/replays';
import type { ReplayAnswer } from '@weir/replays';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { connectApi, type ApiOptions, type AskApi, type ConnectedApi } from '../http/connect-api.ts';
import { pathOf } from '../replay/replays-api.ts';
import { requireAlerts } from './collect-alerts.ts';

export type CaseApiOptions = ApiOptions & { readonly alertsApi?: string };

/** What a case is asked for: replays, and alerts, both by the token of one caller. */
export type CaseApis = { readonly replays: ConnectedApi; readonly alerts: AskApi };

const scopes = 'replay:plan replay:run replay:read replay:export alerts:read';
const localToken: LocalToken = 'analyst';

export const connectCaseReplays = (
  options: ApiOptions,
  context: Pick<CommandContext, 'env' | 'home' | 'stopping'>,
): ConnectedApi =>
  connectApi({ called: 'API of replays', address: 'REPLAYS_URL', scopes }, options, context, localToken);

export function connectCaseApis(
  options: CaseApiOptions,
  context: Pick<CommandContext, 'env' | 'home' | 'stopping'>,
): CaseApis {
  const { api: _api, alertsApi, ...others } = options;
  if ((options.api === undefined) !== (alertsApi === undefined))
    throw new CommandError(exitCodes.usage, 'Name both APIs, by --api and --alerts-api, or neither');
  const asked = { ...others, ...(alertsApi === undefined ? {} : { api: alertsApi }) };
  const alerts = connectApi(
    { called: 'API of alerts', address: 'ALERTS_URL', scopes },
    asked,
    context,
    localToken,
  ).ask;
  return { replays: connectCaseReplays(options, context), alerts };
}

/** A case that may be exported. */
export type PlannedCase = {
  readonly replay: ReplayAnswer;
  readonly account: string;
  readonly sealedTo: string | null;
};

/**
 * The case, once it is known that the caller may have all of it: nothing is opened, or run, before. Throws
 * CommandError: what is no case, is not approved, or may not be exported by this token.
 */
export async function requireCase({ replays, alerts }: CaseApis, replayId: string): Promise<PlannedCase> {
  const replay = await replays.ask(replayAnswer, pathOf(replayId));
  await replays.ask(caseReadiness, pathOf(replayId, 'bundle'));
  const { target, filter } = replay.plan;
  const [account] = filter.accounts ?? [];
  if (target.kind !== 'case' || account === undefined)
    throw new CommandError(exitCodes.notAsItShouldBe, `${replayId} is no plan of a case`);
  await requireAlerts(alerts, account);
  if (replay.approvedBy === null)
    throw new CommandError(
      exitCodes.notAsItShouldBe,
      `${replayId} waits for somebody else: npx weir replay approve ${replayId} --hash ${replay.hash.slice(0, 12)}`,
    );
  return { replay, account, sealedTo: target.sealedTo };
}
