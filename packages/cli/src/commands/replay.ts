import { InvalidArgumentError, Option, type Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { ApiOptions } from '../http/connect-api.ts';
import type { PlanOptions } from '../replay/plan-request.ts';
import { approve, change, discard, plan, run, status, type RunOptions } from '../replay/replay-commands.ts';
import { asking, exits } from '../replay/replays-api.ts';
import {
  exportTo,
  manifest,
  publicKey,
  report,
  verify,
  type ExportOptions,
  type ReportOptions,
  type VerifyOptions,
} from '../replay/result-commands.ts';

export function addReplayCommand(program: Command, context: CommandContext): void {
  const replay = program
    .command('replay')
    .description('judge a stretch of the log again, or hand over what stands there')
    .addHelpText(
      'after',
      `
A replay reads; it moves no position, writes to no topic of the pipeline, and tells nobody.
What it reads it judges again and compares with the journal, or hands over: --export opens it
into a file, --shadow copies it sealed to a topic of its own, --drive posts it to a receiver.
It is planned first: what it reads is frozen, and it has a hash. On the machine where the
stack runs no token is needed: "local-analyst" plans and runs, "local-approver" approves.
Elsewhere say --api, and --token-file or WEIR_TOKEN; a token is made with
  npx weir tokens add ana --tenant weir --scope replay:plan replay:run replay:read replay:export

In one go, for a script:
  npx weir replay run --stream received --from 2026-03-01T00:00:00Z \\
    --to 2026-03-02T00:00:00Z --versions then --compare --yes --json
prints { records, differences, merkleRoot, manifest } and ends with 0 only when nothing
differs.

docs/runbooks/replay.md says how a replay is worked.`,
    );
  addPlanning(replay, context);
  addRunning(replay, context);
  addResults(replay, context);
}

function addPlanning(replay: Command, context: CommandContext): void {
  planning(asking(replay.command('plan')))
    .description('freeze what a replay reads, and say what it comes to; nothing runs')
    .addHelpText(
      'after',
      exits(
        'An account that is typed in becomes a pseudonym on this machine; it goes to ingest by a\npipe, and into no log. --account - reads it from standard input.',
      ),
    )
    .action((options: ApiOptions & PlanOptions) => plan(options, context));
  asking(replay.command('approve <replay>'))
    .description('approve the plan that somebody else has made')
    .requiredOption('--hash <hex>', 'of the plan you have looked at: eight digits of it or more', hashOf)
    .addHelpText(
      'after',
      exits('Who planned it can not approve it, unless it only compares and one person may.'),
    )
    .action((id: string, options: ApiOptions & { readonly hash: string }) => approve(id, options, context));
}

function addRunning(replay: Command, context: CommandContext): void {
  planning(asking(replay.command('run [replay]')))
    .description('run a plan, or plan and run in one go')
    .option('--yes', 'in one go: run what was planned at once')
    .option('--no-wait', 'do not wait for its end')
    .option('--manifest <file>', 'where its manifest goes (default: manifests in .weir)')
    .addHelpText(
      'after',
      exits(
        '--json: { records, differences, merkleRoot, manifest }, with handedOver in place of differences\nwhere nothing is compared. Ends with 1 also where something differs, or could not be judged or\nopened. Stopping the command does not stop the replay.',
      ),
    )
    .action((id: string | undefined, options: RunOptions) => run(id, options, context));
  for (const [what, description] of [
    ['pause', 'have it wait where it is'],
    ['resume', 'go on with it from where it waits'],
    ['stop', 'end it for good; what it has found is kept'],
  ] as const)
    asking(replay.command(`${what} <replay>`))
      .description(description)
      .addHelpText('after', exits('The command may be repeated.'))
      .action((id: string, options: ApiOptions) => change(id, what, options, context));
  asking(replay.command('discard <replay>'))
    .description('remove it with all it has made: topics it has copied to, its report, its manifest')
    .addHelpText('after', exits('Not while it runs. The audit trail keeps that it was, and who removed it.'))
    .action((id: string, options: ApiOptions) => discard(id, options, context));
  asking(replay.command('status [replay]'))
    .description('where a replay stands, or all that are kept')
    .addHelpText('after', exits('--json: what the OpenAPI document calls replay, or an array of them.'))
    .action((id: string | undefined, options: ApiOptions) => status(id, options, context));
}

function addResults(replay: Command, context: CommandContext): void {
  asking(replay.command('report <replay>'))
    .description('what differs between then and now, or what was handed over')
    .option('--html <file>', 'write it as a page with pictures that needs nothing else')
    .option('--out <file>', 'write it as JSON, as the manifest names it by its SHA-256')
    .addHelpText(
      'after',
      exits('It holds pseudonyms, amounts and times. That it was read is on the audit trail.'),
    )
    .action((id: string, options: ReportOptions) => report(id, options, context));
  asking(replay.command('export <replay> <file>'))
    .description('get what a replay has exported, opened')
    .option('--force', 'also in place of a file that is there')
    .addHelpText(
      'after',
      exits('It holds names and account numbers. That it was opened is on the audit trail before it is.'),
    )
    .action((id: string, file: string, options: ExportOptions) => exportTo(id, file, options, context));
  asking(replay.command('manifest <replay> <file>'))
    .description('write down which records were read, as hashes, signed')
    .addHelpText('after', exits('Checked with "weir replay verify", by anybody who has the public key.'))
    .action((id: string, file: string, options: ApiOptions) => manifest(id, file, options, context));
  replay
    .command('verify <file>')
    .description('check a manifest with nothing but the public key')
    .requiredOption('--key <file>', 'the public key (PEM), as "weir replay public-key" prints it')
    .option('--report <file>', 'also check that this is the report it names')
    .option('--json', 'print { ok, records, root, findings }')
    .addHelpText(
      'after',
      '\nEnds with 0 when it is what was signed, 1 where anything is found, 64 for wrong usage.',
    )
    .action((file: string, options: VerifyOptions) => verify(file, options, context));
  replay
    .command('public-key')
    .description('print the public key of the manifests (PEM)')
    .action(() => publicKey(context));
}

const planning = (command: Command): Command =>
  command
    .option('--stream <name>', 'which stream', 'received')
    .option('--from <time>', 'from this time on (RFC 3339)')
    .option('--to <time>', 'up to before this time')
    .addOption(
      new Option('--by <time>', 'which time: when the log took it in, or when it happened')
        .choices(['log-time', 'event-time'])
        .default('log-time'),
    )
    .option('--offsets <ranges...>', 'instead of times: PARTITION:FROM-TO')
    .option('--account <accounts...>', 'only these: a pseudonym, an IBAN, JSON, or "-" to read one')
    .option('-t, --tenant <name>', 'whose account it is that was typed in', 'demo')
    .option('--source <names...>', 'only what came in by these connections')
    .option('--transaction <ids...>', 'only these event ids (t1_...)')
    .addOption(
      new Option('--outcome <outcomes...>', 'only what became this then').choices([
        'cleared',
        'held',
        'rejected',
        'duplicate',
      ]),
    )
    .option('--rule <ids...>', 'only verdicts with one of these reasons then')
    .option('--amount-from <minor>', 'only amounts from this on, in minor units', countOf)
    .option('--amount-to <minor>', 'only amounts up to this, in minor units', countOf)
    .option(
      '--versions <versions>',
      'judge by: then, now, a ruleset such as payments@3, or file:PATH',
      'then',
    )
    .option('--compare', 'compare with the journal, which is what is done unless something else is named')
    .addOption(
      new Option('--export <format>', 'instead: open the records, into a file').choices(['ndjson', 'csv']),
    )
    .option('--shadow <name>', 'instead: copy them, sealed as they are, to the topic weir.replay.NAME')
    .option('--drive <receiver>', 'instead: post them to a receiver that is configured')
    .option('--speed <times>', 'how many times as fast as they came (default: 1)', timesOf)
    .option('--rate <records>', 'so many records a second at most', countOf)
    .option('--as-fast-as-it-goes', 'without a limit')
    .option('--window-bytes <bytes>', 'what windows may take in memory', countOf)
    .option('--incomplete', 'also where the log no longer has all that the windows need');

function countOf(text: string): number {
  const count = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(count)) return count;
  throw new InvalidArgumentError('expected a whole number');
}

function timesOf(text: string): number {
  const times = /^\d{1,4}(?:\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (times > 0 && times <= 1_000) return times;
  throw new InvalidArgumentError('expected a number up to 1000, such as 10 or 0.5');
}

function hashOf(text: string): string {
  if (/^[0-9a-f]{8,64}$/.test(text)) return text;
  throw new InvalidArgumentError('expected eight digits or more');
}
