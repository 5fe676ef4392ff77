import { InvalidArgumentError, Option, type Command } from 'commander';
import { artefactRef } from '@weir/contracts';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import type { ActivatedArtefact, ModelPolicySet, PublishedPlan } from '../ingest/ingest-messages.ts';
import { runIngest } from '../ingest/run-ingest.ts';
import { notRunningSentence, runningStack } from '../local/stack-session.ts';
import { actingReporter } from '../models/acting-reporter.ts';
import { compareKnowledge } from '../models/compare-knowledge.ts';
import { readLatestModels, readModel, readModelState } from '../models/read-models.ts';
import { modelAsJson, showComparison, showModels } from '../models/show-models.ts';
import { connectOps } from '../ops/connect-ops.ts';

type Json = { readonly json?: true };

const jsonOption = (): Option => new Option('--json', 'for scripts');

export function addModelsCommand(program: Command, context: CommandContext): void {
  const models = program
    .command('models')
    .description('what was learned from outcomes, and which of it is in force')
    .addHelpText(
      'after',
      `
The learner publishes a model at a cadence of event time. Each newer one comes into
force by itself, through a control record in every partition of the log, so that
every transaction is decided by the same one wherever it is decided again. A person
who activates a model or rolls back has decided: newer ones then wait until somebody
says "weir models follow". All of that is on the audit trail.

Examples:
  npx weir models list
  npx weir models diff learned@41 learned@42
  npx weir models rollback
  npx weir models follow

Ends with 0 when that is done, 1 where a model to be compared was not published, 69
where nothing runs, 75 where a part is out of reach (run it again; a rollback that
was interrupted is finished by "weir models activate"), 76 for a model that nobody
published or that this release can't read, and where there is none to go back to.`,
    );
  models
    .command('list')
    .description('the latest models, oldest first, and which one is in force')
    .option('-n, --count <number>', 'how many', countOf, 20)
    .addOption(jsonOption())
    .action(({ count, json }: Json & { count: number }) => list({ count, json }, context));
  models
    .command('diff')
    .description('what differs between two models, in numbers')
    .argument('<a>', 'the earlier one, name@version', refOf)
    .argument('<b>', 'the later one, name@version', refOf)
    .option('-n, --count <number>', 'how many of the largest differences', countOf, 20)
    .addOption(jsonOption())
    .action((a: string, b: string, { count, json }: Json & { count: number }) =>
      diff(a, b, { count, json }, context),
    );
  models
    .command('activate')
    .description('bring one model into force, and freeze')
    .argument('<ref>', 'name@version', refOf)
    .addOption(jsonOption())
    .action((ref: string, { json }: Json) =>
      act({ MODE: 'activate-model', MODEL: ref }, json === true, context),
    );
  models
    .command('rollback')
    .description('bring the model before the one in force back into force, and freeze')
    .addOption(jsonOption())
    .action(({ json }: Json) => act({ MODE: 'roll-back-model' }, json === true, context));
  for (const [name, MODEL_POLICY, description] of [
    ['freeze', 'frozen', 'keep the model in force until somebody says otherwise'],
    ['follow', 'follow', 'let newer models come into force by themselves again'],
  ] as const) {
    models
      .command(name)
      .description(description)
      .addOption(jsonOption())
      .action(({ json }: Json) => act({ MODE: 'model-policy', MODEL_POLICY }, json === true, context));
  }
}

async function list(
  { count, json }: { readonly count: number; readonly json: true | undefined },
  { env, home, terminal }: CommandContext,
): Promise<void> {
  const ops = connectOps(env, home);
  try {
    const state = await readModelState(ops);
    const models = await readLatestModels(ops, count);
    if (json) terminal.print(JSON.stringify(models.map((model) => modelAsJson(model, state))));
    else for (const line of showModels(models, state)) terminal.print(line);
  } finally {
    await ops.close();
  }
}

async function diff(
  a: string,
  b: string,
  { count, json }: { readonly count: number; readonly json: true | undefined },
  { env, home, terminal }: CommandContext,
): Promise<void> {
  const ops = connectOps(env, home);
  try {
    const before = await readModel(ops, a);
    const after = await readModel(ops, b);
    const compared = compareKnowledge(before.snapshot.knowledge, after.snapshot.knowledge, count);
    if (json) {
      const [from, to] = [before.about, after.about].map(({ ref, cutAt, learned, bytes, digest }) => ({
        ...{ ref, cutAt, learned, bytes, digest },
      }));
      terminal.print(JSON.stringify({ from, to, ...compared }));
    } else for (const line of showComparison(before.about, after.about, compared)) terminal.print(line);
  } finally {
    await ops.close();
  }
}

/** Has ingest say it, which alone writes what comes into force. */
async function act(
  mode: Readonly<Record<string, string>>,
  json: boolean,
  { home, terminal, stopping }: CommandContext,
): Promise<void> {
  if (runningStack(home) === undefined) throw new CommandError(exitCodes.notRunning, notRunningSentence);
  let said: PublishedPlan | ActivatedArtefact | ModelPolicySet | undefined;
  await runIngest({
    home,
    env: { ...mode, ACTING_PERSON: actingReporter() },
    onArtefact: (message) => {
      said = message;
    },
    signal: stopping,
  });
  if (said === undefined)
    throw new CommandError(exitCodes.tryAgain, 'Nobody said what came of it; try again');
  const { kind, ...outcome } = said;
  if (json) terminal.print(JSON.stringify(kind === 'activated' ? { ...outcome, policy: 'frozen' } : outcome));
  else for (const line of showAct(said)) terminal.print(line);
}

const frozenSentence =
  'Frozen: newer models wait until "weir models follow", after which the newest comes into force.';

function showAct(said: PublishedPlan | ActivatedArtefact | ModelPolicySet): string[] {
  switch (said.kind) {
    case 'activated': {
      const partitions = Object.keys(said.positions).length;
      return [
        `${said.artefact} comes into force in all ${partitions} partitions, by activation ${said.sequence}.`,
        frozenSentence,
      ];
    }
    case 'policy':
      return said.mode === 'frozen'
        ? [frozenSentence]
        : ["Newer models come into force by themselves; the learner's newest does now."];
    case 'published':
      return [];
  }
}

function refOf(text: string): string {
  if (artefactRef.safeParse(text).success) return text;
  throw new InvalidArgumentError('expected name@version, as "weir models list" shows it');
}

function countOf(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 1_000) return count;
  throw new InvalidArgumentError('expected 1 to 1000');
}
