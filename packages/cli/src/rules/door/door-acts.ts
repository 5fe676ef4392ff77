import {
  activatedRulesetAnswer,
  approvedRulesetAnswer,
  publishedRulesetAnswer,
  type ActivatedRulesetAnswer,
  type Rollout,
} from '@weir/contracts';
import { longestDocumentBytes } from '@weir/rulebook';
import type { z } from 'zod';
import type { CommandContext } from '../../command-context.ts';
import { CommandError, exitCodes } from '../../exit-codes.ts';
import { askServer } from '../../http/ask-server.ts';
import { readRulebookFile } from '../open-rulebook.ts';
import { doorAccess, type DoorOptions } from './door-access.ts';
import { refusedByDoor } from './refused-by-door.ts';

export type ActOptions = DoorOptions & { readonly json?: true };

/** Publishes a file. Throws CommandError: 78 with a line for each thing that is wrong with it. */
export async function publish(file: string, options: ActOptions, context: CommandContext): Promise<void> {
  const document = textOf(file);
  const asked = { path: '/v1/rulesets', body: { document }, file };
  const answer = await ask(publishedRulesetAnswer, asked, options, context);
  if (options.json) return context.terminal.print(JSON.stringify(answer));
  const { ruleset, isKnown, publishedBy } = answer;
  context.terminal.print(
    isKnown
      ? `${ruleset} was published already by ${publishedBy ?? 'Weir'}, as it is. Nothing has changed.`
      : `${ruleset} is published by ${publishedBy ?? 'Weir'} and decides nothing yet. With another token: weir rules approve ${ruleset}`,
  );
}

export async function approve(ref: string, options: ActOptions, context: CommandContext): Promise<void> {
  const asked = { path: `${pathOf(ref)}/approval`, body: {} };
  const answer = await ask(approvedRulesetAnswer, asked, options, context);
  if (options.json) return context.terminal.print(JSON.stringify(answer));
  const { ruleset, approvedBy, isKnown } = answer;
  const next = `To bring it into force: weir rules activate ${ruleset}`;
  if (approvedBy === null)
    context.terminal.print(`${ruleset} comes with Weir and needs no approval. ${next}`);
  else
    context.terminal.print(
      `${ruleset} ${isKnown ? 'was approved already by' : 'is approved by'} ${approvedBy}. ${next}`,
    );
}

export async function activate(
  ref: string,
  { rollout, ...options }: ActOptions & { readonly rollout: Rollout | undefined },
  context: CommandContext,
): Promise<void> {
  const body = rollout === undefined ? {} : { rollout };
  const answer = await ask(
    activatedRulesetAnswer,
    { path: `${pathOf(ref)}/activation`, body },
    options,
    context,
  );
  if (options.json) return context.terminal.print(JSON.stringify(answer));
  context.terminal.print(`${whatDecides(ref, rollout)} (${told(answer)})`);
}

export async function rollBack(
  leave: string | undefined,
  options: ActOptions,
  context: CommandContext,
): Promise<void> {
  const asked = { path: '/v1/rulesets/rollback', body: leave === undefined ? {} : { leave } };
  const answer = await ask(activatedRulesetAnswer, asked, options, context);
  if (options.json) return context.terminal.print(JSON.stringify(answer));
  if (answer.ruleset === null)
    return context.terminal.print(
      `${leave ?? 'What was to be taken back'} decides nothing any more. Nothing has changed.`,
    );
  const left = leave === undefined ? '' : `${leave} decides nothing; `;
  context.terminal.print(`${left}${whatDecides(answer.ruleset, answer.rollout)} (${told(answer)})`);
}

function whatDecides(ref: string, rollout: Rollout | undefined): string {
  if (rollout === undefined) return `${ref} decides from here on, alone`;
  if (rollout.stage === 'shadow') return `${ref} is tried from here on and decides nothing`;
  return `${ref} decides from here on for ${rollout.percent} in a hundred accounts`;
}

const told = ({ sequence, positions }: ActivatedRulesetAnswer): string =>
  `activation ${sequence ?? 0}, said in ${Object.keys(positions).length} partitions of the log`;

const pathOf = (ref: string): string => `/v1/rulesets/${encodeURIComponent(ref)}`;

async function ask<Shape extends z.ZodType>(
  shape: Shape,
  asked: { readonly path: string; readonly body: object; readonly file?: string },
  options: DoorOptions,
  context: CommandContext,
): Promise<z.output<Shape>> {
  const answer = await askServer(doorAccess(options, context), asked.path, asked.body, context.stopping);
  const read = answer.status < 300 ? shape.safeParse(answer.body) : undefined;
  if (read?.success === true) return read.data;
  throw refusedByDoor(answer, asked.file);
}

function textOf(file: string): string {
  const bytes = readRulebookFile(file);
  if (bytes.length > longestDocumentBytes)
    throw new CommandError(
      exitCodes.configuration,
      `${file} is longer than ${longestDocumentBytes / 1_024} KiB`,
    );
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CommandError(exitCodes.configuration, `${file} is not UTF-8`, { cause });
  }
}
