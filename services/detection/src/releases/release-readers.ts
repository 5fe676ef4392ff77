import { streams, WeirError } from '@weir/contracts';
import type { KafkaClient, KafkaRecord } from '@weir/kafka';
import type { ReleaseParts } from './release-parts.ts';

/** A reader has to join a group of its own, a few tenths of a second; so far apart, records are read by one. */
const mostOffsetsBetween = 1_000;
const readDeadlineMs = 30_000;
/** What was released before is read as a whole when a partition is taken over. */
const rememberDeadlineMs = 120_000;

/** What a step of releases asks the broker about its topic and the held one. */
export const releaseReadersOf = (
  kafka: Pick<KafkaClient, 'offsets' | 'readRange'>,
): Pick<ReleaseParts, 'readReleases' | 'readHeld'> => ({
  readReleases: (partition, until, onRecord) =>
    kafka.readRange({
      topic: streams.releases.topic,
      from: 'earliest',
      until: new Map([[partition, until]]),
      onRecord,
      readCommitted: true,
      deadlineMs: rememberDeadlineMs,
    }),
  readHeld: async (partition, offsets) => {
    const { topic } = streams.held;
    const range = (await kafka.offsets(topic)).find((one) => one.partition === partition);
    if (range === undefined)
      throw new WeirError('topic_mismatch', `topic ${topic} has no partition ${partition}`);
    // A record beyond the end would be waited for, and one that was never held stays beyond it.
    const there = offsets.filter((offset) => offset >= range.earliest && offset < range.end);
    const found = new Map<number, KafkaRecord>();
    for (const span of spansOf(there)) {
      const wanted = new Set(span);
      await readUnlessGone(() =>
        kafka.readRange({
          topic,
          from: new Map([[partition, Math.min(...span)]]),
          until: new Map([[partition, Math.max(...span) + 1]]),
          onRecord: (record) => void (wanted.has(record.offset) && found.set(record.offset, record)),
          readCommitted: true,
          deadlineMs: readDeadlineMs,
        }),
      );
    }
    return found;
  },
});

/** Offsets that stand near each other, together. */
function spansOf(offsets: readonly number[]): readonly (readonly number[])[] {
  const spans: number[][] = [];
  for (const offset of offsets.toSorted((a, b) => a - b)) {
    const span = spans.at(-1);
    if (span === undefined || offset - (span.at(-1) ?? 0) > mostOffsetsBetween) spans.push([offset]);
    else span.push(offset);
  }
  return spans;
}

/** The topic's retention may take records at any moment; where they were, nothing can be released any more. */
async function readUnlessGone(read: () => Promise<void>): Promise<void> {
  try {
    await read();
  } catch (error) {
    if (!(error instanceof WeirError) || error.code !== 'log_truncated') throw error;
  }
}
