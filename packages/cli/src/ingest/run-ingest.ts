import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { childEnvironment, ensurePrivateFolder, nodeMain, readRoleEnvironment } from '@weir/local';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { lastErrorIn } from './last-error-in.ts';
import { inOurWords } from './in-our-words.ts';
import { ingestMessage } from './ingest-messages.ts';
import type { ActivatedPlan, IngestProgress, IngestSummary, PublishedPlan } from './ingest-messages.ts';

export type IngestRun = {
  readonly home: string;
  /** Beside the role's own environment: MODE, INPUT_FILE and so on. */
  readonly env: Readonly<Record<string, string>>;
  /** Fed to its standard input, or "inherit" for the command's own. */
  readonly input?: Readable | 'inherit';
  readonly onProgress?: (progress: IngestProgress) => void;
  /** What became of a window plan, in the modes that are about one. */
  readonly onPlan?: (plan: PublishedPlan | ActivatedPlan) => void;
  readonly signal?: AbortSignal;
};

/**
 * Runs one ingest worker in the ingest role to its end and gives its summary;
 * undefined where it had nothing to sum up. The command itself never holds the
 * keys of that role. An abort stops the worker, which keeps its place.
 * Throws CommandError with the worker's own exit code and word for it.
 */
export async function runIngest(run: IngestRun): Promise<IngestSummary | undefined> {
  const logFile = join(ensurePrivateFolder(run.home, 'logs'), 'ingest.log');
  const log = openSync(logFile, 'a', 0o600);
  const stdin = run.input === undefined ? 'ignore' : run.input === 'inherit' ? 'inherit' : 'pipe';
  const child = spawn(process.execPath, nodeMain('services/ingest/src/main.ts'), {
    env: childEnvironment(process.env, {
      ...readRoleEnvironment(run.home, 'ingest'),
      HTTP_PORT: '0',
      ...run.env,
    }),
    stdio: [stdin, log, log, 'ipc'],
    // Ctrl-C reaches the command alone, which then stops its worker in order.
    detached: true,
  });
  closeSync(log);

  let summary: IngestSummary | undefined;
  let problem: string | undefined;
  child.on('message', (raw) => {
    const message = ingestMessage.safeParse(raw);
    if (!message.success) return;
    switch (message.data.kind) {
      case 'progress':
        run.onProgress?.(message.data);
        break;
      case 'summary':
        summary = message.data;
        break;
      case 'published':
      case 'activated':
        run.onPlan?.(message.data);
        break;
      case 'problem':
        problem = message.data.message;
        break;
    }
  });
  const stop = (): void => void child.kill('SIGTERM');
  run.signal?.addEventListener('abort', stop, { once: true });
  const feeding =
    run.input instanceof Object && child.stdin !== null
      ? // A worker that ends early closes its input; how it ended is told by its exit code.
        pipeline(run.input, child.stdin).catch(() => undefined)
      : undefined;
  try {
    // What it said last may arrive after its end: its channel has to be closed, too.
    const [[code]] = (await Promise.all([once(child, 'exit'), once(child, 'disconnect')])) as [
      [number | null],
      unknown,
    ];
    if (code === 0) return summary;
    const word = problem ?? lastErrorIn(logFile) ?? `ingest ended with exit code ${code ?? 'none'}`;
    throw new CommandError(code ?? exitCodes.tryAgain, `${inOurWords(word)} (log: ${logFile})`);
  } finally {
    run.signal?.removeEventListener('abort', stop);
    if (run.input instanceof Object) run.input.destroy();
    await feeding;
  }
}
