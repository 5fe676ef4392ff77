import { maxBatchBytes, recordBytes } from './record.ts';
import type { OutgoingRecord } from './record.ts';

/** Throws RangeError for an append of nothing, or of more than one batch holds. A record too large stands alone. */
export const checkAppend = (records: readonly OutgoingRecord[]): void => {
  if (records.length === 0) throw new RangeError('append: no records');
  const bytes = records.reduce((sum, record) => sum + recordBytes(record), 0);
  if (records.length > 1 && bytes > maxBatchBytes) {
    throw new RangeError(`append: ${bytes} bytes do not fit into one batch of ${maxBatchBytes}`);
  }
};
