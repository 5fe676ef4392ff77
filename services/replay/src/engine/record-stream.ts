import type { KafkaClient, KafkaRecord } from '@weir/kafka';

/** Chunks that are read ahead while one is worked on. */
const chunksAhead = 2;

/** A range of a log may take hours to read, the more so at a low rate; the run's signal ends it sooner. */
const deadlineMs = 14 * 86_400_000;

export type StreamedRange = {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly until: number;
  /** Offsets that a chunk spans at most: it ends at a multiple of it, in every run. */
  readonly chunkOffsets: number;
  /** Ends the reading with its reason. */
  readonly signal: AbortSignal;
};

/** Records of consecutive offsets of one partition, up to before `next`; there may be none. */
export type Chunk = { readonly records: readonly KafkaRecord[]; readonly next: number };

export type RecordStream = {
  /** The next chunk; undefined behind the last. Throws what readRange throws. */
  readonly next: () => Promise<Chunk | undefined>;
  /** Ends the reading, wherever it is; say it always. */
  readonly close: () => Promise<void>;
};

/**
 * Reads a range as whoever asks takes it, committed records alone. Chunks end at fixed offsets, however the broker
 * cuts its answers. Reads so far ahead and no further.
 */
export function createRecordStream(
  { readRange }: Pick<KafkaClient, 'readRange'>,
  { topic, partition, from, until, chunkOffsets, signal }: StreamedRange,
): RecordStream {
  const endOfChunk = (offset: number): number =>
    Math.min(until, (Math.floor(offset / chunkOffsets) + 1) * chunkOffsets);
  const closing = new AbortController();
  const ending = AbortSignal.any([closing.signal, signal]);
  const ready: Chunk[] = [];
  let records: KafkaRecord[] = [];
  let chunkEnd = endOfChunk(from);
  let changed = Promise.withResolvers<void>();
  let end: 'reading' | 'read' | { readonly error: unknown } = 'reading';

  const tellChange = (): void => {
    changed.resolve();
    changed = Promise.withResolvers();
  };
  /** Ends chunks up to the one that an offset falls in. */
  const cutUpTo = (offset: number): void => {
    while (chunkEnd <= offset && chunkEnd < until) {
      ready.push({ records, next: chunkEnd });
      records = [];
      chunkEnd = endOfChunk(chunkEnd);
    }
  };
  const onRecord = (record: KafkaRecord): void | Promise<void> => {
    const before = ready.length;
    cutUpTo(record.offset);
    records.push(record);
    if (ready.length === before) return undefined;
    tellChange();
    return ready.length > chunksAhead ? room() : undefined;
  };
  const room = async (): Promise<void> => {
    while (ready.length > chunksAhead && !ending.aborted) await changed.promise;
  };

  const reading = readRange({
    topic,
    from: new Map([[partition, from]]),
    until: new Map([[partition, until]]),
    onRecord,
    readCommitted: true,
    deadlineMs,
    signal: ending,
  }).then(
    () => {
      cutUpTo(until);
      if (from < until) ready.push({ records, next: until });
      end = 'read';
      tellChange();
    },
    (error: unknown) => {
      end = { error };
      tellChange();
    },
  );

  const next: RecordStream['next'] = async () => {
    for (;;) {
      const chunk = ready.shift();
      if (chunk !== undefined) {
        tellChange();
        return chunk;
      }
      if (end === 'read') return undefined;
      if (end !== 'reading') throw end.error;
      await changed.promise;
    }
  };
  const close: RecordStream['close'] = async () => {
    closing.abort(new Error('the stream was closed'));
    tellChange();
    await reading;
  };
  return { next, close };
}
