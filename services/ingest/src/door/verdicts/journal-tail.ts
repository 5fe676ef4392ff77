import type { KafkaRecord } from '@weir/kafka';
import type { Place } from '../place-id.ts';
import { sealedRunOf, type OpenRun, type SealedRun } from './journal-records.ts';
import { decidedIn, type Found } from './decided-in.ts';

/** The latest journal records of every partition. */
export type JournalTail = {
  readonly add: (record: KafkaRecord) => void;
  /** 'older' where the answer stands further back than this reaches. */
  readonly find: (place: Place) => Promise<Found | 'older'>;
};

type Lane = { runs: SealedRun[]; bytes: number; hasEarlier: boolean };

/**
 * Keeps journal records up to `maxBytes`, shared evenly by the partitions; the
 * oldest make room. `hasEarlier` says whether the journal of a partition goes back
 * further than the first record that will be added.
 */
export function createJournalTail(options: {
  readonly logId: string;
  readonly partitionCount: number;
  readonly maxBytes: number;
  readonly hasEarlier: (partition: number) => boolean;
  readonly open: OpenRun;
}): JournalTail {
  const lanes = new Map<number, Lane>();
  const laneBytes = Math.floor(options.maxBytes / options.partitionCount);

  function laneOf(partition: number): Lane {
    const lane = lanes.get(partition) ?? { runs: [], bytes: 0, hasEarlier: options.hasEarlier(partition) };
    lanes.set(partition, lane);
    return lane;
  }

  return {
    add(record) {
      const run = sealedRunOf(record, options.logId);
      if (run === undefined) return;
      const lane = laneOf(record.partition);
      lane.runs.push(run);
      lane.bytes += bytesOf(run);
      let dropped = 0;
      for (; lane.bytes > laneBytes && dropped < lane.runs.length - 1; dropped += 1) {
        lane.bytes -= bytesOf(lane.runs[dropped] as SealedRun);
      }
      if (dropped === 0) return;
      lane.runs = lane.runs.slice(dropped);
      lane.hasEarlier = true;
    },
    async find(place) {
      const lane = laneOf(place.partition);
      // From the newest: what is asked for has mostly just been offered.
      for (const run of lane.runs.toReversed()) {
        if (run.from > place.offset) continue;
        const opened = await options.open(run);
        // One that doesn't open was written by a stranger, and stands in nobody's way.
        if (opened !== undefined) return decidedIn(opened, place.offset);
      }
      return lane.hasEarlier ? 'older' : 'pending';
    },
  };
}

/** Header and bookkeeping of a record weigh about as much as this beside its value. */
const overheadBytes = 1_000;

const bytesOf = ({ record }: SealedRun): number => (record.value?.length ?? 0) + overheadBytes;
