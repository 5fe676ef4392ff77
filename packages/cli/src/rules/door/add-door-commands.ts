import { InvalidArgumentError, Option, type Command } from 'commander';
import { artefactRef, type Rollout } from '@weir/contracts';
import type { CommandContext } from '../../command-context.ts';
import { activate, approve, publish, rollBack, type ActOptions } from './door-acts.ts';
import { list, show } from './published-commands.ts';

type ActivateOptions = ActOptions & { readonly canary?: number; readonly shadow?: true };
type Json = { readonly json?: true };

/** Adds the life cycle of rulesets to `weir rules`: what asks the door, and what shows what was said. */
export function addDoorCommands(rules: Command, context: CommandContext): void {
  acting(rules.command('publish <file>'))
    .description('check a ruleset, run its tests and publish it, once and for all')
    .addHelpText('after', actHelp('rules:publish', ', 78 with a line for each thing that is wrong'))
    .action((file: string, options: ActOptions) => publish(file, options, context));
  acting(rules.command('approve').argument('<ref>', 'name@version', refOf))
    .description('approve a ruleset that somebody else has published')
    .addHelpText('after', actHelp('rules:approve', ', also because it is the one it was published with'))
    .action((ref: string, options: ActOptions) => approve(ref, options, context));
  acting(rules.command('activate').argument('<ref>', 'name@version', refOf))
    .description('bring a ruleset into force, or beside the one that is')
    .addOption(
      new Option('--canary <percent>', 'let it decide for so many in a hundred accounts').argParser(
        percentOf,
      ),
    )
    .addOption(
      new Option('--shadow', 'let it decide nothing; the journal says what it would').conflicts('canary'),
    )
    .addHelpText('after', actHelp('rules:activate'))
    .action((ref: string, { canary, shadow, ...options }: ActivateOptions) =>
      activate(ref, { ...options, rollout: rolloutOf(canary, shadow) }, context),
    );
  acting(
    rules
      .command('rollback')
      .argument('[ref]', 'the ruleset to be left: where it decides nothing any more, nothing changes', refOf),
  )
    .description('end the candidate, or go back to the ruleset before')
    .addHelpText('after', actHelp('rules:activate', '', repeatableByName))
    .action((ref: string | undefined, options: ActOptions) => rollBack(ref, options, context));
  rules
    .command('list')
    .description('which rulesets there are, who published and approved them, and which of them decide')
    .option('--json', 'for scripts')
    .addHelpText('after', opsHelp)
    .action((options: Json) => list(options, context));
  rules
    .command('show')
    .argument('<ref>', 'name@version', refOf)
    .description('print a published ruleset, as YAML')
    .option('--json', 'for scripts')
    .addHelpText('after', opsHelp)
    .action((ref: string, options: Json) => show(ref, options, context));
}

const acting = (command: Command): Command =>
  command
    .option('--door <url>', 'the HTTP door of ingest (default: of the stack that runs here)')
    .option('--token-file <file>', 'where the token stands (default: what WEIR_TOKEN says)')
    .option(
      '--ca <file>',
      'the authority (PEM) that vouches for the door (default: of the stack that runs here)',
    )
    .option('--json', 'print what the door answers as JSON');

const repeatable = 'The command may be repeated.';

const repeatableByName = `Said again without the ruleset to be left it goes one further back: where no answer came,
name it, as in "weir rules rollback payments@4". That may be repeated.`;

const actHelp = (scope: string, more = '', repeated = repeatable): string => `
The token has the scope ${scope}, and stands on the audit trail by its name. Without
--door and --ca the door of the stack that runs here is meant.
${repeated}

Ends with 0 when that is done, 1 where it can't be done as things are, 64 for wrong
usage, 69 where nothing runs here, 75 where the door or the log is out of reach (run it
again), 77 where the token may not${more}.`;

const opsHelp = `
Reads the artefacts topic with the role of ops.

Ends with 0, 1 where nobody published it or it was altered, 69 where nothing runs here,
75 where a part is out of reach (run it again).`;

function refOf(text: string): string {
  if (!artefactRef.safeParse(text).success) throw new InvalidArgumentError('expected name@version');
  return text;
}

function percentOf(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError('expected 1 to 99');
  return Number(text);
}

function rolloutOf(percent: number | undefined, shadow: true | undefined): Rollout | undefined {
  if (percent !== undefined) return { stage: 'canary', percent };
  return shadow === undefined ? undefined : { stage: 'shadow' };
}
