import { runBacktest } from '@weir/backtest';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { createProgressLine } from './progress-line.ts';
import { readOptions, type BacktestOptions } from './read-options.ts';
import { jsonOf, showReport } from './show-report.ts';

/** Runs a backtest and shows what it came to. Throws BacktestError and CommandError. */
export async function backtest(
  options: BacktestOptions,
  { terminal, stopping }: CommandContext,
): Promise<void> {
  const settings = readOptions(options);
  const startedMs = performance.now();
  const lineOf = createProgressLine(startedMs);
  const report = await runBacktest(settings, {
    onProgress: (progress) => terminal.live(lineOf(progress, performance.now())),
    signal: stopping,
  });
  if (report === undefined) {
    throw new CommandError(
      exitCodes.tryAgain,
      'stopped; the same command with --resume goes on from the last checkpoint',
    );
  }
  const seconds = (performance.now() - startedMs) / 1000;
  if (options.json) terminal.print(JSON.stringify(jsonOf(report, settings, seconds)));
  else for (const line of showReport(report, settings, seconds)) terminal.print(line);
}
