import {
  actedAnswer,
  caseActedAnswer,
  formatInstant,
  releasedAnswer,
  type ActedAnswer,
  type AlertActRequest,
  type ReleasedAnswer,
} from '@weir/contracts';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import type { ApiOptions } from '../http/connect-api.ts';
import { connectAlerts } from './alerts-api.ts';
import { shortId, stateWords } from './alert-words.ts';

export type ActOptions = ApiOptions & { readonly case?: string };

/**
 * Does the same about each alert that is named, or about all of a case. One that can't be changed
 * leaves the others as they become, and the command ends with 1.
 */
export async function act(
  ids: readonly string[],
  asked: AlertActRequest,
  options: ActOptions,
  context: CommandContext,
): Promise<void> {
  if ((ids.length === 0) === (options.case === undefined))
    throw new CommandError(exitCodes.usage, 'Name alerts, or a case with --case');
  if (options.case !== undefined) return actOnCase(options.case, asked, options, context);
  const ask = connectAlerts(options, context);
  const { terminal } = context;
  for (const id of ids) {
    try {
      const answer = await ask(actedAnswer, `/v1/alerts/${encodeURIComponent(id)}/acts`, asked);
      terminal.print(options.json ? JSON.stringify(answer) : actedWords(answer));
    } catch (error) {
      const isItsOwn = error instanceof CommandError && error.exitCode === exitCodes.notAsItShouldBe;
      if (!isItsOwn || ids.length === 1) throw error;
      terminal.say(`${id}: ${error.message}`);
      context.exit(exitCodes.notAsItShouldBe);
    }
  }
}

const actedWords = ({ alert, changed }: ActedAnswer): string =>
  `${shortId(alert.alertId)} is ${stateWords(alert)}${changed ? '' : ' already; nothing has changed'}`;

async function actOnCase(
  caseId: string,
  asked: AlertActRequest,
  options: ActOptions,
  context: CommandContext,
): Promise<void> {
  const { terminal, exit } = context;
  const ask = connectAlerts(options, context);
  const answer = await ask(caseActedAnswer, `/v1/cases/${encodeURIComponent(caseId)}/acts`, asked);
  if (options.json) terminal.print(JSON.stringify(answer));
  else for (const { alertId, result } of answer.alerts) terminal.print(`${shortId(alertId)} ${result}`);
  if (answer.alerts.some(({ result }) => !['changed', 'unchanged'].includes(result)))
    exit(exitCodes.notAsItShouldBe);
}

export type ReleaseOptions = ApiOptions & {
  readonly transaction?: readonly string[];
  readonly reason?: string;
};

/** Asks for a release with the analyst's token. */
export const release = (id: string, options: ReleaseOptions, context: CommandContext): Promise<void> =>
  letGo(id, 'release', 'analyst', options, context);

/** Approves one with another token: on a laptop the approver's. */
export const approve = (id: string, options: ReleaseOptions, context: CommandContext): Promise<void> =>
  letGo(id, 'release/approval', 'approver', options, context);

async function letGo(
  id: string,
  what: 'release' | 'release/approval',
  token: 'analyst' | 'approver',
  options: ReleaseOptions,
  context: CommandContext,
): Promise<void> {
  const answer = await connectAlerts(options, context, token)(
    releasedAnswer,
    `/v1/alerts/${encodeURIComponent(id)}/${what}`,
    {
      ...(options.transaction === undefined ? {} : { transactions: options.transaction }),
      ...(options.reason === undefined ? {} : { reason: options.reason }),
    },
  );
  if (options.json) return context.terminal.print(JSON.stringify(answer));
  for (const line of releasedWords(answer)) context.terminal.print(line);
}

function releasedWords({ alert, requested, approved, unchanged }: ReleasedAnswer): readonly string[] {
  // By its name: whoever approves without one approves what else was asked for by then, seen or not.
  const next = `npx weir alerts approve ${shortId(alert.alertId)} --transaction`;
  return [
    ...requested.map((one) => `${one} waits for the approval of another token: ${next} ${one}`),
    ...approved.map((one) => `${one} is approved and goes on its way`),
    ...unchanged.map((one) => `${one} had been asked for or approved before; nothing has changed`),
  ];
}

/** "45m", "8h" or "3d" from now, as an instant. Throws CommandError (64). */
export function instantAfter(span: string, nowMs: number): string {
  const [, count, unit] = /^(\d{1,4})([mhd])$/.exec(span) ?? [];
  if (count === undefined) throw new CommandError(exitCodes.usage, '--for: expected 45m, 8h or 3d');
  const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 }[unit as 'm' | 'h' | 'd'];
  return formatInstant(nowMs + Number(count) * unitMs);
}
