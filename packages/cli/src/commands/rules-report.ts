import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { connectOps } from '../ops/connect-ops.ts';
import type { PeriodOptions } from '../report/read-period.ts';
import { readRulesReport } from '../report/read-rules-report.ts';
import { rulesReportPage } from '../report/rules-report-page.ts';
import type { RulesReport } from '../report/comparison.ts';
import { showRulesReport } from '../report/show-rules-report.ts';
import { grouped } from '../terminal/table.ts';

type ReportOptions = PeriodOptions & { readonly html?: string; readonly json?: true };

/** Adds `report` to `weir rules`. */
export function addRulesReportCommand(rules: Command, context: CommandContext): void {
  rules
    .command('report')
    .description('what was decided, and what the candidate or the shadow rules would have made of it')
    .option('--since <time>', 'so long before the newest transaction, such as 7d or 12h (default: 7d)')
    .option('--from <day>', 'from this day on, such as 2026-01-31')
    .option('--to <day>', 'up to this day, itself included')
    .option('--html <file>', 'also write it as one HTML page with pictures')
    .option('--json', 'print it as one JSON object')
    .addHelpText(
      'after',
      `
Reads the journal and the outcomes reported so far, in the time at which transactions
happened; days are those of UTC. Each ruleset in force has a section of its own for each
candidate that accompanied it, as a shadow or as a canary. Without a candidate the ruleset
is compared with itself, its shadow rules live. Alerts are held transactions and those that
were cleared with an alert ("flagged"). A share of frauds is of the alerts whose outcome is
known, with its 95 % interval (Wilson 1927); "!" marks what to know before deciding by it.

--json: { from, to, sections: [{ stage: alone|shadow|canary, ruleset, candidate, percent,
  firstEventTime, lastEventTime, transactions,
  base, other: { held, flagged, alertsPerDay, outcomes: KNOWN, precision: SHARE or null },
  cells: [{ base, other: cleared|flagged|held, KNOWN }],
  alerts: { both, onlyBase, onlyOther, neither: KNOWN },
  rules: [{ rule, base, other, onlyBase, onlyOther, shadow }], rulesLeftOut,
  days: [{ day, transactions, baseAlerts, otherAlerts, onlyOther, onlyBase }],
  groups: null or { base, canary: as base above, and transactions, alertShare }, warnings }],
  leftOut: { withoutTime, newer, ofFurtherStages, unreadable, outcomes } }
"base" is the ruleset in force, "other" the candidate. KNOWN is { transactions, fraud,
genuine, unknown }, SHARE { share, low, high }.

Examples:
  npx weir rules report
  npx weir rules report --from 2026-01-01 --to 2026-01-31 --html report.html

Ends with 0 when that is done, 64 for options that mean no period, 69 where nothing runs,
73 where the page can't be written, 75 where a part is out of reach (run it again).`,
    )
    .action((options: ReportOptions) => runReport(options, context));
}

async function runReport(
  options: ReportOptions,
  { env, home, terminal, stopping }: CommandContext,
): Promise<void> {
  const ops = connectOps(env, home);
  try {
    const report = await readRulesReport(ops, options, {
      onProgress: (records, offsetsLeft) =>
        terminal.live(`${grouped(records)} records of the journal read, ${grouped(offsetsLeft)} to come`),
      signal: stopping,
    });
    if (report === undefined) {
      terminal.say('Nothing has been decided yet.');
      if (options.json) terminal.print('null');
      return;
    }
    if (options.html !== undefined) writePage(options.html, report);
    if (options.json) terminal.print(JSON.stringify(report));
    else for (const line of showRulesReport(report)) terminal.print(line);
  } catch (error) {
    if (!stopping.aborted) throw error;
    throw new CommandError(exitCodes.tryAgain, 'Stopped before the end of the journal', { cause: error });
  } finally {
    await ops.close();
  }
}

/** After sysexits.h: the output can't be created. */
const cannotCreate = 73;

function writePage(file: string, report: RulesReport): void {
  try {
    writeFileSync(file, rulesReportPage(report));
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new CommandError(cannotCreate, `--html: the page can't be written (${code})`, { cause });
  }
}
