import { createHash } from 'node:crypto';
import type { AlertStore, OutboxRecord } from '@weir/alert-store';
import { streams, WeirError } from '@weir/contracts';
import type { PartitionOutput, PartitionTransactions } from '@weir/kafka';

/** What the relay needs of the store. */
export type Outbox = Pick<AlertStore, 'outboxFrom' | 'outboxStart' | 'trimOutbox'>;

export type RelayLimits = {
  /** The most records of one Kafka transaction. */
  readonly mostRecords: number;
  /** The most bytes of their values, but for one record that is larger alone. */
  readonly mostBytes: number;
};

export type OutboxRelayOptions = {
  readonly outbox: Outbox;
  /** Transactions under the one transactional id of this environment's outbox. */
  readonly openTransactions: () => PartitionTransactions;
  readonly limits?: RelayLimits;
  readonly onPublished?: (records: readonly OutboxRecord[]) => void;
};

export type OutboxRelay = {
  /** Whether this process is the one that publishes, as far as it knows. */
  owns(): boolean;
  /**
   * Publishes the next records of the outbox in one Kafka transaction, and answers how many; 0 where there
   * are none. Takes the outbox over first where it isn't this process's. After any error it has let go of it.
   *
   * Throws WeirError: partition_fenced where another process has taken over, store_other where store and
   * topics don't belong together, and what the store and Kafka throw.
   */
  publishNext(): Promise<number>;
  close(): Promise<void>;
};

const relayLimits: RelayLimits = { mostRecords: 2_000, mostBytes: 4 * 1_048_576 };

/** The group's committed "offset" on this partition is the number of the next outbox record to publish. */
export const positionOf = { topic: streams.alerts.topic, partition: 0 } as const;

/** `last` is the digest of the record before `next`, as it stands in Kafka beside the number. */
type Owned = { readonly transactions: PartitionTransactions; next: number; last: string };
type NumberedRecord = Awaited<ReturnType<Outbox['outboxFrom']>>[number];

/**
 * Takes the records of the outbox to their topics, each exactly once and in the order of their numbers.
 * How far it has come stands in Kafka, in the same transaction as the records, and not in the store: so
 * there is no instant at which a crash could repeat one or lose one. The store is trimmed behind it.
 */
export function createOutboxRelay(options: OutboxRelayOptions): OutboxRelay {
  const { outbox, limits = relayLimits } = options;
  let owned: Owned | undefined;

  async function takeOver(): Promise<Owned> {
    const transactions = options.openTransactions();
    try {
      await transactions.fence();
      const committed = await transactions.committed(positionOf.topic, positionOf.partition);
      const next = committed?.next ?? (await outbox.outboxStart());
      const mine = { transactions, next, last: committed?.metadata ?? '' };
      // Trims what had been published when a process ended before it could.
      if (await goesOnFrom(outbox, mine)) await outbox.trimOutbox(next);
      else throw await whyMissing(mine);
      return mine;
    } catch (error) {
      await transactions.discard();
      throw error;
    }
  }

  async function publishFrom(mine: Owned): Promise<number> {
    // What was published is trimmed: a store that begins elsewhere was taken over by a rival, or brought back.
    if ((await outbox.outboxStart()) !== mine.next) throw await whyMissing(mine);
    const records = await readNext(outbox, mine.next, limits);
    const [first, last = first] = [records[0], records.at(-1)];
    if (first === undefined || last === undefined) return 0;
    if (first.number !== mine.next) throw await whyMissing(mine);
    const next = first.number + records.length;
    const metadata = digestOf(last);
    await mine.transactions.publish({
      outputs: outputsOf(records),
      source: { ...positionOf, next, metadata },
    });
    Object.assign(mine, { next, last: metadata });
    options.onPublished?.(records);
    await outbox.trimOutbox(next);
    return records.length;
  }

  async function letGo(): Promise<void> {
    const mine = owned;
    owned = undefined;
    await mine?.transactions.discard();
  }

  return {
    owns: () => owned !== undefined,
    async publishNext() {
      try {
        owned ??= await takeOver();
        return await publishFrom(owned);
      } catch (error) {
        await letGo();
        throw error;
      }
    },
    close: letGo,
  };
}

/** By which a published record is known again: what is sealed is never the same twice. */
const digestOf = ({ value }: OutboxRecord): string => createHash('sha256').update(value).digest('hex');

/**
 * Whether the store has given all numbers before this one. One that has not is older than what stands
 * on the topics, and would give the numbers of published records to others, which nobody would ever publish.
 */
export async function hasGiven(outbox: Pick<Outbox, 'outboxStart' | 'outboxFrom'>, next: number) {
  return (await findBefore(outbox, next)) !== undefined;
}

/**
 * Whether the store goes on where the topics end. One that was brought back may have given the published
 * numbers anew by now, so the last of its records has to be the published one too.
 */
async function goesOnFrom(outbox: Outbox, { next, last }: Pick<Owned, 'next' | 'last'>): Promise<boolean> {
  const before = await findBefore(outbox, next);
  if (before === 'trimmed') return (await outbox.outboxStart()) === next;
  return before !== undefined && (last === '' || digestOf(before) === last);
}

async function findBefore(
  outbox: Pick<Outbox, 'outboxStart' | 'outboxFrom'>,
  next: number,
): Promise<NumberedRecord | 'trimmed' | undefined> {
  // Whoever published before may still be trimming, and so the start is read again where the record is gone.
  for (const _ of ['seen', 'trimmed meanwhile']) {
    if ((await outbox.outboxStart()) >= next) return 'trimmed';
    const [before] = await outbox.outboxFrom(next - 1, 1);
    if (before?.number === next - 1) return before;
  }
  return undefined;
}

async function readNext(
  outbox: Outbox,
  next: number,
  limits: RelayLimits,
): Promise<readonly NumberedRecord[]> {
  const records: NumberedRecord[] = [];
  let bytes = 0;
  while (records.length < limits.mostRecords) {
    const want = limits.mostRecords - records.length;
    const page = await outbox.outboxFrom(next + records.length, want);
    for (const record of page) {
      const expected = (records[0]?.number ?? record.number) + records.length;
      bytes += record.value.length;
      const isFull = records.length > 0 && bytes > limits.mostBytes;
      if (isFull || record.number !== expected) return records;
      records.push(record);
    }
    if (page.length < want) break;
  }
  return records;
}

/** Records of one partition stay in the order of their numbers. */
const outputsOf = (records: readonly NumberedRecord[]): readonly PartitionOutput[] =>
  [...Map.groupBy(records, ({ topic, partition }) => `${topic} ${partition}`).values()].map((ofPartition) => {
    const [{ topic, partition }] = ofPartition as [NumberedRecord];
    return {
      topic,
      partition,
      records: ofPartition.map(({ key, value, headers }) => ({ key, value: Buffer.from(value), headers })),
    };
  });

/**
 * The error for a record that should be in the outbox and isn't. Either another process has taken over, and
 * published and trimmed it: then a transaction of this one fails. Or store and topics don't belong together.
 */
async function whyMissing({ transactions, next, last }: Owned): Promise<WeirError> {
  await transactions.publish({ outputs: [], source: { ...positionOf, next, metadata: last } });
  return otherStore(next);
}

export const otherStore = (next: number): WeirError =>
  new WeirError(
    'store_other',
    `the topics have the outbox up to record ${next}, and the store doesn't go on from there: it is older than they are, or another's`,
  );
