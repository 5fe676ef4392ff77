import { readFileSync } from 'node:fs';
import {
  deliveriesAnswer,
  explanationAnswer,
  retriedAnswer,
  silenceAnswer,
  silenceListAnswer,
  testedAnswer,
} from '@weir/contracts';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import type { ApiOptions } from '../http/connect-api.ts';
import { connectAlerts } from './alerts-api.ts';
import { clock } from './alert-words.ts';
import { instantAfter } from './act-commands.ts';
import { showDeliveries, showSilences, showTested } from './show-alerts.ts';
import { showExplanation } from './show-explanation.ts';

export async function listFailed(options: ApiOptions, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const { deliveries } = await connectAlerts(options, context)(deliveriesAnswer, '/v1/deliveries/failed');
  if (options.json) return terminal.print(JSON.stringify(deliveries));
  if (deliveries.length === 0) return terminal.print('Everything could be delivered, or is still tried.');
  for (const line of showDeliveries(deliveries)) terminal.print(line);
}

/** `wanted`: delivery keys, each with its target where it has one (`KEY/TARGET`); none with `all`. */
export async function retry(
  wanted: readonly string[],
  options: ApiOptions & { readonly all?: true },
  context: CommandContext,
): Promise<void> {
  if ((wanted.length === 0) !== (options.all === true))
    throw new CommandError(
      exitCodes.usage,
      'Name deliveries as "weir alerts failed" shows them, or say --all',
    );
  const deliveries = wanted.map((one) => {
    const [deliveryKey = '', target = '-'] = one.split('/');
    return { deliveryKey, target };
  });
  const answer = await connectAlerts(options, context)(
    retriedAnswer,
    '/v1/deliveries/retry',
    options.all ? {} : { deliveries },
  );
  if (options.json) return context.terminal.print(JSON.stringify(answer));
  context.terminal.print(`${answer.retried} deliveries are sent again.`);
}

export async function sendTest(
  receiver: string | undefined,
  options: ApiOptions,
  context: CommandContext,
): Promise<void> {
  const { terminal, exit } = context;
  const { receivers } = await connectAlerts(options, context)(
    testedAnswer,
    '/v1/deliveries/test',
    receiver === undefined ? {} : { receiver },
  );
  if (options.json) terminal.print(JSON.stringify(receivers));
  else for (const line of showTested(receivers)) terminal.print(line);
  if (receivers.some(({ result }) => result !== 'accepted')) exit(exitCodes.notAsItShouldBe);
}

export async function listSilences(options: ApiOptions, context: CommandContext): Promise<void> {
  const { silences } = await connectAlerts(options, context)(silenceListAnswer, '/v1/silences');
  if (options.json) return context.terminal.print(JSON.stringify(silences));
  for (const line of showSilences(silences)) context.terminal.print(line);
}

export type SilenceOptions = ApiOptions & {
  readonly for: string;
  readonly reason: string;
  readonly rule?: readonly string[];
  readonly account?: readonly string[];
  readonly tenant?: readonly string[];
  readonly counterparty?: readonly string[];
};

export async function addSilence(options: SilenceOptions, context: CommandContext): Promise<void> {
  const match = Object.fromEntries(
    Object.entries({
      rules: options.rule,
      accounts: options.account,
      tenants: options.tenant,
      counterparties: options.counterparty,
    }).filter(([, names]) => names !== undefined),
  );
  if (Object.keys(match).length === 0)
    throw new CommandError(
      exitCodes.usage,
      'What shall be quiet? Say --rule, --account, --counterparty or --tenant: nobody keeps everything quiet',
    );
  const answer = await connectAlerts(options, context)(silenceAnswer, '/v1/silences', {
    match,
    endsAt: instantAfter(options.for, Date.now()),
    reason: options.reason,
  });
  if (options.json) return context.terminal.print(JSON.stringify(answer));
  context.terminal.print(
    `${JSON.stringify(answer.match)} is kept quiet until ${clock(answer.endsAt)}. To end it: npx weir alerts silence end ${answer.silenceId}`,
  );
}

export async function endSilence(id: string, options: ApiOptions, context: CommandContext): Promise<void> {
  const answer = await connectAlerts(options, context)(
    silenceAnswer,
    `/v1/silences/${encodeURIComponent(id)}/end`,
    {},
  );
  if (options.json) return context.terminal.print(JSON.stringify(answer));
  context.terminal.print(`${answer.silenceId} keeps nothing quiet any more.`);
}

export type RouteOptions = ApiOptions & {
  readonly explain?: string;
  readonly alert?: string;
  readonly severity?: string;
  readonly rule?: readonly string[];
  readonly tenant?: string;
  readonly account?: string;
  readonly amountMinor?: number;
  readonly currency?: string;
  readonly at?: string;
};

/** Where an alert goes, one that there is or one that is supposed. */
export async function explainRoute(options: RouteOptions, context: CommandContext): Promise<void> {
  const supposed = supposedOf(options);
  if ((options.explain === undefined) === (supposed === undefined))
    throw new CommandError(
      exitCodes.usage,
      'Which alert? Name one with --explain, or suppose one with --severity and others, or with --alert FILE',
    );
  const ask = connectAlerts(options, context);
  const answer =
    options.explain === undefined
      ? await ask(explanationAnswer, '/v1/routing/explanations', supposed)
      : await ask(explanationAnswer, `/v1/routing/explanations/${encodeURIComponent(options.explain)}`);
  if (options.json) return context.terminal.print(JSON.stringify(answer));
  for (const line of showExplanation(answer)) context.terminal.print(line);
}

function supposedOf(options: RouteOptions): object | undefined {
  if (options.alert !== undefined) return objectIn(options.alert);
  const { severity, rule, account, amountMinor, currency, at } = options;
  if (severity === undefined) return undefined;
  const facts = { rules: rule, account, amountMinor, currency, at };
  return {
    tenant: options.tenant ?? 'demo',
    severity,
    ...Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)),
  };
}

function objectIn(file: string): object {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof value === 'object' && value !== null) return value;
  } catch (cause) {
    throw new CommandError(exitCodes.usage, `--alert: ${file} holds no JSON that can be read`, { cause });
  }
  throw new CommandError(exitCodes.usage, `--alert: ${file} holds no JSON object`);
}
