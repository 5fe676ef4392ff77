import type { LearnerParts } from './learner-parts.ts';
import { journalTopic, readJournal } from './read-journal.ts';

/** Some thirty records of the journal, each with what one Kafka transaction of detection decided. */
const lookBackOffsets = 64;

export type EventTime = {
  /** Looks at what is new at the ends of the journal, and answers how far event time has come. */
  look(): Promise<number | undefined>;
};

/**
 * How far event time has come: the greatest one that any partition has decided, so
 * that an idle partition holds nobody up. A transaction that was held for a date in
 * its source's future says nothing about it. Only the ends are looked at, since time
 * that has come stays.
 */
export function createEventTime(parts: Pick<LearnerParts, 'kafka' | 'opening' | 'signal'>): EventTime {
  const looked = new Map<number, number>();
  let reachedMs: number | undefined;
  return {
    look: async () => {
      const offsets = await parts.kafka.offsets(journalTopic);
      const ranges = offsets.map(({ partition, earliest, end }) => {
        const from = Math.max(earliest, end - lookBackOffsets, looked.get(partition) ?? 0);
        return [partition, { from, until: end }] as const;
      });
      const grown = new Map(ranges.filter(([, { from, until }]) => from < until));
      if (grown.size > 0) {
        await readJournal(parts, grown, {
          // Told of when it is its turn to be learned from.
          onUnreadable: () => undefined,
          onEntry: ({ decided }) => {
            for (const { eventTimeMs, isTimeBelieved } of decided)
              if (isTimeBelieved) reachedMs = Math.max(reachedMs ?? -Infinity, eventTimeMs);
          },
        });
      }
      for (const [partition, { until }] of ranges) looked.set(partition, until);
      return reachedMs;
    },
  };
}
