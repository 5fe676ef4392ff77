import { decodePayload, events, parseInstant, streams, WeirError } from '@weir/contracts';
import type { KafkaRecord } from '@weir/kafka';
import type { Unreadable } from './learned-boundary.ts';
import type { LearnerParts } from './learner-parts.ts';
import type { PlacedReport } from './outcome-reports.ts';
import { readOpened } from './read-opened.ts';

export const outcomesTopic = streams.outcomes.topic;

const openAtATime = 500;

export type ReadOutcomes = {
  readonly reports: readonly PlacedReport[];
  readonly unreadable: readonly Unreadable[];
  /** The next offset to read of each partition. */
  readonly next: ReadonlyMap<number, number>;
};

/**
 * Reads what was reported from these offsets on, up to the ends of now. An outcome
 * that can't be read, or whose date no calendar has, is told of and is none.
 * Throws WeirError `log_truncated` where the topic ends before what was read of it.
 */
export async function readOutcomes(
  parts: Pick<LearnerParts, 'kafka' | 'opening' | 'signal'>,
  next: ReadonlyMap<number, number>,
): Promise<ReadOutcomes> {
  const offsets = await parts.kafka.offsets(outcomesTopic);
  for (const { partition, end } of offsets) {
    const read = next.get(partition) ?? 0;
    if (read <= end) continue;
    throw new WeirError('log_truncated', `${outcomesTopic}-${partition} ends at ${end}, was read to ${read}`);
  }
  const from = new Map(
    offsets.map(({ partition, earliest }) => [partition, Math.max(earliest, next.get(partition) ?? 0)]),
  );
  const until = new Map(offsets.map(({ partition, end }) => [partition, end]));
  const reports: PlacedReport[] = [];
  const unreadable: Unreadable[] = [];
  if (offsets.every(({ partition, end }) => (from.get(partition) ?? 0) >= end)) {
    return { reports, unreadable, next: until };
  }
  await readOpened(parts, {
    stream: 'outcomes',
    from,
    until,
    openAtATime,
    onOpened: (one, record) => {
      const report =
        one.ok && one.attributes.type === events.outcome.type ? reportOf(record, one.plaintext) : undefined;
      if (report !== undefined) reports.push(report);
      else unreadable.push({ record, code: one.ok ? 'contract_violation' : one.rejection.code });
    },
  });
  return { reports, unreadable, next: until };
}

function reportOf({ partition, offset }: KafkaRecord, plaintext: Uint8Array): PlacedReport | undefined {
  const payload = decodePayload(events.outcome, plaintext);
  if (!payload.ok) return undefined;
  const { transaction, outcome, reportedAt } = payload.value;
  const time = parseInstant(reportedAt);
  if (!time.ok) return undefined;
  return { partition, offset, transaction, isFraud: outcome === 'fraud', reportedAtMs: time.epochMs };
}
