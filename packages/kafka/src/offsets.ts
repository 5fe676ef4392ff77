/** An offset per partition. */
export type PartitionPositions = ReadonlyMap<number, number>;

/**
 * A Kafka offset as a number. kafkajs speaks decimal strings; Weir speaks safe
 * integers everywhere and converts at this edge only.
 *
 * Throws RangeError for anything but a non-negative safe integer, because a
 * rounded offset would silently point at another record.
 */
export const parseOffset = (text: string): number => {
  const offset = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(offset)) throw new RangeError('offset is not a non-negative safe integer');
  return offset;
};

/** The decimal string kafkajs wants; same bounds as {@link parseOffset}. */
export const formatOffset = (offset: number): string => {
  if (!Number.isSafeInteger(offset) || offset < 0) {
    throw new RangeError('offset is not a non-negative safe integer');
  }
  return String(offset);
};
