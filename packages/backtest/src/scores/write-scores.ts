import { closeSync, ftruncateSync, fsyncSync, openSync, writeSync } from 'node:fs';
import type { Verdict } from '@weir/contracts';
import { BacktestError } from '../backtest-error.ts';
import type { BadRow } from '../read/row.ts';

export const scoresHeader = 'transactionId,score,verdict,reasons';

/** RFC 4180: quotes around what holds a separator, a quote or a line break, quotes doubled. */
const csvField = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** One line of a file of scores, without its end. */
export const scoresLine = (transactionId: string, { score, outcome, reasons }: Verdict): string =>
  `${csvField(transactionId)},${String(score)},${outcome},${csvField(reasons.map(({ rule }) => rule).join('|'))}`;

/**
 * The line of a row that was not judged, so that each row of a file has one. Its
 * score is 0, for tools that want a number; `why` names field and code.
 */
export const refusedLine = (
  transactionId: string,
  verdict: 'rejected' | 'duplicate',
  why?: Pick<BadRow, 'field' | 'code'>,
): string => {
  const reason = why === undefined ? '' : `${why.field}${why.field === '' ? '' : ':'}${why.code}`;
  return `${csvField(transactionId)},0,${verdict},${csvField(reason)}`;
};

/** Lines are joined up to about so many characters before they are written. */
const bufferedCharacters = 262_144;

export type ScoresWriter = {
  readonly write: (line: string) => void;
  /** Brings everything to the disk; answers how long the file is now, in bytes. */
  readonly flush: () => number;
  readonly close: () => void;
};

/**
 * Writes a file of scores; `keptBytes` of an existing one are kept, where a run
 * goes on, and the rest is cut off. Throws BacktestError (73) where it can't be
 * opened.
 */
export function openScores(path: string, keptBytes?: number): ScoresWriter {
  const file = openFile(path, keptBytes === undefined ? 'w' : 'r+');
  let pending = '';
  let writtenBytes = keptBytes ?? 0;
  if (keptBytes === undefined) pending = `${scoresHeader}\n`;
  else ftruncateSync(file, keptBytes);
  const writePending = (): void => {
    const bytes = Buffer.from(pending);
    pending = '';
    for (let at = 0; at < bytes.length;) {
      const count = writeSync(file, bytes, at, bytes.length - at, writtenBytes);
      at += count;
      writtenBytes += count;
    }
  };
  return {
    write(line) {
      pending += `${line}\n`;
      if (pending.length >= bufferedCharacters) writePending();
    },
    flush() {
      writePending();
      fsyncSync(file);
      return writtenBytes;
    },
    close() {
      writePending();
      closeSync(file);
    },
  };
}

function openFile(path: string, flags: string): number {
  try {
    return openSync(path, flags, 0o600);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new BacktestError(73, `the scores can't be written (${code})`, { cause });
  }
}
