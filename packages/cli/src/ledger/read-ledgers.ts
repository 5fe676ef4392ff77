import { decodePayload, events, streams } from '@weir/contracts';
import type { Ops } from '../ops/connect-ops.ts';
import { endsOf, readEvents } from '../ops/read-events.ts';
import { addToTally, balancePartition, emptyTally } from './detection-ledger.ts';
import type { JournalTally, OutcomeCounts, PartitionLedger } from './detection-ledger.ts';
import { readIngestLedgers } from './ingest-ledger.ts';
import type { IngestLedger } from './ingest-ledger.ts';

/** The consumer group whose committed offsets are the published positions. */
const detectionGroup = 'weir-detection';

export type Ledgers = {
  readonly ingest: readonly IngestLedger[];
  readonly detection: readonly PartitionLedger[];
  readonly total: OutcomeCounts & { readonly records: number; readonly waiting: number };
  /** In plain words, whatever keeps the ledgers from balancing. */
  readonly faults: readonly string[];
  readonly balanced: boolean;
};

/**
 * Both ledgers. Detection's is taken from the journal alone and held against
 * the log and the published positions. A record that waits for its verdict
 * doesn't unbalance it; one without an account does.
 */
export async function readLedgers(ops: Ops, home: string): Promise<Ledgers> {
  // The ends first: what is decided while we read is then no fault.
  const until = await endsOf(ops, 'decisions');
  const positions = await ops.kafka.groupPositions(detectionGroup, streams.received.topic);
  const log = await ops.kafka.offsets(streams.received.topic);
  const tallies = await readJournal(ops, until);
  const detection = log.map(({ partition, earliest, end }) =>
    balancePartition({
      partition,
      earliest,
      end,
      tally: tallies.get(partition) ?? emptyTally,
      published: positions.find((one) => one.partition === partition)?.next,
    }),
  );
  const ingest = readIngestLedgers(home);
  const faults = [
    ...ingest.filter(({ balanced }) => !balanced).map(({ name }) => `ingest of ${name} doesn't add up`),
    ...detection.flatMap(({ partition, faults: found }) =>
      found.map((fault) => `partition ${partition}: ${fault}`),
    ),
  ];
  return { ingest, detection, total: totalOf(detection), faults, balanced: faults.length === 0 };
}

async function readJournal(ops: Ops, until: ReadonlyMap<number, number>): Promise<Map<number, JournalTally>> {
  const tallies = new Map<number, JournalTally>();
  await readEvents(ops, 'decisions', { from: 'earliest', until }, ({ record, opened }) => {
    const payload = opened.ok ? decodePayload(events.journal, opened.plaintext) : undefined;
    // One that can't be read leaves a gap, and the gap is told.
    if (payload?.ok !== true) return;
    const { partition } = record;
    tallies.set(partition, addToTally(tallies.get(partition) ?? emptyTally, payload.value));
  });
  return tallies;
}

const counted = ['records', 'cleared', 'held', 'rejected', 'duplicate', 'control', 'waiting'] as const;

const totalOf = (partitions: readonly PartitionLedger[]): Ledgers['total'] =>
  Object.fromEntries(
    counted.map((name) => [name, partitions.reduce((sum, partition) => sum + partition[name], 0)]),
  ) as Ledgers['total'];
