import {
  addToTally,
  balancePartition,
  emptyTally,
} from '../../../packages/cli/src/ledger/detection-ledger.ts';
import type { PartitionLedger } from '../../../packages/cli/src/ledger/detection-ledger.ts';
import type { Damage, History, Violation } from '../../history-checks/history.ts';
import type { IngestLedgerFile, LedgerReading } from '../load/ingest-run.ts';

/** What is known of a run of ingest from both sides: what it was handed over, and what it says of itself. */
export type IngestCounts = {
  readonly source: string;
  /** Lines handed over to it, and how many of them it has to refuse. */
  readonly lines: number;
  readonly malformed: number;
  /** It came to the end of them; one that was killed did not. */
  readonly hasFinished: boolean;
  readonly ledger: LedgerReading;
};

/** Where a partition of the log begins and ends, and P. */
export type PartitionState = {
  readonly partition: number;
  readonly earliest: number;
  readonly end: number;
  readonly published: number | undefined;
};

type Judged = Pick<History, 'start' | 'log' | 'journal' | 'rejected'>;

/**
 * Both ledgers balance, as `weir ledger` says it: offered = acknowledged +
 * rejected + failed + unknown for each run of ingest, where one that was killed
 * may have some in flight; records below P = cleared + held + rejected +
 * duplicate + control for each partition, with nothing waiting. And what a
 * ledger of ingest says is what it was handed over, and what the topics have.
 */
export function checkLedgers(
  history: Judged,
  partitions: readonly PartitionState[],
  ingest: readonly IngestCounts[],
): Violation[] {
  const inTopics = countSources(history);
  return [
    ...ingest.flatMap((counts) => checkIngestLedger(counts, inTopics)),
    ...partitions.flatMap((state) => checkPartition(history, state)),
  ];
}

/** By the source: transactions in the log, and lines in the rejected stream. */
type InTopics = {
  readonly transactions: ReadonlyMap<string, number>;
  readonly refused: ReadonlyMap<string, number>;
};

function countSources({ log, rejected }: Judged): InTopics {
  const transactions = new Map<string, number>();
  for (const entry of log)
    if (entry.kind === 'transaction')
      transactions.set(entry.source, (transactions.get(entry.source) ?? 0) + 1);
  const lines = new Map<string, Set<number>>();
  for (const { origin } of rejected)
    if (origin.kind === 'source')
      lines.set(origin.source, (lines.get(origin.source) ?? new Set<number>()).add(origin.line));
  return { transactions, refused: new Map([...lines].map(([source, { size }]) => [source, size])) };
}

function checkIngestLedger(run: IngestCounts, inTopics: InTopics): Violation[] {
  const { source, hasFinished, ledger } = run;
  const violation = (found: string, damage: Damage = 'conflicting'): Violation => ({
    rule: 'ingest_ledger',
    damage,
    found: `the ledger of ${source} ${found}`,
  });
  // One that was killed in its first second had none yet, and nothing was acknowledged to anybody.
  if (ledger === 'absent') return hasFinished ? [violation('was never written')] : [];
  if (ledger === 'unreadable') return [violation("can't be read")];
  const { state, counts } = ledger;
  const { offered, acknowledged, rejected, failed, unknown } = counts;
  const settled = acknowledged + rejected + failed + unknown;
  const balances = state === 'running' ? settled <= offered : settled === offered;
  const inLog = inTopics.transactions.get(source) ?? 0;
  const refused = inTopics.refused.get(source) ?? 0;
  return [
    ...(balances ? [] : [violation("doesn't add up")]),
    ...(fitsLines(run, ledger)
      ? []
      : [violation(`is not one of ${run.lines} lines with ${run.malformed} malformed ones`)]),
    ...(inLog >= acknowledged
      ? []
      : [violation(`says ${acknowledged} acknowledged, the log ${inLog}`, 'lost')]),
    ...(refused >= rejected ? [] : [violation(`says ${rejected} rejected, the topic ${refused}`, 'lost')]),
  ];
}

/** Whether it says of the lines that were handed over what became of them, and of no others. */
function fitsLines({ lines, malformed, hasFinished }: IngestCounts, ledger: IngestLedgerFile): boolean {
  const { state, position, counts } = ledger;
  const { offered, rejected, failed, unknown } = counts;
  return hasFinished
    ? state === 'finished' &&
        offered === lines &&
        position.line === lines &&
        rejected === malformed &&
        failed + unknown === 0
    : offered <= lines && position.line <= offered && rejected <= malformed;
}

function checkPartition(history: Judged, state: PartitionState): Violation[] {
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
}

function detectionLedger(
  { start, log, journal }: Judged,
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
