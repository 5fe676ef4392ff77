import { readRouting } from '@weir/alerts';
import { readDocument, type DocumentProblem } from '@weir/rulebook';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { readRulebookFile, showProblems } from '../rules/open-rulebook.ts';

/** Says what is wrong with a routing document, by line. Throws CommandError: 64 where it can't be read, 78 where it is wrong. */
export function checkRouting(file: string, { terminal }: Pick<CommandContext, 'terminal'>): void {
  const read = readDocument(readRulebookFile(file));
  if (!read.ok) throw wrong(file, read.problems);
  const routing = readRouting(read.body);
  if (!routing.ok)
    throw wrong(
      file,
      routing.problems.map((one) => ({ ...read.locate(one.path), ...one })),
    );
  const { routes, receivers } = routing.routing;
  terminal.print(`${file} can be used: ${routes.length} routes to ${receivers.length} receivers.`);
}

const wrong = (file: string, problems: readonly DocumentProblem[]): CommandError =>
  new CommandError(exitCodes.configuration, showProblems(file, problems).join('\n'));
