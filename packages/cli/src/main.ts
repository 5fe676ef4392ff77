import { Command, CommanderError } from 'commander';
import { WeirError } from '@weir/contracts';
import { LocalError, resolveHome } from '@weir/local';
import type { CommandContext } from './command-context.ts';
import { addAlertsCommand } from './commands/alerts.ts';
import { addAuditCommand } from './commands/audit.ts';
import { addBacktestCommand } from './commands/backtest.ts';
import { addCaseCommand } from './commands/case.ts';
import { addContainersCommand } from './commands/containers.ts';
import { addDeadLettersCommand } from './commands/dead-letters.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addDownCommand } from './commands/down.ts';
import { addExplainCommand } from './commands/explain.ts';
import { addIngestCommand } from './commands/ingest.ts';
import { addKeysCommand } from './commands/keys.ts';
import { addLedgerCommand } from './commands/ledger.ts';
import { addListsCommand } from './commands/lists.ts';
import { addModelsCommand } from './commands/models.ts';
import { addOutcomesCommand } from './commands/outcomes.ts';
import { addReplayCommand } from './commands/replay.ts';
import { addRulesCommand } from './commands/rules.ts';
import { addSimulateCommand } from './commands/simulate.ts';
import { addStartCommand } from './commands/start.ts';
import { addStatusCommand } from './commands/status.ts';
import { addTailCommand } from './commands/tail.ts';
import { addTeamModelCommand } from './commands/team-model.ts';
import { addTokensCommand } from './commands/tokens.ts';
import { addUpCommand } from './commands/up.ts';
import { addWindowsCommand } from './commands/windows.ts';
import { CommandError, exitCodes } from './exit-codes.ts';
import { createTerminal } from './terminal/terminal.ts';

const terminal = createTerminal({
  out: process.stdout,
  error: process.stderr,
  nowMs: () => performance.now(),
});
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());

// Who only wants the first lines, such as head, closes the pipe. That is no fault, and there is nobody left to work for.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    stopping.abort();
  });
}

const context: CommandContext = {
  terminal,
  env: process.env,
  home: resolveHome(process.env),
  exit: (code) => {
    process.exitCode = code;
  },
  stopping: stopping.signal,
};

const program = new Command('weir')
  .description(
    'Event-driven transaction monitoring: every accepted transaction leaves with exactly one verdict.',
  )
  .configureOutput({ writeErr: (text) => process.stderr.write(text) })
  .exitOverride()
  .showHelpAfterError('(add --help for what it takes)')
  .addHelpText(
    'after',
    `
Exit codes: 0 done, 1 not as it should be, 64 wrong usage, 69 nothing runs here,
75 try again, 78 wrong configuration; ingest and windows
have more, see their --help.
Everything a run makes is kept in .weir, or where WEIR_HOME says.`,
  );
addStartCommand(program, context);
addUpCommand(program, context);
addDownCommand(program, context);
addStatusCommand(program, context);
addSimulateCommand(program, context);
addIngestCommand(program, context);
addTailCommand(program, context);
addDeadLettersCommand(program, context);
addLedgerCommand(program, context);
addContainersCommand(program, context);
addDoctorCommand(program, context);
addTokensCommand(program, context);
addWindowsCommand(program, context);
addAlertsCommand(program, context);
addExplainCommand(program, context);
addOutcomesCommand(program, context);
addListsCommand(program, context);
addModelsCommand(program, context);
addTeamModelCommand(program, context);
addRulesCommand(program, context);
addReplayCommand(program, context);
addCaseCommand(program, context);
addKeysCommand(program, context);
addAuditCommand(program, context);
addBacktestCommand(program, context);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = explain(error);
}
// A reader that is slower than the command still gets all of it; nothing that a
// library left open keeps a finished command alive.
await new Promise((resolve) => process.stdout.write('', resolve));
process.exit();

/** Says what went wrong in a sentence and gives the exit code for it. A bug shows its stack: it is for us. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  if (error instanceof CommandError) {
    terminal.say(error.message);
    return error.exitCode;
  }
  if (error instanceof LocalError) {
    terminal.say(error.message);
    return error.code === 'not_ready' ? exitCodes.notRunning : exitCodes.tryAgain;
  }
  if (error instanceof WeirError) {
    terminal.say(error.message);
    return error.code === 'config_invalid' ? exitCodes.configuration : exitCodes.tryAgain;
  }
  terminal.say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return exitCodes.bug;
}
