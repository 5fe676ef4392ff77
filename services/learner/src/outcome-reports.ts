import { WeirError } from '@weir/contracts';

/** An outcome as somebody reported it, and where it stands. */
export type PlacedReport = {
  readonly partition: number;
  readonly offset: number;
  readonly transaction: string;
  readonly isFraud: boolean;
  readonly reportedAtMs: number;
};

/** The reports that count at a boundary. */
export type RipeReports = {
  /** Whether the last report about a transaction says that it is a fraud; undefined without any report. */
  readonly isFraud: (transaction: string) => boolean | undefined;
  /** Transactions that were reported as frauds for the first time since the last boundary, and are still held to be. */
  readonly newFrauds: ReadonlySet<string>;
};

export type OutcomeReports = {
  /** Takes in a report that was just read. Throws WeirError `outcomes_overflow` beyond the bound. */
  add(report: PlacedReport): void;
  /** What counts at a boundary: nothing that was reported after it. Changes nothing. */
  ripeBy(cutAtMs: number): RipeReports;
  /**
   * A boundary is done: what was ripe is old from now on, and what was reported long
   * before it is forgotten. Answers how many transactions were forgotten without
   * having been found in the journal.
   */
  settle(cutAtMs: number, found: ReadonlySet<string>): number;
  /** The first offset of a partition that is still needed once a boundary is settled; undefined where none is. */
  firstNeeded(partition: number, cutAtMs: number): number | undefined;
  size(): number;
};

type Reported = { reports: PlacedReport[]; isFound: boolean };

/**
 * The reports of the last `keptMs` before the last boundary, and those behind it.
 * What counts follows from the reports alone, so that a learner that starts again
 * and reads them again knows the same.
 */
export function createOutcomeReports(options: {
  readonly keptMs: number;
  readonly maxReports: number;
  /** Restored from a last boundary: reports before these offsets counted at it where they were ripe. */
  readonly settled?: { readonly cutAtMs: number; readonly read: ReadonlyMap<number, number> };
}): OutcomeReports {
  const { keptMs, maxReports, settled } = options;
  const known = new Map<string, Reported>();
  let waiting: PlacedReport[] = [];
  let size = 0;

  const forgottenBefore = (cutAtMs: number): number => cutAtMs - keptMs;

  /** It counted at the boundary this was restored from. */
  const hasCounted = ({ partition, offset, reportedAtMs }: PlacedReport): boolean =>
    settled !== undefined && reportedAtMs <= settled.cutAtMs && offset < (settled.read.get(partition) ?? 0);

  function remember(report: PlacedReport, isFound: boolean): void {
    const found = known.get(report.transaction);
    if (found === undefined) known.set(report.transaction, { reports: [report], isFound });
    else found.reports.push(report);
  }

  return {
    add: (report) => {
      const isOld = hasCounted(report);
      if (isOld && settled !== undefined && report.reportedAtMs < forgottenBefore(settled.cutAtMs)) return;
      size += 1;
      if (size > maxReports) {
        throw new WeirError(
          'outcomes_overflow',
          `more than ${maxReports} outcomes of the last ${keptMs} ms: raise OUTCOMES_MAX_REPORTS`,
        );
      }
      // Whether it was found was known to the learner before this one; to ask again would only be for a count.
      if (isOld) remember(report, true);
      else waiting.push(report);
    },
    ripeBy: (cutAtMs) => {
      const ripe = Map.groupBy(
        waiting.filter(({ reportedAtMs }) => reportedAtMs <= cutAtMs),
        ({ transaction }) => transaction,
      );
      const isFraud = (transaction: string): boolean | undefined => {
        const reports = [...(known.get(transaction)?.reports ?? []), ...(ripe.get(transaction) ?? [])];
        return reports.toSorted(byReport).at(-1)?.isFraud;
      };
      const wasFraud = (transaction: string): boolean =>
        known.get(transaction)?.reports.some((report) => report.isFraud) === true;
      const newFrauds = [...ripe.keys()].filter(
        (transaction) => isFraud(transaction) === true && !wasFraud(transaction),
      );
      return { isFraud, newFrauds: new Set(newFrauds) };
    },
    settle: (cutAtMs, found) => {
      for (const report of waiting) if (report.reportedAtMs <= cutAtMs) remember(report, false);
      waiting = waiting.filter(({ reportedAtMs }) => reportedAtMs > cutAtMs);
      size = waiting.length;
      let unmatched = 0;
      for (const [transaction, reported] of known) {
        if (found.has(transaction)) reported.isFound = true;
        reported.reports = reported.reports.filter(
          ({ reportedAtMs }) => reportedAtMs >= forgottenBefore(cutAtMs),
        );
        size += reported.reports.length;
        if (reported.reports.length > 0) continue;
        known.delete(transaction);
        if (!reported.isFound) unmatched += 1;
      }
      return unmatched;
    },
    firstNeeded: (partition, cutAtMs) => {
      let first: number | undefined;
      const look = (report: PlacedReport): void => {
        const isNeeded = report.partition === partition && report.reportedAtMs >= forgottenBefore(cutAtMs);
        if (isNeeded) first = Math.min(first ?? Infinity, report.offset);
      };
      waiting.forEach(look);
      for (const { reports } of known.values()) reports.forEach(look);
      return first;
    },
    size: () => size,
  };
}

/** The last one in this order counts: by when it was reported, and of two at once the one that stands behind the other. */
const byReport = (one: PlacedReport, other: PlacedReport): number =>
  one.reportedAtMs - other.reportedAtMs || one.partition - other.partition || one.offset - other.offset;
