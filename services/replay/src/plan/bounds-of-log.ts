import { streams, WeirError } from '@weir/contracts';
import type { ReadReplayRequest } from '@weir/replays';
import { lastJournal } from '../engine/journal-stream.ts';
import type { PlanParts } from './plan-parts.ts';

/** Where a partition of the log begins, and up to where there is a decision for each of its records. */
export type PartitionBounds = {
  readonly partition: number;
  readonly earliest: number;
  /** Before the end of the log where detection is not done with it, or its journal can't be read. */
  readonly decidedTo: number;
  readonly end: number;
};

export type LogBounds = {
  readonly logId: string;
  /** In force at the end of one of the journals. */
  readonly windowPlan: string;
  readonly partitions: readonly PartitionBounds[];
};

/**
 * The bounds of what is copied, which goes up to where the log, or another stream, ends by now. Only where the journal
 * is asked what became of its records does it end where the journal does.
 */
export async function boundsOfCopy(
  { kafka }: Pick<PlanParts, 'kafka'>,
  { stream, filter }: Pick<ReadReplayRequest, 'stream' | 'filter'>,
  log: LogBounds,
): Promise<LogBounds> {
  if (filter.outcomes !== undefined || filter.rules !== undefined) return log;
  const offsets = await kafka.offsets(streams[stream].topic);
  const partitions = offsets.map(({ partition, earliest, end }) => ({
    ...{ partition, earliest, end },
    decidedTo: end,
  }));
  return { ...log, partitions };
}

/** Partitions asked at the same time: each takes as long as to join a group. */
const askedAtOnce = 8;

/**
 * The bounds of the log; undefined where its journal has no record. Throws WeirError `log_other` where the journal is
 * that of more than one log.
 */
export async function readLogBounds(
  parts: Pick<PlanParts, 'kafka' | 'opener' | 'environment'>,
): Promise<LogBounds | undefined> {
  const offsets = await parts.kafka.offsets(streams.received.topic);
  const partitions: PartitionBounds[] = [];
  let named: Pick<LogBounds, 'logId' | 'windowPlan'> | undefined;
  for (let at = 0; at < offsets.length; at += askedAtOnce) {
    const some = offsets.slice(at, at + askedAtOnce);
    const journals = await Promise.all(some.map(({ partition }) => lastJournal(parts, partition)));
    some.forEach(({ partition, earliest, end }, index) => {
      const journal = journals[index];
      if (journal !== undefined) {
        named ??= { logId: journal.logId, windowPlan: journal.versions.windowPlan };
        if (journal.logId !== named.logId)
          throw new WeirError('log_other', `the journal of partition ${partition} is that of another log`);
      }
      partitions.push({ partition, earliest, end, decidedTo: Math.min(end, journal?.to ?? 0) });
    });
  }
  return named === undefined ? undefined : { ...named, partitions };
}
