import type { Decision } from '@weir/contracts';
import type { KafkaRecord } from '@weir/kafka';
import type { Topics } from './topics.ts';

/** Where a record of the log stands. */
export const placeOf = (partition: number, offset: number): string => `${partition}:${offset}`;

export type DecidedRecord = {
  readonly record: KafkaRecord;
  readonly decision: Decision;
  readonly featureNames: readonly string[];
};

/** What the journal says of each record of the log, by its place. A repeated decision shows in `repeated`. */
export const readDecisions = ({
  received,
  journal,
}: Pick<Topics, 'received' | 'journal'>): {
  readonly byPlace: ReadonlyMap<string, DecidedRecord>;
  readonly repeated: readonly string[];
  readonly unfounded: readonly string[];
} => {
  const records = new Map(received.map((record) => [placeOf(record.partition, record.offset), record]));
  const byPlace = new Map<string, DecidedRecord>();
  const repeated: string[] = [];
  const unfounded: string[] = [];
  for (const { payload } of journal) {
    for (const decision of payload.decisions) {
      const place = placeOf(payload.partition, decision.offset);
      const record = records.get(place);
      if (byPlace.has(place)) repeated.push(place);
      if (record === undefined) unfounded.push(place);
      else byPlace.set(place, { record, decision, featureNames: payload.featureNames });
    }
  }
  return { byPlace, repeated, unfounded };
};

/** Whether the record is the one its identity was decided by, so that the windows keep it. */
export const isRemembered = (decision: Decision): boolean =>
  decision.outcome === 'cleared' ||
  decision.outcome === 'held' ||
  (decision.outcome === 'rejected' && decision.code === 'processing_failed');
