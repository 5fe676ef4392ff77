import { writeRulebook } from '@weir/rulebook';
import type { Ruleset } from '@weir/rules';
import type { CommandContext } from '../../command-context.ts';
import { connectOps, type Ops } from '../../ops/connect-ops.ts';
import { documentOf, readRulesets, readRulesetStanding } from './read-rulesets.ts';
import { headingOf, rulesetAsJson, showRulesets } from './show-rulesets.ts';

type Json = { readonly json?: true };

export const list = ({ json }: Json, context: CommandContext): Promise<void> =>
  withOps(context, async (ops) => {
    const rulesets = await readRulesets(ops);
    if (json) context.terminal.print(JSON.stringify(rulesets.map(rulesetAsJson)));
    else for (const line of showRulesets(rulesets)) context.terminal.print(line);
  });

export const show = (ref: string, { json }: Json, context: CommandContext): Promise<void> =>
  withOps(context, async (ops) => {
    const found = await readRulesetStanding(ops, ref);
    const document = documentOf(found);
    if (json) return context.terminal.print(JSON.stringify({ ...rulesetAsJson(found), document }));
    for (const line of headingOf(found)) context.terminal.print(line);
    context.terminal.print(writeRulebook(document).trimEnd());
  });

/** One that was published, by its name@version. Throws CommandError (1) where nobody did. */
export const publishedRuleset = (ref: string, context: CommandContext): Promise<Ruleset> =>
  withOps(context, async (ops) => documentOf(await readRulesetStanding(ops, ref)));

async function withOps<Result>(
  { env, home }: Pick<CommandContext, 'env' | 'home'>,
  act: (ops: Ops) => Promise<Result>,
): Promise<Result> {
  const ops = connectOps(env, home);
  try {
    return await act(ops);
  } finally {
    await ops.close();
  }
}
