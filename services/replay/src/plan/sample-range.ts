import { streams } from '@weir/contracts';
import { openEvents, readKekRef } from '@weir/envelope';
import type { KafkaRecord, PartitionPositions } from '@weir/kafka';
import type { ReplayEstimate, ReplayPlan, Stretch } from '@weir/replays';
import { isLostKey } from '../engine/open-log.ts';
import type { PlanParts } from './plan-parts.ts';

/** Offsets looked at in each of these places of a stretch: markers of transactions are among them. */
const sampledOffsets = 64;
const places = [0, 0.5, 1] as const;

/** Partitions sampled: their records are spread by account, so that any few are like all. */
const sampledPartitions = 8;

const deadlineMs = 30_000;

/** A few records of the range: how large they are, and under which keys. */
export type RangeSample = {
  readonly records: readonly KafkaRecord[];
  /** Of key and value, for each offset looked at. */
  readonly bytesPerOffset: number;
};

export async function sampleRange(
  { kafka }: Pick<PlanParts, 'kafka'>,
  { stream, stretches }: Pick<ReplayPlan, 'stream' | 'stretches'>,
): Promise<RangeSample> {
  const records: KafkaRecord[] = [];
  const sampled = stretches.slice(0, sampledPartitions);
  let [bytes, offsets] = [0, 0];
  for (const place of places) {
    const from = new Map<number, number>();
    const until = new Map<number, number>();
    for (const { partition, from: begin, to } of sampled) {
      const start = Math.max(begin, Math.floor(begin + place * (to - begin - sampledOffsets)));
      from.set(partition, start);
      until.set(partition, Math.min(to, start + sampledOffsets));
      offsets += Math.min(to, start + sampledOffsets) - start;
    }
    await read(kafka, stream, from, until, (record) => {
      records.push(record);
      bytes += (record.key?.byteLength ?? 0) + (record.value?.byteLength ?? 0);
    });
  }
  return { records, bytesPerOffset: offsets === 0 ? 0 : bytes / offsets };
}

const read = (
  kafka: PlanParts['kafka'],
  stream: ReplayPlan['stream'],
  from: PartitionPositions,
  until: PartitionPositions,
  onRecord: (record: KafkaRecord) => void,
): Promise<void> =>
  kafka.readRange({ topic: streams[stream].topic, from, until, onRecord, readCommitted: true, deadlineMs });

/** When the first record of the log at these offsets, or behind them, was written, by partition. */
export async function timesAt(
  { kafka }: Pick<PlanParts, 'kafka'>,
  positions: ReadonlyMap<number, { readonly from: number; readonly to: number }>,
): Promise<ReadonlyMap<number, number>> {
  const times = new Map<number, number>();
  const from = new Map([...positions].map(([partition, one]) => [partition, one.from]));
  const until = new Map(
    [...positions].map(([partition, one]) => [partition, Math.min(one.to, one.from + sampledOffsets)]),
  );
  await read(kafka, 'received', from, until, ({ partition, timestampMs }) => {
    if (!times.has(partition)) times.set(partition, timestampMs);
  });
  return times;
}

/** How long it took from the first to the last record of the stretches, by the log's time, in ms. */
export async function spanOf(
  { kafka }: Pick<PlanParts, 'kafka'>,
  { stream, stretches }: Pick<ReplayPlan, 'stream' | 'stretches'>,
): Promise<number> {
  let [firstMs, lastMs] = [Infinity, -Infinity];
  const positions = (of: (stretch: Stretch) => number): PartitionPositions =>
    new Map(stretches.map((stretch) => [stretch.partition, of(stretch)]));
  const ends: readonly (readonly [PartitionPositions, PartitionPositions])[] = [
    [positions(({ from }) => from), positions(({ from, to }) => Math.min(to, from + sampledOffsets))],
    [positions(({ from, to }) => Math.max(from, to - sampledOffsets)), positions(({ to }) => to)],
  ];
  for (const [from, until] of ends)
    await read(kafka, stream, from, until, ({ timestampMs }) => {
      firstMs = Math.min(firstMs, timestampMs);
      lastMs = Math.max(lastMs, timestampMs);
    });
  return Math.max(0, lastMs - firstMs);
}

type NeededKey = ReplayEstimate['keys'][number];

/** More keys than a log ever has: each is one that somebody rotated to. */
const mostKeys = 64;

/** The keys that sampled records are sealed under, and whether they can be opened by them. */
export async function tryKeys(
  { opener, environment }: Pick<PlanParts, 'opener' | 'environment'>,
  stream: ReplayPlan['stream'],
  records: readonly KafkaRecord[],
): Promise<NeededKey[]> {
  const samples = new Map<string, KafkaRecord>();
  for (const record of records) {
    const keyRef = record.value === null ? undefined : readKekRef(record.value);
    if (keyRef !== undefined && !samples.has(keyRef)) samples.set(keyRef, record);
  }
  const keys: NeededKey[] = [];
  for (const [keyRef, record] of [...samples].slice(0, mostKeys)) {
    const problem = await problemOf({ opener, environment }, stream, record);
    keys.push({ keyRef, usable: problem === undefined, ...(problem === undefined ? {} : { problem }) });
  }
  return keys;
}

/** Throws WeirError where nobody can say just now. */
async function problemOf(
  opening: Pick<PlanParts, 'opener' | 'environment'>,
  stream: ReplayPlan['stream'],
  record: KafkaRecord,
): Promise<string | undefined> {
  // What was asked a while ago may have been switched off since.
  opening.opener.forget();
  try {
    const [opened] = await openEvents({ ...opening, stream }, [record]);
    return opened?.ok === false && opened.rejection.code === 'key_not_allowed'
      ? 'key_not_allowed'
      : undefined;
  } catch (error) {
    if (isLostKey(error)) return (error as { readonly code: string }).code;
    throw error;
  }
}
