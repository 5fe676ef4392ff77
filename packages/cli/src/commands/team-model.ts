import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { teamModelDescriptor, WeirError, type OnnxDescriptor } from '@weir/contracts';
import { ensurePrivateFolder, teamModelFolder, writePrivateFile } from '@weir/local';
import { openTeamModel } from '@weir/team-model';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import type { ActivatedArtefact } from '../ingest/ingest-messages.ts';
import { runIngest } from '../ingest/run-ingest.ts';
import { notRunningSentence, runningStack } from '../local/stack-session.ts';
import { actingReporter } from '../models/acting-reporter.ts';

type Options = { readonly file?: string; readonly json?: true };

export function addTeamModelCommand(program: Command, context: CommandContext): void {
  program
    .command('team-model')
    .description("have a model of your own score beside Weir's, or in its place")
    .command('activate')
    .description('publish what is known of a model and bring it into force')
    .argument('<description>', 'a JSON file')
    .option('--file <model.onnx>', 'the model itself; tried before anything is said')
    .addOption(new Option('--json', 'for scripts'))
    .addHelpText(
      'after',
      `
The description says which file it is, what it is given and how its answer is read:
  { "ref": "team-x@1", "kind": "onnx", "sha256": "...",
    "featureNames": [ "amountLogZ", "hoursSinceLast" ], "input": "x", "output": "probabilities",
    "missing": "nan", "scoreFrom": "probability", "role": "shadow",
    "timeLimitMs": 200, "maxBatch": 500 }
role: "shadow" is journalled only, "max" counts where it is larger than Weir's own
score, "replace" counts instead of it. Where a model fails that is no shadow, its
transactions are held. { "ref": "team-x@2", "kind": "none" } takes it away again.

The file is laid into the folder that detection on this machine reads. A detection of
your own needs it in its TEAM_MODEL_DIR, as <sha256>.onnx, before it is brought into
force: it stops where the log names a model that it does not have.

Examples:
  npx weir team-model activate team-x-1.json --file team-x.onnx
  npx weir team-model activate no-model.json

Ends with 0 when that is done, 64 where the file is missing, 69 where nothing runs, 75
where a part is out of reach (run it again), 76 under a ruleset that asks for no score,
78 for a description that is wrong, or a model that can't be used.`,
    )
    .action((description: string, options: Options) => activate(description, options, context));
}

async function activate(
  description: string,
  { file, json }: Options,
  { home, terminal, stopping }: CommandContext,
): Promise<void> {
  if (runningStack(home) === undefined) throw new CommandError(exitCodes.notRunning, notRunningSentence);
  const descriptor = await readDescription(description);
  if (descriptor !== undefined) await layDown(descriptor, file, home);
  let activated: ActivatedArtefact | undefined;
  await runIngest({
    home,
    env: {
      MODE: 'activate-team-model',
      TEAM_MODEL_FILE: resolve(description),
      ACTING_PERSON: actingReporter(),
    },
    onArtefact: (said) => {
      if (said.kind === 'activated') activated = said;
    },
    signal: stopping,
  });
  if (activated === undefined)
    throw new CommandError(exitCodes.tryAgain, 'Nobody said what came of it; try again');
  const { kind: _kind, ...outcome } = activated;
  const partitions = Object.keys(activated.positions).length;
  if (json) terminal.print(JSON.stringify(outcome));
  else
    terminal.print(
      `${activated.artefact} comes into force in all ${partitions} partitions, by activation ${activated.sequence}.`,
    );
}

/** Undefined where it takes a model away, or is wrong: ingest then says by which field. */
async function readDescription(path: string): Promise<OnnxDescriptor | undefined> {
  try {
    const read = teamModelDescriptor.safeParse(JSON.parse(await readFile(path, 'utf8')));
    return read.success && read.data.kind === 'onnx' ? read.data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw new CommandError(exitCodes.usage, 'The description can not be read', { cause: error });
  }
}

/** Tries the model as detection will, and puts it where detection looks for it. */
async function layDown(descriptor: OnnxDescriptor, file: string | undefined, home: string): Promise<void> {
  if (file === undefined)
    throw new CommandError(exitCodes.usage, 'Say with --file where the model lies, so that it can be tried');
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new CommandError(exitCodes.usage, 'The file of the model can not be read', { cause });
  });
  const model = await openTeamModel({ descriptor, bytes }).catch((error: unknown) => {
    if (!(error instanceof WeirError)) throw error;
    throw new CommandError(exitCodes.configuration, error.message, { cause: error });
  });
  await model.close();
  const folder = teamModelFolder(home);
  ensurePrivateFolder(folder);
  writePrivateFile(join(folder, `${descriptor.sha256}.onnx`), bytes);
}
