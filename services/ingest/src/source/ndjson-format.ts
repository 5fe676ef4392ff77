import { maxOfferedBytes, readOfferedTransaction, type RejectionCode } from '@weir/contracts';
import { recordOfLine, type CheckRecord, type ReadRecord, type SourceFormat } from './source-format.ts';

/** One JSON object per line, in the words of the offered-transaction contract. */
export const createNdjsonFormat = (futureLimitMs: number): SourceFormat => ({
  records: oneOfEachLine,
  read: (bytes, nowMs) => readOfferedTransaction(bytes, nowMs, futureLimitMs),
  columns: () => null,
});

/** One JSON object per line, in the words of another contract. */
export const createJsonLinesFormat = <Value>(check: CheckRecord<Value>): SourceFormat<Value> => ({
  records: oneOfEachLine,
  read(bytes, nowMs) {
    if (bytes.length > maxOfferedBytes) return refused('record_too_large');
    let text: string;
    try {
      text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      return refused('not_utf8');
    }
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      return refused('not_json');
    }
    return check(json, nowMs);
  },
  columns: () => null,
});

const oneOfEachLine: SourceFormat['records'] = async function* (lines) {
  for await (const chunk of lines) yield chunk.filter((line) => line.bytes.length > 0).map(recordOfLine);
};

const refused = <Value>(code: RejectionCode): ReadRecord<Value> => ({
  ok: false,
  rejections: [{ code, path: '' }],
});
