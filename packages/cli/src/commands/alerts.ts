import { InvalidArgumentError, Option, type Command } from 'commander';
import { alertState } from '@weir/contracts';
import type { CommandContext } from '../command-context.ts';
import {
  act,
  approve,
  instantAfter,
  release,
  type ActOptions,
  type ReleaseOptions,
} from '../alerts/act-commands.ts';
import { addOperateCommands } from '../alerts/add-operate-commands.ts';
import { asking, exits } from '../alerts/api-options.ts';
import {
  listAlerts,
  listCases,
  showOne,
  type ListOptions,
  type ShowOptions,
} from '../alerts/read-commands.ts';
import type { ApiOptions } from '../http/connect-api.ts';

type Reasoned = ActOptions & { readonly reason?: string };

export function addAlertsCommand(program: Command, context: CommandContext): void {
  const alerts = program
    .command('alerts')
    .description('look at alerts, act on them, let held transactions go')
    .addHelpText(
      'after',
      `
An alert is named by its id, or by eight or more digits of its beginning. On the machine
where the stack runs no token is needed: two were made for it, "local-analyst" and
"local-approver". Elsewhere say --api, and --token-file or WEIR_TOKEN; a token is made with
  npx weir tokens add ana --tenant weir --scope alerts:read alerts:act alerts:release
One of the tenant "weir" is good for the alerts of all tenants, any other for its own.

docs/runbooks/alerts.md says how an alert is worked.`,
    );
  addReading(alerts, context);
  addActing(alerts, context);
  addReleasing(alerts, context);
  addOperateCommands(alerts, context);
}

function addReading(alerts: Command, context: CommandContext): void {
  asking(alerts.command('list'))
    .description('alerts that nobody has closed, the one that changed last first')
    .addOption(
      new Option('--state <states...>', 'in one of these states')
        .choices(alertState.options)
        .conflicts('all'),
    )
    .option('--all', 'in every state')
    .option('--case <id>', 'of a case')
    .option('--account <pseudonym>', 'of an account')
    .option('-t, --tenant <name>', 'of a tenant')
    .option('-n, --lines <count>', 'how many at most', countUpTo(10_000), 50)
    .addHelpText('after', exits('--json prints an array.'))
    .action((options: ListOptions) => listAlerts(options, context));
  asking(alerts.command('show <alert>'))
    .description('one alert: its transactions, who did what, who was told')
    .option('--sealed', 'open nothing: the facts alone')
    .option('--entries <count>', 'how many of its transactions', countUpTo(50), 5)
    .addHelpText(
      'after',
      exits(
        'Opens the evidence with the key of ops. That is asked to be written on the audit trail\nfirst, as "evidence_opened"; where it can not be, nothing is opened.',
      ),
    )
    .action((id: string, options: ShowOptions) => showOne(id, options, context));
  asking(alerts.command('cases'))
    .description('alerts that have to do with each other')
    .addHelpText('after', exits('What is in a case: npx weir alerts list --case ID'))
    .action((options: ApiOptions) => listCases(options, context));
}

function addActing(alerts: Command, context: CommandContext): void {
  acting(alerts, 'ack', 'say that somebody looks after it: no reminders, no escalation')
    .option('--reason <text>', 'why')
    .action((ids: string[], options: Reasoned) =>
      act(ids, { act: 'acknowledge', ...reasonOf(options) }, options, context),
    );
  acting(alerts, 'investigate', 'say that it is looked into')
    .option('--reason <text>', 'why')
    .action((ids: string[], options: Reasoned) =>
      act(ids, { act: 'investigate', ...reasonOf(options) }, options, context),
    );
  acting(alerts, 'snooze', 'put it off: it comes back by itself, or when it becomes graver')
    .requiredOption('--for <span>', 'for how long: 45m, 8h, 3d')
    .requiredOption('--reason <text>', 'why')
    .action((ids: string[], options: Reasoned & { readonly for: string; readonly reason: string }) =>
      act(
        ids,
        { act: 'snooze', until: instantAfter(options.for, Date.now()), reason: options.reason },
        options,
        context,
      ),
    );
  acting(alerts, 'close', 'end it, and say what its transactions turned out to be')
    .addOption(
      new Option('--as <outcome>', 'what it turned out to be')
        .choices(['true-positive', 'false-positive'])
        .makeOptionMandatory(),
    )
    .requiredOption('--reason <text>', 'why')
    .action(
      (
        ids: string[],
        options: ActOptions & {
          readonly as: 'true-positive' | 'false-positive';
          readonly reason: string;
        },
      ) =>
        act(
          ids,
          {
            act: 'close',
            outcome: options.as === 'true-positive' ? 'true_positive' : 'false_positive',
            reason: options.reason,
          },
          options,
          context,
        ),
    );
  acting(alerts, 'reopen', 'look into one again that was closed')
    .requiredOption('--reason <text>', 'why')
    .action((ids: string[], options: Reasoned & { readonly reason: string }) =>
      act(ids, { act: 'reopen', reason: options.reason }, options, context),
    );
}

const acting = (alerts: Command, name: string, description: string): Command =>
  asking(alerts.command(`${name} [alerts...]`))
    .description(description)
    .option('--case <id>', 'all alerts of a case')
    .addHelpText(
      'after',
      exits('The command may be repeated. Who did it, and why, stays with the alert and is audited.'),
    );

const reasonOf = ({ reason }: Reasoned): { readonly reason?: string } =>
  reason === undefined ? {} : { reason };

function addReleasing(alerts: Command, context: CommandContext): void {
  asking(alerts.command('release <alert>'))
    .description('ask for held transactions to be let go')
    .option('--transaction <ids...>', 'these alone (default: all of the alert that are held)')
    .requiredOption('--reason <text>', 'why')
    .addHelpText(
      'after',
      exits(
        'Another token has to approve it, unless what one person lets go alone of the alert stays\nwithin RELEASE_ALONE_UP_TO of alerting. The command may be repeated: each transaction is\nreleased once.',
      ),
    )
    .action((id: string, options: ReleaseOptions) => release(id, options, context));
  asking(alerts.command('approve <alert>'))
    .description('approve a release that somebody else has asked for')
    .option('--transaction <ids...>', 'these alone (default: all that were asked for)')
    .option('--reason <text>', 'why')
    .addHelpText(
      'after',
      exits(
        'Who asked for it can not approve it. Without --transaction everything is approved that was\nasked for by now: name what you have looked at. The command may be repeated.',
      ),
    )
    .action((id: string, options: ReleaseOptions) => approve(id, options, context));
}

const countUpTo =
  (most: number) =>
  (text: string): number => {
    const count = /^\d{1,5}$/.test(text) ? Number(text) : 0;
    if (count < 1 || count > most) throw new InvalidArgumentError(`expected 1 to ${most}`);
    return count;
  };
