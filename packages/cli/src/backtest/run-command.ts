import { writeFileSync } from 'node:fs';
import { BacktestError, backtestPage, compareFiles, readMapping, runBacktest } from '@weir/backtest';
import type { BacktestReport, BacktestSettings } from '@weir/backtest';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { createProgressLine } from './progress-line.ts';
import { jsonIn, readOptions, type BacktestOptions } from './read-options.ts';
import { showComparison } from './show-comparison.ts';
import { jsonOf, showReport } from './show-report.ts';

/** Runs a backtest, or compares two, and shows what it came to. Throws BacktestError and CommandError. */
export async function runCommand(options: BacktestOptions, context: CommandContext): Promise<void> {
  if (options.compare === undefined) await runAndShow(options, context);
  else await compareAndShow(options, options.compare, context);
}

async function runAndShow(options: BacktestOptions, { terminal, stopping }: CommandContext): Promise<void> {
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
  if (options.page !== undefined) writePage(options.page, settings, report);
  if (options.json) terminal.print(JSON.stringify(jsonOf(report, settings, seconds)));
  else for (const line of showReport(report, settings, seconds)) terminal.print(line);
}

function writePage(
  file: string,
  { ruleset }: BacktestSettings,
  { metrics, evaluation }: BacktestReport,
): void {
  const page = backtestPage({ ruleset: ruleset.ref, holdAt: ruleset.holdAt }, metrics, evaluation);
  try {
    writeFileSync(file, page);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new BacktestError(73, `the page can't be written (${code})`, { cause });
  }
}

async function compareAndShow(
  { transactions, mapping, json }: BacktestOptions,
  files: readonly string[],
  { terminal }: CommandContext,
): Promise<void> {
  const [a, b] = files;
  if (a === undefined || b === undefined || files.length > 2) {
    throw new CommandError(exitCodes.usage, '--compare takes two files of scores');
  }
  const labels =
    transactions === undefined
      ? undefined
      : {
          transactions,
          mapping: mapping === undefined ? undefined : readMapping(jsonIn('--mapping', mapping)),
        };
  const comparison = await compareFiles(a, b, labels);
  if (json) terminal.print(JSON.stringify(comparison));
  else for (const line of showComparison(comparison)) terminal.print(line);
}
