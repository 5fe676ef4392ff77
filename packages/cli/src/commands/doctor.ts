import { Option } from 'commander';
import type { Command } from 'commander';
import { roles } from '@weir/contracts';
import type { Role } from '@weir/contracts';
import type { CommandContext } from '../command-context.ts';
import { findPatient } from '../doctor/patient.ts';
import { freeBytesOf } from '../doctor/probe/probe-machine.ts';
import { runDoctor } from '../doctor/run-doctor.ts';
import { isWell, showChecks } from '../doctor/show-checks.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';

type DoctorOptions = { readonly role: Role; readonly accounts?: string; readonly json?: true };

export function addDoctorCommand(program: Command, { env, home, terminal, exit }: CommandContext): void {
  program
    .command('doctor')
    .description('check the machine and every part, and say how to mend what is not well')
    .addOption(
      new Option('--role <name>', "whose environment it is, where the workers' variables are set")
        .choices([...roles])
        .default('ops'),
    )
    .option('--accounts <count>', 'how many accounts the log will hold, for the memory Redis needs')
    .addOption(new Option('--json', 'print { ok, checks: [{ id, area, status, what, mend? }] }'))
    .addHelpText(
      'after',
      `
Looks at the local stack in every role, or, where KMS_KEYS or KMS_KEYS_FILE is set, at
what the environment of one worker points to. It changes nothing: the KMS is asked
for data keys that nobody uses, and the log is read by a group that ends with it.
Each probe has 5 s. docs/operations/doctor.md lists all checks and their limits.

Examples:
  npx weir doctor
  npx weir doctor --json
  npx weir doctor --accounts 2000000
  env $(cat detection.env) npx weir doctor --role detection

Ends with 0 where nothing fails (warnings don't count), 1 where something does, 78
where a variable is wrong.`,
    )
    .action(async (options: DoctorOptions) => {
      const checks = await runDoctor(findPatient(env, home, options.role), {
        nowMs: () => Date.now(),
        freeBytesOf,
        accounts: accountsOf(options),
      });
      const well = isWell(checks);
      if (options.json) terminal.print(JSON.stringify({ ok: well, checks }));
      else for (const line of showChecks(checks)) terminal.print(line);
      exit(well ? exitCodes.done : exitCodes.notAsItShouldBe);
    });
}

function accountsOf({ accounts }: DoctorOptions): number | undefined {
  if (accounts === undefined) return undefined;
  if (/^\d{1,12}$/.test(accounts)) return Number(accounts);
  throw new CommandError(exitCodes.usage, `--accounts takes a whole number`);
}
