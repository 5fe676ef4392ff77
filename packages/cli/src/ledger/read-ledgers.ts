import { setTimeout as sleep } from 'node:timers/promises';
import { decodePayload, events, streams } from '@weir/contracts';
import { runningStack } from '../local/stack-session.ts';
import type { Ops } from '../ops/connect-ops.ts';
import { readDeadlineMs, readEvents } from '../ops/read-events.ts';
import { addToTally, balancePartition, emptyTally } from './detection-ledger.ts';
import type { JournalTally, OutcomeCounts, PartitionLedger } from './detection-ledger.ts';
import { readDoorLedger } from './door-ledger.ts';
import { readIngestLedgers } from './ingest-ledger.ts';
import type { IngestLedger } from './ingest-ledger.ts';
import { readReleases } from './read-releases.ts';
import type { ReleaseCounts } from './read-releases.ts';

/** The consumer group whose committed offsets are the published positions. */
const detectionGroup = 'weir-detection';

export type Ledgers = {
  readonly ingest: readonly IngestLedger[];
  readonly detection: readonly PartitionLedger[];
  readonly total: OutcomeCounts & { readonly records: number; readonly waiting: number };
  /** Beside the balance: a release is a state change of a held transaction. */
  readonly releases: ReleaseCounts;
  /** In plain words, whatever keeps the ledgers from balancing. */
  readonly faults: readonly string[];
  readonly balanced: boolean;
};

/**
 * Both ledgers. Detection's is taken from the journal up to the published
 * positions, and held against the log. A record that waits for its verdict
 * doesn't unbalance it; one without an account does.
 */
export async function readLedgers(ops: Ops, home: string): Promise<Ledgers> {
  const [detection, releases] = await Promise.all([readDetection(ops), readReleases(ops)]);
  const door = await readDoorLedger(runningStack(home)?.addresses['INGEST_URL']);
  const ingest = [...readIngestLedgers(home), ...(door === undefined ? [] : [door])];
  const faults = [
    ...ingest
      .filter(({ balanced }) => !balanced)
      .map(
        ({ tenant, source, input }) =>
          `ingest of ${[source, input, tenant].filter(Boolean).join(', ')} doesn't add up`,
      ),
    ...detection.flatMap(({ partition, faults: found }) =>
      found.map((fault) => `partition ${partition}: ${fault}`),
    ),
  ];
  const total = totalOf(detection);
  return { ingest, detection, total, releases, faults, balanced: faults.length === 0 };
}

/** What a transaction has published shows in its topics within milliseconds of each other. */
const settleMs = 500;
const maxReadings = 3;

async function readDetection(ops: Ops): Promise<PartitionLedger[]> {
  const { topic } = streams.received;
  // P first, and the journal only up to it: what is decided while we read is then no fault.
  const positions = await ops.kafka.groupPositions(detectionGroup, topic);
  const published = new Map(
    positions.flatMap(({ partition, next }) => (next === undefined ? [] : [[partition, next]])),
  );
  const log = await ops.kafka.offsets(topic);
  let journal = await readJournal(ops, published);
  for (let reading = 1; reading < maxReadings && !reaches(journal, published); reading += 1) {
    await sleep(settleMs);
    journal = await readJournal(ops, published);
  }
  const recordsInLog = await countRecords(ops, journal, published);
  return log.map(({ partition, earliest, end }) => {
    const { tally, unreadable } = journal.get(partition) ?? emptyReading;
    return balancePartition({
      partition,
      earliest,
      end,
      tally,
      unreadable,
      published: published.get(partition),
      recordsInLog: recordsInLog.get(partition),
    });
  });
}

type Positions = ReadonlyMap<number, number>;
type JournalReading = { readonly tally: JournalTally; readonly unreadable: number };
type Journal = ReadonlyMap<number, JournalReading>;

const emptyReading: JournalReading = { tally: emptyTally, unreadable: 0 };

const reaches = (journal: Journal, published: Positions): boolean =>
  [...published].every(([partition, next]) => (journal.get(partition)?.tally.to ?? 0) >= next);

async function readJournal(ops: Ops, published: Positions): Promise<Journal> {
  const journal = new Map<number, JournalReading>();
  await readEvents(ops, 'decisions', { from: 'earliest' }, ({ record, opened }) => {
    const { partition } = record;
    const { tally, unreadable } = journal.get(partition) ?? emptyReading;
    const payload = opened.ok ? decodePayload(events.journal, opened.plaintext) : undefined;
    if (payload?.ok !== true || payload.value.partition !== partition) {
      journal.set(partition, { tally, unreadable: unreadable + 1 });
    } else if (payload.value.to <= (published.get(partition) ?? 0)) {
      journal.set(partition, { tally: addToTally(tally, payload.value), unreadable });
    }
  });
  return journal;
}

/**
 * How many records the log has between the journal's beginning and P, of those
 * partitions where the journal says that some offsets have none. Counting costs
 * a read of the log; ingest leaves no gaps, so it is rarely needed.
 */
async function countRecords(ops: Ops, journal: Journal, published: Positions): Promise<Positions> {
  const counts = new Map<number, number>();
  for (const [partition, { tally }] of journal) {
    const until = published.get(partition);
    if (tally.withoutRecord === 0 || tally.from === undefined || until === undefined) continue;
    let count = 0;
    await ops.kafka.readRange({
      topic: streams.received.topic,
      from: new Map([[partition, tally.from]]),
      until: new Map([[partition, until]]),
      readCommitted: true,
      deadlineMs: readDeadlineMs,
      onRecord: () => {
        count += 1;
      },
    });
    counts.set(partition, count);
  }
  return counts;
}

const counted = ['records', 'cleared', 'held', 'rejected', 'duplicate', 'control', 'waiting'] as const;

const totalOf = (partitions: readonly PartitionLedger[]): Ledgers['total'] =>
  Object.fromEntries(
    counted.map((name) => [name, partitions.reduce((sum, partition) => sum + partition[name], 0)]),
  ) as Ledgers['total'];
