import { streams, type RejectionCode } from '@weir/contracts';
import type { KafkaRecord, PartitionOffsets } from '@weir/kafka';
import type { Ops } from '../ops/connect-ops.ts';
import { readDeadlineMs } from '../ops/read-events.ts';
import { readLatest, type ReadStretch } from '../ops/read-latest.ts';
import {
  letterOf,
  openStanding,
  type DeadLetter,
  type LetterPlace,
  type OpenedLetter,
  type Standing,
  type UnreadableCode,
} from './dead-letter.ts';
import { isAskedFor, isWithin, type LetterFilter } from './letter-filter.ts';

/** What reading dead letters works with. */
export type LetterOps = Pick<Ops, 'opener' | 'environment'> & {
  readonly kafka: Pick<Ops['kafka'], 'offsets' | 'offsetsAtTime' | 'readRange'>;
};

export type ReadOptions = {
  readonly filter: LetterFilter;
  readonly signal: AbortSignal;
  readonly onProgress: (read: number) => void;
};

const { topic } = streams.rejected;
const sayEveryRecords = 10_000;

/** Writers stamp dead letters by clocks of their own: within one partition they may stand so far out of order. */
const outOfOrderMs = 60_000;

/** Of each partition at a time, so that a long count is no single read with a deadline. */
const countedStretchOffsets = 100_000;

/** The newest dead letters that are asked for, newest first. Reads backwards, and only as far as it has to. */
export async function readNewestLetters(
  ops: LetterOps,
  { count, ...options }: ReadOptions & { readonly count: number },
): Promise<readonly DeadLetter[]> {
  const { filter } = options;
  const progress = createProgress(options);
  const letters = await readLatest<DeadLetter>({
    count,
    offsets: await offsetsWithin(ops, filter),
    read: (stretch, onRecord) =>
      readStretch(ops, stretch, options.signal, async (record) => {
        progress();
        const letter = await letterAskedFor(ops, record, filter);
        onRecord(record, letter);
      }),
  });
  return letters.toReversed();
}

/** So many dead letters of one code; one that was refused for several counts for each. */
export type CodeCount = {
  readonly code: RejectionCode | UnreadableCode;
  /** Whether this is why the dead letter itself can't be read, and not what it says. */
  readonly isUnreadable: boolean;
  readonly records: number;
  readonly firstMs: number;
  readonly lastMs: number;
};

/** Counts all dead letters that are asked for by their codes, the most frequent first. */
export async function countLetters(ops: LetterOps, options: ReadOptions): Promise<readonly CodeCount[]> {
  const { filter } = options;
  const progress = createProgress(options);
  const counts = new Map<string, CodeCount>();
  const count = (code: CodeCount['code'], isUnreadable: boolean, timeMs: number): void => {
    const known = counts.get(`${isUnreadable} ${code}`);
    counts.set(`${isUnreadable} ${code}`, {
      ...{ code, isUnreadable },
      records: (known?.records ?? 0) + 1,
      firstMs: Math.min(known?.firstMs ?? timeMs, timeMs),
      lastMs: Math.max(known?.lastMs ?? timeMs, timeMs),
    });
  };
  for (const stretch of stretchesOf(await offsetsWithin(ops, filter))) {
    await readStretch(ops, stretch, options.signal, async (record) => {
      progress();
      const letter = await letterAskedFor(ops, record, filter);
      if (letter === undefined) return;
      if (letter.unreadable !== null) count(letter.unreadable, true, record.timestampMs);
      for (const code of new Set(letter.rejections.map((one) => one.code))) {
        if (filter.codes?.has(code) ?? true) count(code, false, record.timestampMs);
      }
    });
  }
  return [...counts.values()].toSorted((a, b) => b.records - a.records || b.lastMs - a.lastMs);
}

