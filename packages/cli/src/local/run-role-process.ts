import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { childEnvironment, ensurePrivateFolder, nodeMain } from '@weir/local';
import type { z } from 'zod';
import { lastErrorIn } from './last-error-in.ts';

export type RoleProcess<Message> = {
  readonly home: string;
  /** What its log file is called. */
  readonly name: string;
  /** The source it starts from, as nodeMain takes it. */
  readonly main: string;
  /** Of the role it runs in: the command itself never holds the keys of that role. */
  readonly environment: Readonly<Record<string, string>>;
  /** Fed to its standard input, or "inherit" for the command's own. */
  readonly input?: Readable | 'inherit' | undefined;
  /** What it may say; anything else is not listened to. */
  readonly messages: z.ZodType<Message>;
  /** What this answers is said to the process; what it throws ends the process, and is thrown. */
  readonly onMessage: (message: Message) => object | undefined | Promise<object | undefined>;
  /** An abort stops it in order. */
  readonly signal?: AbortSignal | undefined;
};

export type RoleEnd = {
  readonly code: number | null;
  /** What its log says went wrong last, or else its exit code. */
  readonly word: string;
  readonly logFile: string;
};

/** Runs one process in a role of its own to its end, with its log in the folder of logs. */
export async function runRoleProcess<Message>(run: RoleProcess<Message>): Promise<RoleEnd> {
  const logFile = join(ensurePrivateFolder(run.home, 'logs'), `${run.name}.log`);
  const log = openSync(logFile, 'a', 0o600);
  const input = run.input instanceof Object ? run.input : undefined;
  const child = spawn(process.execPath, nodeMain(run.main), {
    env: childEnvironment(process.env, run.environment),
    stdio: [input === undefined ? (run.input ?? 'ignore') : 'pipe', log, log, 'ipc'],
    // Ctrl-C reaches the command alone, which then stops its process in order.
    detached: true,
  });
  closeSync(log);
  const stop = (): void => void child.kill('SIGTERM');
  let failure: Error | undefined;
  const answer = async (message: Message): Promise<void> => {
    try {
      const said = await run.onMessage(message);
      if (said !== undefined && child.connected) child.send(said);
    } catch (error) {
      failure =
        error instanceof Error ? error : new Error('a message could not be answered', { cause: error });
      stop();
    }
  };
  child.on('message', (raw) => {
    const message = run.messages.safeParse(raw);
    if (message.success) void answer(message.data);
  });
  if (run.signal?.aborted) stop();
  run.signal?.addEventListener('abort', stop, { once: true });
  const feeding =
    input === undefined || child.stdin === null
      ? undefined
      : // A process that ends early closes its input; how it ended is told by its exit code.
        pipeline(input, child.stdin).catch(() => undefined);
  try {
    // What it said last may arrive after its end: its channel has to be closed, too.
    const [[code]] = (await Promise.all([once(child, 'exit'), once(child, 'disconnect')])) as [
      [number | null],
      unknown,
    ];
    if (failure !== undefined) throw failure;
    const lastError = code === 0 ? undefined : lastErrorIn(logFile);
    return { code, word: lastError ?? `it ended with exit code ${code ?? 'none'}`, logFile };
  } finally {
    run.signal?.removeEventListener('abort', stop);
    input?.destroy();
    await feeding;
  }
}
