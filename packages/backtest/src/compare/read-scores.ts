import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import { BacktestError } from '../backtest-error.ts';
import { scoresHeader } from '../scores/write-scores.ts';

/** A judged line of a file of scores. */
export type Scored = { readonly transactionId: string; readonly score: number; readonly isHeld: boolean };

/**
 * The judged lines of a file that a backtest wrote; rows it refused have nothing to compare. Throws BacktestError: (66) where
 * it can't be read, (65) where it is no such file, naming the line.
 */
export async function* readScores(path: string): AsyncGenerator<Scored, void, undefined> {
  const bytes = createReadStream(path, { highWaterMark: 262_144 });
  const parser = parse({ relax_column_count: true });
  bytes.on('error', (error) => parser.destroy(error));
  let line = 0;
  try {
    for await (const record of bytes.pipe(parser) as AsyncIterable<readonly string[]>) {
      line += 1;
      if (line > 1) {
        if (!refusedVerdicts.has(record[2])) yield scoredOf(record, line);
      } else if (record.join(',') !== scoresHeader)
        throw new BacktestError(65, `${path} is no file of scores: its first line is not "${scoresHeader}"`);
    }
  } catch (cause) {
    if (cause instanceof BacktestError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new BacktestError(66, `${path} can't be read (${code})`, { cause });
  } finally {
    bytes.destroy();
  }
}

const refusedVerdicts: ReadonlySet<string | undefined> = new Set(['rejected', 'duplicate']);

function scoredOf([transactionId = '', scoreText = '', verdict]: readonly string[], line: number): Scored {
  const score = Number(scoreText);
  const isScored = scoreText !== '' && score >= 0 && score <= 1;
  if (isScored && (verdict === 'held' || verdict === 'cleared')) {
    return { transactionId, score, isHeld: verdict === 'held' };
  }
  throw new BacktestError(
    65,
    `line ${String(line)} of a file of scores has no ${isScored ? 'verdict' : 'score'}`,
  );
}
