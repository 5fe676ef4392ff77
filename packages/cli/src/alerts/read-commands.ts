import {
  alertChangesAnswer,
  alertDetailAnswer,
  alertEntriesAnswer,
  alertListAnswer,
  caseListAnswer,
  deliveriesAnswer,
  type AlertAnswer,
  type AlertEntriesAnswer,
  type AlertEntryAnswer,
} from '@weir/contracts';
import type { CommandContext } from '../command-context.ts';
import { connectOps } from '../ops/connect-ops.ts';
import type { ApiOptions, AskApi } from '../http/connect-api.ts';
import { connectAlerts } from './alerts-api.ts';
import { openOnRecord, type OpenedEvidence } from './open-evidence.ts';
import { showAlert } from './show-alert.ts';
import { showAlerts, showCases } from './show-alerts.ts';

export type ListOptions = ApiOptions & {
  readonly state?: readonly string[];
  readonly all?: true;
  readonly case?: string;
  readonly account?: string;
  readonly tenant?: string;
  readonly lines: number;
};

/** What nobody has closed. */
const openStates = ['new', 'acknowledged', 'investigating', 'snoozed'];
const mostOfOneAnswer = 500;

export async function listAlerts(options: ListOptions, context: CommandContext): Promise<void> {
  const ask = connectAlerts(options, context);
  const states = options.state ?? (options.all ? undefined : openStates);
  const asked = Object.entries({
    state: states?.join(','),
    case: options.case,
    account: options.account,
    tenant: options.tenant,
  }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const alerts: AlertAnswer[] = [];
  let next: string | null = null;
  do {
    const query: readonly (readonly [string, string])[] = [
      ...asked,
      ['limit', String(Math.min(options.lines - alerts.length, mostOfOneAnswer))] as const,
      ...(next === null ? [] : [['after', next] as const]),
    ];
    const page: { alerts: AlertAnswer[]; next: string | null } = await ask(
      alertListAnswer,
      `/v1/alerts?${new URLSearchParams(Object.fromEntries(query)).toString()}`,
    );
    alerts.push(...page.alerts);
    next = page.next;
  } while (next !== null && alerts.length < options.lines);
  if (options.json) context.terminal.print(JSON.stringify(alerts));
  else for (const line of showAlerts(alerts, Date.now())) context.terminal.print(line);
  if (next !== null) context.terminal.say(`There are more: --lines ${options.lines * 2}`);
}

export async function listCases(options: ApiOptions, context: CommandContext): Promise<void> {
  const { cases } = await connectAlerts(options, context)(caseListAnswer, '/v1/cases');
  if (options.json) return context.terminal.print(JSON.stringify(cases));
  for (const line of showCases(cases)) context.terminal.print(line);
}

export type ShowOptions = ApiOptions & { readonly sealed?: true; readonly entries: number };

/** Shows an alert; its evidence is opened once the audit trail is asked to say so, and not where it can't be. */
export async function showOne(id: string, options: ShowOptions, context: CommandContext): Promise<void> {
  const ask = connectAlerts(options, context);
  const path = `/v1/alerts/${encodeURIComponent(id)}`;
  const detail = await ask(alertDetailAnswer, path);
  const { changes } = await ask(alertChangesAnswer, `${path}/changes`);
  const { deliveries } = await ask(deliveriesAnswer, `${path}/deliveries`);
  const entries = await tellingEntries(ask, path, detail.alert, options.entries);
  const opened = options.sealed ? undefined : await openAsOps(detail.alert, entries, context);
  const whole = { detail, changes, deliveries, entries, opened };
  if (options.json) context.terminal.print(JSON.stringify(asJson(whole)));
  else for (const line of showAlert(whole)) context.terminal.print(line);
}

/** The first entries, with the one that tells most before them, wherever it stands: an alert has 500 at most. */
async function tellingEntries(
  ask: AskApi,
  path: string,
  { gravest }: AlertAnswer,
  most: number,
): Promise<readonly AlertEntryAnswer[]> {
  const first: AlertEntryAnswer[] = [];
  let lead: AlertEntryAnswer | undefined;
  let from: number | null = 0;
  do {
    const page: AlertEntriesAnswer = await ask(alertEntriesAnswer, `${path}/entries?limit=50&from=${from}`);
    lead = page.entries.find(({ entryId }) => entryId === gravest);
    if (from === 0) first.push(...page.entries);
    from = page.next;
  } while (lead === undefined && from !== null);
  const others = first.filter(({ entryId }) => entryId !== gravest);
  return [...(lead === undefined ? [] : [lead]), ...others].slice(0, most);
}

async function openAsOps(
  alert: AlertAnswer,
  entries: readonly AlertEntryAnswer[],
  { env, home }: CommandContext,
): Promise<readonly OpenedEvidence[]> {
  const ops = connectOps(env, home);
  try {
    return await openOnRecord(ops, alert, entries);
  } finally {
    await ops.close();
  }
}

/** What was opened takes the place of what was sealed. */
const asJson = ({
  detail,
  changes,
  deliveries,
  entries,
  opened,
}: Parameters<typeof showAlert>[0]): object => ({
  ...detail,
  changes,
  deliveries,
  entries: entries.map(({ evidence, ...entry }, index) => {
    if (opened === undefined) return { ...entry, evidence };
    const one = opened[index];
    return { ...entry, evidence: one?.kind === 'transaction' ? one.judged : null };
  }),
});
