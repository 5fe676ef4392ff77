import { BacktestError } from '../backtest-error.ts';
import type { Input } from './open-input.ts';
import type { Mapping } from './mapping.ts';
import { readCsv } from './read-csv.ts';
import { readNdjson } from './read-ndjson.ts';
import type { RowOutcome } from './row.ts';

/** By the name of a file; everything else is CSV. */
const ndjsonName = /\.(?:ndjson|jsonl)(?:\.gz)?$/i;

/** The rows of an open file in the order they stand there. Throws BacktestError (78) for a mapping that has nothing to map. */
export function readRows(
  path: string,
  input: Input,
  mapping: Mapping | undefined,
): AsyncGenerator<RowOutcome> {
  if (!ndjsonName.test(path)) return readCsv(input.bytes, mapping);
  if (mapping !== undefined)
    throw new BacktestError(78, 'NDJSON has the fields of a transaction and takes no mapping');
  return readNdjson(input.bytes);
}
