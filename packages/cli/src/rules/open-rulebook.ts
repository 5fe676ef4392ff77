import { readFileSync, statSync } from 'node:fs';
import {
  longestDocumentBytes,
  readRulebook,
  type DocumentProblem,
  type RulebookOutcome,
} from '@weir/rulebook';
import { CommandError, exitCodes } from '../exit-codes.ts';

export type OpenedRulebook = Extract<RulebookOutcome, { ok: true }>;

/** The content of a file that a ruleset should stand in. Throws CommandError (64) where it can't be read. */
export function readRulebookFile(file: string): Uint8Array {
  try {
    // One byte more than may be says that it is too long: nobody reads gigabytes to refuse them.
    if (statSync(file).size > longestDocumentBytes) return new Uint8Array(longestDocumentBytes + 1);
    return readFileSync(file);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new CommandError(exitCodes.usage, `${file} can't be read (${code})`, { cause });
  }
}

/** The ruleset in a file. Throws CommandError: 64 where it can't be read, 78 with a line for each problem. */
export function openRulebook(file: string): OpenedRulebook {
  const read = readRulebook(readRulebookFile(file));
  if (read.ok) return read;
  throw new CommandError(exitCodes.configuration, showProblems(file, read.problems).join('\n'));
}

/** So many problems are shown: whoever has more mends the first ones and looks again. */
const shownProblems = 50;

/** "payments.yaml:12:9  rules.2.when: no feature is called amuontLogZ", one line for each, as editors jump to. */
export function showProblems(file: string, problems: readonly DocumentProblem[]): readonly string[] {
  const lines = problems
    .slice(0, shownProblems)
    .map(
      ({ line, column, path, message }) =>
        `${file}:${String(line)}:${String(column)}  ${path === '' ? '' : `${path}: `}${message}`,
    );
  const more = problems.length - lines.length;
  return more === 0 ? lines : [...lines, `${String(more)} more`];
}
