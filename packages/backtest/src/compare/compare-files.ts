import type { Mapping } from '../read/mapping.ts';
import { openInput } from '../read/open-input.ts';
import { readRows } from '../read/read-rows.ts';
import type { Label } from '../read/row.ts';
import { compareScores, type Comparison } from './compare-scores.ts';
import { readScores } from './read-scores.ts';

/** Where the labels of the compared transactions stand. */
export type LabelSource = { readonly transactions: string; readonly mapping: Mapping | undefined };

/** Compares two files of scores, with labels where the transactions are given. Throws BacktestError. */
export const compareFiles = (a: string, b: string, labels: LabelSource | undefined): Promise<Comparison> =>
  compareScores(readScores(a), readScores(b), labels === undefined ? undefined : labelsIn(labels));

async function* labelsIn({
  transactions,
  mapping,
}: LabelSource): AsyncGenerator<{ readonly transactionId: string; readonly label: Label }> {
  const input = await openInput(transactions);
  for await (const outcome of readRows(transactions, input, mapping)) if (outcome.ok) yield outcome.row;
}
