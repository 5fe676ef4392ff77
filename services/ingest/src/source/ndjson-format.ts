import { readOfferedTransaction } from '@weir/contracts';
import { recordOfLine, type SourceFormat } from './source-format.ts';

/** One JSON object per line, in the words of the offered-transaction contract. */
export function createNdjsonFormat(futureLimitMs: number): SourceFormat {
  return {
    async *records(lines) {
      for await (const chunk of lines) {
        yield chunk.filter((line) => line.bytes.length > 0).map(recordOfLine);
      }
    },
    read: (bytes, nowMs) => readOfferedTransaction(bytes, nowMs, futureLimitMs),
  };
}
