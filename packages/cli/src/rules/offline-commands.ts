import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { artefactRef } from '@weir/contracts';
import { diffRulesets, readRulebook, runRulesetTests } from '@weir/rulebook';
import { resolveRuleset, type Ruleset } from '@weir/rules';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { publishedRuleset } from './door/published-commands.ts';
import { openRulebook, readRulebookFile, showProblems } from './open-rulebook.ts';
import { showChanges, showTests, summaryOf } from './show-rulebook.ts';

type Options = { readonly json?: true };

export function check(file: string, { json }: Options, { terminal, exit }: CommandContext): void {
  const read = readRulebook(readRulebookFile(file));
  if (json) {
    const { ok } = read;
    terminal.print(JSON.stringify(read.ok ? { ok, ref: read.ruleset.ref, problems: [] } : read));
  } else if (read.ok) {
    terminal.print(`${summaryOf(read.ruleset)}. Nothing is wrong with it.`);
  } else {
    for (const line of showProblems(file, read.problems)) terminal.print(line);
  }
  exit(read.ok ? exitCodes.done : exitCodes.configuration);
}

export function test(file: string, { json }: Options, { terminal, exit }: CommandContext): void {
  const opened = openRulebook(file);
  const outcomes = runRulesetTests(opened.ruleset);
  const ok = outcomes.every((outcome) => outcome.ok);
  if (json) {
    const tests = outcomes.map((outcome) => ({ ...outcome, ...opened.locate(outcome.path) }));
    terminal.print(JSON.stringify({ ok, ref: opened.ruleset.ref, tests }));
  } else {
    for (const line of showTests(file, opened, outcomes)) terminal.print(line);
  }
  exit(ok ? exitCodes.done : exitCodes.notAsItShouldBe);
}

export async function diff(
  from: string,
  to: string,
  { json }: Options,
  context: CommandContext,
): Promise<void> {
  const { terminal } = context;
  const [before, after] = [await rulesetAt(from, context), await rulesetAt(to, context)];
  const changes = diffRulesets(before, after);
  if (json) terminal.print(JSON.stringify({ from: before.ref, to: after.ref, changes }));
  else for (const line of showChanges(before.ref, after.ref, changes)) terminal.print(line);
}

/** A ruleset that comes with Weir or was published, by its name@version, or one in a file. */
async function rulesetAt(where: string, context: CommandContext): Promise<Ruleset> {
  const builtIn = resolveRuleset(where);
  if (builtIn !== undefined) return builtIn;
  const isRef = artefactRef.safeParse(where).success && !existsSync(where);
  return isRef ? publishedRuleset(where, context) : openRulebook(where).ruleset;
}

export function init(
  file: string | undefined,
  { ref }: { readonly ref: string },
  { terminal }: CommandContext,
): void {
  if (!artefactRef.safeParse(ref).success)
    throw new CommandError(exitCodes.usage, '--ref: no name and version such as payments@1');
  const shipped = readFileSync(
    fileURLToPath(import.meta.resolve('@weir/rulebook/defaults/starter.yaml')),
    'utf8',
  );
  const own = shipped.replace(/^ref: .*$/m, `ref: ${ref}`);
  if (file === undefined) return terminal.print(own.trimEnd());
  try {
    writeFileSync(file, own, { flag: 'wx' });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    const why = code === 'EEXIST' ? 'is there already' : `can't be written (${code})`;
    throw new CommandError(exitCodes.usage, `${file} ${why}`, { cause });
  }
  terminal.say(`${file} holds ${ref}. Try it with: weir rules test ${file}`);
}
