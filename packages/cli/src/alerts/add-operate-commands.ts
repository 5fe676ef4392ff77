import { InvalidArgumentError, Option, type Command } from 'commander';
import { severity } from '@weir/contracts';
import type { CommandContext } from '../command-context.ts';
import type { ApiOptions } from '../http/connect-api.ts';
import { asking, exits } from './api-options.ts';
import { checkRouting } from './check-routing.ts';
import {
  addSilence,
  endSilence,
  explainRoute,
  listFailed,
  listSilences,
  retry,
  sendTest,
  type RouteOptions,
  type SilenceOptions,
} from './operate-commands.ts';
import { rebuildStore } from './rebuild.ts';

/** Adds what sees to deliveries, routes and silences to `weir alerts`. */
export function addOperateCommands(alerts: Command, context: CommandContext): void {
  addDeliveries(alerts, context);
  addRouting(alerts, context);
  addSilences(alerts, context);
  alerts
    .command('rebuild')
    .description('fill an empty store of alerts from the topics, telling nobody')
    .addHelpText(
      'after',
      `
For a store of the local stack that was lost: alerting refuses to start with an empty store
beside alerts that were told. Where the stack isn't up, what it builds on is started for
this and stopped again. Elsewhere start alerting once with MODE=rebuild.
What was held and is in no alert yet becomes one, and is told afterwards.

Ends with 0 when it is filled, 69 where no stack was started, 75 where it could not be filled
(its log says why), 78 for a configuration that is wrong.`,
    )
    .action(() => rebuildStore(context));
}

function addDeliveries(alerts: Command, context: CommandContext): void {
  asking(alerts.command('failed'))
    .description('what could not be delivered: why, and after how many attempts')
    .addHelpText('after', exits('Sent again with: npx weir alerts retry'))
    .action((options: ApiOptions) => listFailed(options, context));
  asking(alerts.command('retry [deliveries...]'))
    .description('send again what could not be delivered')
    .option('--all', 'everything')
    .addHelpText(
      'after',
      exits('A delivery is named as "weir alerts failed" shows it; of a mail with its target: KEY/TARGET.'),
    )
    .action((wanted: string[], options: ApiOptions & { readonly all?: true }) =>
      retry(wanted, options, context),
    );
  asking(alerts.command('test [receiver]'))
    .description('send a sample to each receiver, or to one')
    .addHelpText(
      'after',
      exits('It says of itself that it is a test. Ends with 1 where one did not take it.'),
    )
    .action((receiver: string | undefined, options: ApiOptions) => sendTest(receiver, options, context));
}

function addRouting(alerts: Command, context: CommandContext): void {
  const route = asking(alerts.command('route'))
    .description('who is told of an alert, when and why')
    .option('--explain <alert>', 'an alert that there is')
    .option('--alert <file>', 'one that is supposed, as JSON (supposedAlert of the OpenAPI document)')
    .addOption(new Option('--severity <severity>', 'suppose one as severe as this').choices(severity.options))
    .option('--rule <ids...>', 'supposed: raised for these rules')
    .option('-t, --tenant <name>', 'supposed: of this tenant (default: demo)')
    .option('--account <pseudonym>', 'supposed: of this account')
    .option('--amount-minor <units>', 'supposed: so much, in minor units', wholeNumber)
    .option('--currency <code>', 'supposed: in this currency')
    .option('--at <instant>', 'supposed: raised then, such as 2026-03-01T22:00:00.000Z')
    .addHelpText(
      'after',
      `${exits('Nothing is sent. Of a route that does not match it says which condition keeps it from it.')}

Examples:
  npx weir alerts route --explain 3f9a2c77
  npx weir alerts route --severity high --rule large_amount --amount-minor 900000 --currency EUR
  npx weir alerts route check routes.yaml`,
    )
    .action((options: RouteOptions) => explainRoute(options, context));
  route
    .command('check <file>')
    .description('read a routing document, YAML or JSON, and say what is wrong with it, by line')
    .addHelpText(
      'after',
      `
Needs nothing that runs. Ends with 0 where it can be used, 64 where there is no such file,
78 with a line for each thing that is wrong.`,
    )
    .action((file: string) => checkRouting(file, context));
}

function addSilences(alerts: Command, context: CommandContext): void {
  const silence = alerts.command('silence').description('keep alerts quiet for a while');
  asking(silence.command('list'))
    .description('what is kept quiet, by whom, until when and why')
    .addHelpText('after', exits('An alert that is kept quiet is listed all the same.'))
    .action((options: ApiOptions) => listSilences(options, context));
  asking(silence.command('add'))
    .description('keep quiet what matches everything that is said')
    .requiredOption('--for <span>', 'for how long: 45m, 8h, 3d; at most 31d')
    .requiredOption('--reason <text>', 'why')
    .option('--rule <ids...>', 'raised for one of these rules')
    .option('--account <pseudonyms...>', 'of one of these accounts')
    .option('--counterparty <pseudonyms...>', 'with one of these counterparties')
    .option('-t, --tenant <names...>', 'of one of these tenants')
    .addHelpText('after', exits('Needs a token with the scope alerts:operate, and is audited.'))
    .action((options: SilenceOptions) => addSilence(options, context));
  asking(silence.command('end <silence>'))
    .description('end a silence')
    .addHelpText('after', exits('The command may be repeated.'))
    .action((id: string, options: ApiOptions) => endSilence(id, options, context));
}

function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('expected minor units, such as 900000');
  return Number(text);
}
