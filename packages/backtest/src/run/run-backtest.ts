import { createSpool } from '../learn/spool.ts';
import { measure, type Metrics } from '../metrics/measure.ts';
import { createReorderBuffer } from '../order/reorder-buffer.ts';
import { openInput } from '../read/open-input.ts';
import { readRows } from '../read/read-rows.ts';
import { readCheckpoint, removeCheckpoint } from './checkpoint.ts';
import { createRowJudge, type RunResult } from './judge-rows.ts';
import { noneJudged } from './refused-rows.ts';
import type { BacktestSettings, Progress } from './settings.ts';

export type BacktestReport = RunResult & { readonly metrics: Metrics };

/** How often progress is told, in rows, and the loop looks whether it is to stop. */
const rowsBetweenProgress = 2_000;

type Watching = {
  readonly onProgress: (progress: Progress) => void;
  readonly signal: AbortSignal;
};

/**
 * Runs transactions through the core in the order of event time and writes a
 * score for each; undefined where it was stopped, which leaves the last
 * checkpoint to go on from. Throws BacktestError where it can't be done.
 */
export async function runBacktest(
  settings: BacktestSettings,
  { onProgress, signal }: Watching,
): Promise<BacktestReport | undefined> {
  const input = await openInput(settings.transactions);
  const spool = createSpool(`${settings.out}.spool`);
  try {
    const checkpoint = settings.resume ? readCheckpoint(settings, spool) : undefined;
    // One of an earlier run says how long the scores were then, which from here on is not true any more.
    if (checkpoint === undefined) removeCheckpoint(settings);
    const judge = createRowJudge(settings, spool, checkpoint);
    const buffer = createReorderBuffer();
    let read = 0;
    for await (const outcome of readRows(settings.transactions, input, settings.mapping)) {
      read += 1;
      const next = buffer.push(outcome);
      if (next !== undefined) judge.take(next);
      if (read % rowsBetweenProgress !== 0) continue;
      if (signal.aborted) {
        judge.close();
        return undefined;
      }
      onProgress({ rows: read, bytesRead: input.bytesRead(), bytesTotal: input.bytesTotal });
    }
    for (let next = buffer.shift(); next !== undefined; next = buffer.shift()) judge.take(next);
    judge.close();
    removeCheckpoint(settings);
    const result = judge.result();
    const [first] = result.refused.first;
    if (result.judged === 0 && first !== undefined) throw noneJudged(first);
    return { ...result, metrics: measure(settings.evaluation, result.evaluation) };
  } finally {
    input.bytes.destroy();
    spool.close();
  }
}
