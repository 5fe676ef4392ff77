import {
  addToTally,
  balancePartition,
  emptyTally,
} from '../../../packages/cli/src/ledger/detection-ledger.ts';
import type { PartitionLedger } from '../../../packages/cli/src/ledger/detection-ledger.ts';
import type { History, Violation } from '../../history-checks/history.ts';

/** What a run of ingest says of itself. */
export type IngestCounts = {
  readonly source: string;
  readonly state: string;
  readonly offered: number;
  readonly acknowledged: number;
  readonly rejected: number;
  readonly failed: number;
  readonly unknown: number;
};

/** Where a partition of the log begins and ends, and P. */
export type PartitionState = {
  readonly partition: number;
  readonly earliest: number;
  readonly end: number;
  readonly published: number | undefined;
};

/**
 * Both ledgers balance, as `weir ledger` says it: offered = acknowledged +
 * rejected + failed + unknown for each run of ingest, where one that was killed
 * may have some in flight; records below P = cleared + held + rejected +
 * duplicate + control for each partition, with nothing waiting.
 */
export function checkLedgers(
  history: Pick<History, 'start' | 'log' | 'journal'>,
  partitions: readonly PartitionState[],
  ingest: readonly IngestCounts[],
): Violation[] {
  return [
    ...ingest
      .filter((counts) => !isBalanced(counts))
      .map(({ source }): Violation => ({
        rule: 'ingest_ledger',
        damage: 'conflicting',
        found: `the ledger of ${source} doesn't add up`,
      })),
    ...partitions.flatMap((state) => {
      const { faults, waiting } = detectionLedger(history, state);
      const { partition } = state;
      return [
        ...faults.map((found): Violation => ({
          rule: 'detection_ledger',
          damage: 'conflicting',
          partition,
          found,
        })),
        ...(waiting > 0
          ? [{ rule: 'lag', damage: 'lost' as const, partition, found: `${waiting} records wait` }]
          : []),
      ];
    }),
  ];
}

function isBalanced({ state, offered, acknowledged, rejected, failed, unknown }: IngestCounts): boolean {
  const settled = acknowledged + rejected + failed + unknown;
  return state === 'running' ? settled <= offered : settled === offered;
}

function detectionLedger(
  { start, log, journal }: Pick<History, 'start' | 'log' | 'journal'>,
  { partition, end, published, ...state }: PartitionState,
): PartitionLedger {
  const tally = journal
    .filter((entry) => entry.partition === partition)
    .toSorted((a, b) => a.offset - b.offset)
    .reduce(
      (sofar, { from, to, decisions }) => addToTally(sofar, { from, to, decisions: [...decisions] }),
      emptyTally,
    );
  // What the history leaves out is to the ledger as if the log began behind it.
  const earliest = Math.max(state.earliest, start.get(partition) ?? 0);
  const below = published ?? earliest;
  const recordsInLog = log.filter((entry) => entry.partition === partition && entry.offset < below).length;
  return balancePartition({ partition, earliest, end, tally, published, recordsInLog, unreadable: 0 });
}
