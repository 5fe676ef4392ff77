import { Option, type Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { check, diff, init, test } from '../rules/offline-commands.ts';
import { addDoorCommands } from '../rules/door/add-door-commands.ts';
import { addRulesReportCommand } from './rules-report.ts';

export function addRulesCommand(program: Command, context: CommandContext): void {
  const rules = program
    .command('rules')
    .description('write, test and compare rulesets, and see what they come to');
  const json = (): Option => new Option('--json', 'print the outcome as JSON');
  rules
    .command('check <file>')
    .description('read a ruleset, YAML or JSON, and say what is wrong with it, by line')
    .addOption(json())
    .addHelpText(
      'after',
      `
Needs nothing that runs. Features are those of the default window plan; what a
ruleset may say is in docs/reference/rules.md, the features in
docs/reference/features.md.

Ends with 0 where it can be published, 64 where there is no such file, 78 with a
line such as
  payments.yaml:12:9  rules.2.when: no feature, constant, definition or list "amuontLogZ"
for each thing that is wrong.`,
    )
    .action((file: string, options: { json?: true }) => check(file, options, context));
  rules
    .command('test <file>')
    .description('run the tests in a ruleset')
    .addOption(json())
    .addHelpText(
      'after',
      `
Each test tells the transactions of one account and what becomes of the last of
them. It runs through the windows, features and decisions of production, without
anything learned from outcomes.

Ends with 0 where all pass, 1 where one fails, with what it was decided on; 64
where there is no such file, 78 where the ruleset is wrong (weir rules check).`,
    )
    .action((file: string, options: { json?: true }) => test(file, options, context));
  rules
    .command('diff <from> <to>')
    .description('say what changes from one ruleset to another: files, or published ones by name@version')
    .addOption(json())
    .addHelpText(
      'after',
      `
Examples:
  npx weir rules diff payments-1.yaml payments-2.yaml
  npx weir rules diff starter@2 payments.yaml

Ends with 0, whether they differ or not; 64 where there is no such file, 78 where
one of them is wrong (weir rules check).`,
    )
    .action((from: string, to: string, options: { json?: true }) => diff(from, to, options, context));
  rules
    .command('init [file]')
    .description('write the rules that Weir comes with, commented, as the start of your own')
    .option('--ref <name@version>', 'what they are called from now on', 'payments@1')
    .addHelpText(
      'after',
      `
Prints them where no file is given; a file that is there already is left alone.

Ends with 0, 64 for a file that is there or can't be written, or a --ref that is none.`,
    )
    .action((file: string | undefined, options: { ref: string }) => init(file, options, context));
  addDoorCommands(rules, context);
  addRulesReportCommand(rules, context);
}
