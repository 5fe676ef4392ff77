import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { identify } from '../explain/identify.ts';
import { readExplanation } from '../explain/read-explanation.ts';
import { readTarget, type Target } from '../explain/read-target.ts';
import { showExplanation } from '../explain/show-explanation.ts';
import { connectOps } from '../ops/connect-ops.ts';
import { notRunningSentence, runningStack } from '../local/stack-session.ts';
import { grouped } from '../terminal/table.ts';

type ExplainOptions = {
  readonly account?: string;
  readonly tenant: string;
  readonly search: number;
  readonly all?: true;
  readonly json?: true;
};

export function addExplainCommand(program: Command, context: CommandContext): void {
  program
    .command('explain')
    .description('how the verdict on a transaction came about, from the journal')
    .argument('<transaction>', 'its event id (t1_...), its place in the log (2/41), or see below')
    .option('--account <account>', 'then it is the id its sender gave it; an IBAN, JSON, or "-" to read it')
    .option('-t, --tenant <name>', 'whose transaction it is, beside --account', 'demo')
    .option('--search <count>', 'journal records to look through for an event id', countOf, 500_000)
    .option('--all', 'show every feature, also those that nothing looked at')
    .option('--json', 'print it as one JSON object')
    .addHelpText(
      'after',
      `
Says what was decided and by which versions, what the score is made of, the largest part
first, what is usual for the account, which rules fired and which nearly did, and what the
candidate would have said. The journalled features are judged again under what the journal
names: where that comes to something else it is said loudly.

A transaction is named by its event id, as a mail and "weir tail" show it; by its place in
the log ("In the log" of a mail, 2/41); by that of its event on another stream (held/2/41,
cleared/2/41); or with --account by the id of its sender. An event id is looked for from
the newest verdict on. The account goes to ingest by a pipe, and into no log; a shell may
keep what was typed: --account - reads it from standard input.

--json: { kind: "verdict", place: { partition, offset }, transaction, account, eventTime,
  currency, amount, creditDebitIndicator, outcome: cleared|held, alert, score, holdAt,
  alertAt, ruleset, byCandidate, versions, candidate, base,
  reasons: [{ reason, title, explanation }],
  features: [{ feature, value, about, words, usual, contribution }],
  rules: [{ id, title, severity, act, isShadow, outcome: fired|quiet|failed|outOfScope,
    conditions: [{ text, holds, values: [{ name, value }], margin }], nearly, explanation }],
  shadowRules, alternative: { outcome, alert, score, reasons }, teamScore, usualAmount,
  outcomes: [{ outcome, reportedAt, reportedBy, ... }],
  recomputed: { isWhole, differences }, missing }
or { kind: "duplicate", place, first }, { kind: "rejected", place, code }, { kind:
"control", place }. base and all contributions are the score exactly; both are null where
rules make it. What isn't known is null.

Examples:
  npx weir explain t1_4XqYw0V1Fh3cB2mE9nT6sA
  npx weir explain 2/41
  npx weir explain PAY-2026-118 --account NL91ABNA0417164300 --tenant bank-a

Ends with 0 when it is explained, 1 where nothing is known of it or the journal says
otherwise than what its features come to, 64 for what names no transaction, 69 where
nothing runs, 75 where a part is out of reach (run it again).`,
    )
    .action((transaction: string, options: ExplainOptions) => explain(transaction, options, context));
}

async function explain(text: string, options: ExplainOptions, context: CommandContext): Promise<void> {
  const { env, home, terminal, stopping, exit } = context;
  const target = await targetOf(text, options, context);
  const ops = connectOps(env, home);
  try {
    const explanation = await readExplanation(ops, target, {
      most: options.search,
      onProgress: (records) => terminal.live(`${grouped(records)} records of the journal looked through`),
      signal: stopping,
    });
    if (options.json) terminal.print(JSON.stringify(explanation));
    else for (const line of showExplanation(explanation, options.all === true)) terminal.print(line);
    if (explanation.kind === 'verdict' && explanation.recomputed.differences.length > 0) {
      exit(exitCodes.notAsItShouldBe);
    }
  } catch (error) {
    if (!stopping.aborted) throw error;
    throw new CommandError(exitCodes.tryAgain, 'Stopped before it was found', { cause: error });
  } finally {
    await ops.close();
  }
}

async function targetOf(
  text: string,
  { account, tenant }: ExplainOptions,
  { home, stopping }: CommandContext,
): Promise<Target> {
  if (account === undefined) return readTarget(text);
  if (runningStack(home) === undefined) throw new CommandError(exitCodes.notRunning, notRunningSentence);
  const own = { tenant, account, transactionId: text };
  const transaction = await identify(own, { home, signal: stopping, stdin: process.stdin });
  return { kind: 'pseudonym', transaction };
}

function countOf(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 1_000_000_000) return count;
  throw new InvalidArgumentError('expected a whole number from 1 on');
}
