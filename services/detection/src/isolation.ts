/** Records of a partition that are decided together. */
type Run = {
  readonly from: number;
  readonly to: number;
  readonly decoded: readonly { readonly offset: number }[];
};

/**
 * Finds the one record that keeps a run from being published. A run that can
 * never succeed is tried again record by record; the one that fails alone is
 * refused, and the others go on. Forgets everything once the run is behind.
 */
export type Isolation = {
  /** How many records a run of the partition may have at this position. */
  maxRecords(partition: number, position: number): number;
  /** Whether the record was found to be the one. */
  isRefused(partition: number, offset: number): boolean;
  /**
   * Takes in that a run can't succeed as it is. False where there is nothing
   * left to try: a record failed alone although it was refused already.
   */
  failed(partition: number, run: Run): boolean;
};

type Suspects = { readonly until: number; readonly refused: Set<number> };

export function createIsolation(maxRecordsPerRun: number): Isolation {
  const suspects = new Map<number, Suspects>();
  const at = (partition: number, position: number): Suspects | undefined => {
    const found = suspects.get(partition);
    if (found === undefined || position < found.until) return found;
    suspects.delete(partition);
    return undefined;
  };
  return {
    maxRecords: (partition, position) => (at(partition, position) === undefined ? maxRecordsPerRun : 1),
    isRefused: (partition, offset) => suspects.get(partition)?.refused.has(offset) ?? false,
    failed(partition, run) {
      const known = at(partition, run.from) ?? { until: run.to, refused: new Set<number>() };
      suspects.set(partition, known);
      const [only, another] = run.decoded;
      if (only === undefined || another !== undefined) return true;
      if (known.refused.has(only.offset)) return false;
      known.refused.add(only.offset);
      return true;
    },
  };
}
