import type { Input } from './open-input.ts';
import type { Mapping } from './mapping.ts';
import { readCsv } from './read-csv.ts';
import { readNdjson } from './read-ndjson.ts';
import type { RowOutcome } from './row.ts';

/** Whether a file holds NDJSON, by its name; everything else is CSV. */
export const isNdjson = (path: string): boolean => /\.(?:ndjson|jsonl)(?:\.gz)?$/i.test(path);

/** The rows of an open file in the order they stand there. */
export const readRows = (
  path: string,
  input: Input,
  mapping: Mapping | undefined,
): AsyncGenerator<RowOutcome> => (isNdjson(path) ? readNdjson(input.bytes) : readCsv(input.bytes, mapping));