/** Opens all that stands on the topic from a time on, each partition in its order. */
export async function readStandings(
  ops: LetterOps,
  { fromMs, ...options }: Omit<ReadOptions, 'filter'> & { readonly fromMs: number | undefined },
  onStanding: (record: KafkaRecord, standing: Standing) => void,
): Promise<void> {
  const progress = createProgress(options);
  // What is said of a letter stands behind it, by whatever clock.
  const since = fromMs === undefined ? {} : { fromMs: fromMs - outOfOrderMs };
  for (const stretch of stretchesOf(await offsetsWithin(ops, since))) {
    await readStretch(ops, stretch, options.signal, async (record) => {
      progress();
      onStanding(record, await openStanding(ops, record));
    });
  }
}

/** The dead letter at a place, opened though not its original; undefined where none stands there (any more). */
export async function readLetterAt(
  ops: LetterOps,
  { partition, offset }: LetterPlace,
  signal: AbortSignal,
): Promise<{ readonly record: KafkaRecord; readonly opened: OpenedLetter } | undefined> {
  const whole = (await ops.kafka.offsets(topic)).find((one) => one.partition === partition);
  if (whole === undefined || offset < whole.earliest || offset >= whole.end) return undefined;
  let found: { readonly record: KafkaRecord; readonly opened: OpenedLetter } | undefined;
  const stretch = { from: new Map([[partition, offset]]), until: new Map([[partition, offset + 1]]) };
  await readStretch(ops, stretch, signal, async (record) => {
    const standing = await openStanding(ops, record);
    if (standing.kind === 'letter') found = { record, opened: standing.opened };
  });
  return found;
}

async function letterAskedFor(
  ops: LetterOps,
  record: KafkaRecord,
  filter: LetterFilter,
): Promise<DeadLetter | undefined> {
  // Opening is the most of the work, and nothing inside says when it was taken in.
  if (!isWithin(record.timestampMs, filter)) return undefined;
  const standing = await openStanding(ops, record);
  if (standing.kind === 'redrive') return undefined;
  const letter = letterOf(record, standing.opened);
  return isAskedFor(letter, filter) ? letter : undefined;
}

export const readStretch = (
  { kafka }: LetterOps,
  stretch: ReadStretch,
  signal: AbortSignal,
  onRecord: (record: KafkaRecord) => Promise<void>,
): Promise<void> =>
  kafka.readRange({ topic, ...stretch, readCommitted: true, deadlineMs: readDeadlineMs, signal, onRecord });

/** The offsets between which dead letters of the time asked for stand; the broker finds them by its index. */
async function offsetsWithin(
  { kafka }: LetterOps,
  { fromMs, toMs }: LetterFilter,
): Promise<readonly PartitionOffsets[]> {
  const offsets = await kafka.offsets(topic);
  const from = fromMs === undefined ? undefined : await kafka.offsetsAtTime(topic, fromMs);
  const to = toMs === undefined ? undefined : await kafka.offsetsAtTime(topic, toMs + outOfOrderMs);
  return offsets.map(({ partition, earliest, end }) => ({
    partition,
    earliest: Math.max(earliest, from?.get(partition) ?? earliest),
    end: Math.min(end, to?.get(partition) ?? end),
  }));
}

/** The offsets cut into stretches, of all partitions at the same time, the oldest first. */
export function* stretchesOf(offsets: readonly PartitionOffsets[]): Generator<ReadStretch> {
  const longest = Math.max(0, ...offsets.map(({ earliest, end }) => end - earliest));
  for (let done = 0; done < longest; done += countedStretchOffsets) {
    const left = offsets.filter(({ earliest, end }) => earliest + done < end);
    yield {
      from: new Map(left.map(({ partition, earliest }) => [partition, earliest + done])),
      until: new Map(
        left.map(({ partition, earliest, end }) => [
          partition,
          Math.min(end, earliest + done + countedStretchOffsets),
        ]),
      ),
    };
  }
}

function createProgress({ onProgress }: Pick<ReadOptions, 'onProgress'>): () => void {
  let read = 0;
  return () => {
    read += 1;
    if (read % sayEveryRecords === 0) onProgress(read);
  };
}
