import { InvalidArgumentError, Option, type Command } from 'commander';
import { freeText } from '@weir/contracts';
import { exportCase } from '../case/export-case.ts';
import { planCase, type PlanCaseOptions } from '../case/plan-case.ts';
import { verifyCaseFile, type VerifyCaseOptions } from '../case/verify-case-file.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { asking, exits } from '../replay/replays-api.ts';

export function addCaseCommand(program: Command, context: CommandContext): void {
  const one = program
    .command('case')
    .description('hand over what an account did and what was decided, as evidence')
    .addHelpText(
      'after',
      `
A case is planned, approved by somebody else, and then exported:
  npx weir case export NL91ABNA0417164300 --from T --to T --sealed-to age1...
  npx weir replay approve ID --hash HASH
  npx weir case export --replay ID --reason "..." --out case.zip.age

docs/runbooks/case.md says how a case is worked, and what the file holds.`,
    );
  addExport(one, context);
  one
    .command('verify <bundle>')
    .description('check a case with nothing but public keys')
    .requiredOption('--key <file>', 'the public key (PEM), as "weir replay public-key" prints it')
    .option('--audit-key <file>', 'that of the audit trail, as "weir audit public-key" prints it')
    .option('--json', 'print { ok, files, findings, claim }')
    .addHelpText(
      'after',
      '\nA sealed case is opened first: age -d -i key.txt case.zip.age > case.zip\n\nEnds with 0 when it is what was signed, 1 where anything is found, 64 for wrong usage.',
    )
    .action((file: string, options: VerifyCaseOptions) => verifyCaseFile(file, options, context));
}

type ExportOptions = PlanCaseOptions & {
  readonly replay?: string;
  readonly out?: string;
  readonly reason?: string;
};

function addExport(one: Command, context: CommandContext): void {
  asking(one.command('export [account]'))
    .description('plan the case of an account; or, once it is approved, export it')
    .option('--from <time>', 'from this time on (RFC 3339)')
    .option('--to <time>', 'up to before this time')
    .addOption(
      new Option('--by <time>', 'which time: when the log took it in, or when it happened')
        .choices(['log-time', 'event-time'])
        .default('log-time'),
    )
    .option('-t, --tenant <name>', 'whose account it is that was typed in', 'demo')
    .addOption(
      new Option('--sealed-to <key>', 'sealed to who gets it: a public key of age (age1...)').conflicts(
        'opened',
      ),
    )
    .option('--opened', 'opened: whoever has the file reads it')
    .option('--rate <records>', 'so many records a second at most', countOf)
    .option('--incomplete', 'also where the log no longer has all that the windows need')
    .option('--replay <id>', 'export what was planned and approved')
    .option('--reason <text>', 'why it is handed over: it stands in the case', reasonOf)
    .option('--out <file>', 'where it goes; it is never written over a file')
    .option('--alerts-api <url>', 'the API of alerts, beside --api')
    .addHelpText(
      'after',
      exits(
        'An account is a pseudonym, an IBAN, JSON, or "-" to read one; typed in, it becomes a\npseudonym on this machine. What a case opens is on the audit trail before it is opened, and\nthat it was exported before the file gets its name; where the trail can not say it, there is\nno file. The command may be repeated.\n\nThe token has to have replay:plan to plan; replay:run, replay:read, replay:export and\nalerts:read to export. What it opens, it opens in the role of ops on this machine.',
      ),
    )
    .action((account: string | undefined, options: ExportOptions) => planOrExport(account, options, context));
}

async function planOrExport(
  account: string | undefined,
  options: ExportOptions,
  context: CommandContext,
): Promise<void> {
  const { replay, out, reason, from, to, sealedTo, opened } = options;
  if ((account === undefined) === (replay === undefined))
    throw usage('Name an account to plan its case, or with --replay the plan that was approved');
  if (account !== undefined) {
    if (out !== undefined || reason !== undefined)
      throw usage('--out and --reason belong to --replay: a case is planned and approved first');
    return planCase(account, options, context);
  }
  if ([from, to, sealedTo, opened].some((one) => one !== undefined))
    throw usage('What is exported, and whether it is sealed, was planned: --replay takes no range');
  if (replay === undefined || out === undefined || reason === undefined)
    throw usage('--replay takes --out FILE, and --reason to say why it is handed over');
  return exportCase({ ...options, replay, out, reason }, context);
}

const usage = (sentence: string): CommandError => new CommandError(exitCodes.usage, sentence);

function countOf(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number from 1 on');
}

function reasonOf(text: string): string {
  if (freeText(500).safeParse(text).success) return text;
  throw new InvalidArgumentError('expected at most 500 characters, in one line, without a card number');
}
