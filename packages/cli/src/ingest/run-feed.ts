import type { CommandContext } from '../command-context.ts';
import { runIngest } from './run-ingest.ts';
import { describeProgress, showSummary } from './show-summary.ts';

/** A run of ingest that reads one input to its end. */
export type Feed = {
  readonly env: Readonly<Record<string, string>>;
  /** "-" is standard input. */
  readonly file: string;
  readonly json: true | undefined;
};

/** Feeds an input, shows how far it is, and prints what became of its records. Throws what `runIngest` does. */
export async function runFeed(
  { env, file, json }: Feed,
  { home, terminal, stopping }: Pick<CommandContext, 'home' | 'terminal' | 'stopping'>,
): Promise<void> {
  const summary = await runIngest({
    home,
    env,
    ...(file === '-' ? { input: 'inherit' as const } : {}),
    onProgress: (progress) => terminal.live(describeProgress(progress)),
    signal: stopping,
  });
  if (summary === undefined) return;
  if (json) terminal.print(JSON.stringify(summary));
  else for (const line of showSummary(summary)) terminal.print(line);
}
