import { waitFor } from '@weir/testkit';
import type { RunningConsumer } from '@weir/kafka';
import { commitPositions } from './bench-log.ts';
import type { BenchLog, Positions } from './bench-log.ts';
import type { OfferedLines } from './offered-lines.ts';

const groupId = 'bench-reader';
const seenDeadlineMs = 60_000;

/** A read_committed reader from outside: when it first saw what became of each transaction, in ms since the epoch. */
export type VerdictReader = {
  /** By the number of the transaction, from `first` on; NaN for one not seen yet. */
  readonly seenAtEpochMs: Float64Array;
  readonly allSeen: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** The number of a transaction by the time it happened, which stands in the headers of whatever is written of it. */
export function numberOf(headers: Readonly<Record<string, Buffer | undefined>>, lines: OfferedLines): number {
  return lines.numberAt(Date.parse(headers['ce_time']?.toString('latin1') ?? ''));
}

/** Reads topics from their present ends on, for `count` transactions from number `first` on. */
export async function startVerdictReader(
  log: BenchLog,
  options: {
    readonly topics: readonly string[];
    readonly lines: OfferedLines;
    readonly first: number;
    readonly count: number;
  },
): Promise<VerdictReader> {
  const { topics, lines, first, count } = options;
  for (const topic of topics) await commitPositions(log, groupId, await endsOfTopic(log, topic), topic);
  const seenAtEpochMs = new Float64Array(count).fill(Number.NaN);
  let missing = count;
  const crashed = Promise.withResolvers<never>();
  const consumer: RunningConsumer = await log.kafka.runConsumer({
    groupId,
    topics,
    readCommitted: true,
    partitionsConsumedConcurrently: 1,
    onCrash: crashed.reject,
    onBatch: async ({ records, endOffset }) => {
      const nowMs = performance.timeOrigin + performance.now();
      for (const { headers } of records) {
        const at = numberOf(headers, lines) - first;
        if (!Number.isNaN(seenAtEpochMs[at])) continue;
        seenAtEpochMs[at] = nowMs;
        missing -= 1;
      }
      return { kind: 'next', next: endOffset };
    },
  });
  return {
    seenAtEpochMs,
    allSeen: async () => {
      const what = `the verdicts of ${count} transactions`;
      await Promise.race([
        crashed.promise,
        waitFor(() => missing === 0, { deadlineMs: seenDeadlineMs, what }),
      ]);
    },
    stop: consumer.stop,
  };
}

async function endsOfTopic(log: BenchLog, topic: string): Promise<Positions> {
  return new Map((await log.kafka.offsets(topic)).map(({ partition, end }) => [partition, end]));
}
