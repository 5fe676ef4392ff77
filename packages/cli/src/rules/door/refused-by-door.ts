import { problem, rulesetProblemCodes, type Problem } from '@weir/contracts';
import { CommandError, exitCodes } from '../../exit-codes.ts';
import type { ServerAnswer } from '../../http/ask-server.ts';
import { showProblems } from '../open-rulebook.ts';

/** After sysexits.h: who asks may not do that. */
const notAllowed = 77;

/** An answer that is no success, as a sentence for a person. `file` is the document that was sent. */
export function refusedByDoor(answer: ServerAnswer, file?: string): CommandError {
  const read = problem.safeParse(answer.body);
  if (!read.success)
    return new CommandError(exitCodes.tryAgain, `What answers there is no door of Weir (${answer.status})`);
  const { detail, title, code, problems = [] } = read.data;
  const isWhole = rulesetProblemCodes.some((one) => one === code);
  const sentence = [...(isWhole && detail !== undefined ? [] : [`${title}.`]), detail ?? ''].join(' ').trim();
  const lines = file === undefined ? [] : showProblems(file, problems);
  return new CommandError(exitCodeOf(read.data), [...lines, `${sentence} (${code})`].join('\n'));
}

function exitCodeOf({ status, code }: Problem): number {
  if (code === 'ruleset_invalid') return exitCodes.configuration;
  if (status === 401 || status === 403) return notAllowed;
  if (status === 429 || status === 408 || status >= 500) return exitCodes.tryAgain;
  return status === 404 || status === 409 ? exitCodes.notAsItShouldBe : exitCodes.usage;
}
