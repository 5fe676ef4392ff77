import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { ensurePrivateFolder } from '@weir/local';
import { z } from 'zod';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { holdUntilStopped } from '../local/hold-until-stopped.ts';
import { showAddresses } from '../local/show-addresses.ts';
import { joinOrStartStack, runningStack } from '../local/stack-session.ts';

export function addUpCommand(program: Command, context: CommandContext): void {
  program
    .command('up')
    .description('start Kafka, Redis, the KMS, the inbox and the workers, and leave them running')
    .option('--foreground', 'stay with them; Ctrl-C stops everything')
    .action(async (options: { foreground?: true }) => {
      const running = runningStack(context.home);
      if (running !== undefined) {
        context.terminal.say('Weir is already running here');
        for (const line of showAddresses(running.addresses)) context.terminal.print(line);
        return;
      }
      await (options.foreground ? runInForeground(context) : startInBackground(context));
    });
}

/** Told to the process that waits for the start; the last one lets it go. */
const startMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('progress'), sentence: z.string() }),
  z.object({ kind: z.literal('ready'), addresses: z.record(z.string(), z.string()) }),
  z.object({ kind: z.literal('failed'), message: z.string() }),
]);

async function runInForeground(context: CommandContext): Promise<void> {
  // Whoever waited for the start is gone once it is done.
  const tell = (message: z.infer<typeof startMessage>): void => {
    if (process.connected) process.send?.(message);
  };
  const terminal = {
    ...context.terminal,
    say: (sentence: string) => {
      context.terminal.say(sentence);
      tell({ kind: 'progress', sentence });
    },
  };
  try {
    const session = await joinOrStartStack({ ...context, terminal });
    tell({ kind: 'ready', addresses: session.addresses });
    if (process.connected) process.disconnect();
    for (const line of showAddresses(session.addresses)) context.terminal.say(line);
    await holdUntilStopped(session, context);
  } catch (error) {
    tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    throw error;
  }
}

async function startInBackground({ home, terminal }: CommandContext): Promise<void> {
  const logFile = join(ensurePrivateFolder(home, 'logs'), 'stack.log');
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('../main.ts', import.meta.url)), 'up', '--foreground'],
    {
      stdio: ['ignore', log, log, 'ipc'],
      detached: true,
    },
  );
  closeSync(log);
  const addresses = await new Promise<Record<string, string>>((resolve, reject) => {
    const fail = (why: string): void => reject(new CommandError(exitCodes.tryAgain, why));
    child.once('exit', (code) =>
      fail(`Weir didn't start (exit code ${code ?? 'none'}); its log is ${logFile}`),
    );
    child.on('message', (raw) => {
      const message = startMessage.parse(raw);
      if (message.kind === 'progress') terminal.say(message.sentence);
      else if (message.kind === 'ready') resolve(message.addresses);
      else fail(message.message);
    });
  });
  child.removeAllListeners();
  if (child.connected) child.disconnect();
  child.unref();
  for (const line of showAddresses(addresses)) terminal.print(line);
  terminal.print('Stop it with: npx weir down');
}
