import type { KafkaClient } from '@weir/kafka';
import type { Place } from '../place-id.ts';
import { decidedIn, type Found } from './decided-in.ts';
import { journalTopic, sealedRunOf, type OpenRun, type SealedRun } from './journal-records.ts';

/** A stretch of offsets that is short enough to be read whole. */
const shortStretch = 64;
/** Halving a thousand million offsets down to that takes 24. */
const maxProbes = 32;

type Stretch = { readonly from: number; readonly until: number };

/**
 * Finds a decision in the whole journal of a partition. Its records are in the
 * order of the offsets they decided, so halving finds the one: at most 32 short
 * reads, in all no longer than `deadlineMs`. Throws WeirError broker_unavailable.
 */
export async function searchJournal(
  options: {
    readonly kafka: Pick<KafkaClient, 'offsets' | 'readRange'>;
    readonly logId: string;
    readonly open: OpenRun;
    readonly deadlineMs: number;
  },
  { partition, offset }: Place,
): Promise<Found> {
  const endsAtMs = performance.now() + options.deadlineMs;
  const bounds = (await options.kafka.offsets(journalTopic)).find((one) => one.partition === partition);
  if (bounds === undefined) return 'unknown';

  async function runsIn({ from, until }: Stretch): Promise<readonly SealedRun[]> {
    const runs: SealedRun[] = [];
    await options.kafka.readRange({
      topic: journalTopic,
      from: new Map([[partition, from]]),
      until: new Map([[partition, until]]),
      onRecord: (record) => {
        const run = sealedRunOf(record, options.logId);
        if (run !== undefined) runs.push(run);
      },
      readCommitted: true,
      deadlineMs: Math.max(1, endsAtMs - performance.now()),
    });
    return runs;
  }

  /** Markers and aborted runs take offsets too, so a stretch without records is looked past. */
  async function firstRunIn({ from, until }: Stretch): Promise<SealedRun | undefined> {
    for (let length = shortStretch; ; length *= 16) {
      const [first] = await runsIn({ from, until: Math.min(until, from + length) });
      if (first !== undefined || from + length >= until) return first;
    }
  }

  let low = bounds.earliest;
  let high = bounds.end;
  for (let probe = 0; probe < maxProbes && high - low > shortStretch; probe += 1) {
    const middle = low + Math.floor((high - low) / 2);
    const first = await firstRunIn({ from: middle, until: high });
    if (first === undefined || first.from > offset) high = middle;
    else low = first.record.offset;
  }
  return lastBefore(await runsIn({ from: low, until: high }), offset, options.open);
}

/** One that begins behind `offset` even at the journal's beginning means that retention has taken the answer. */
async function lastBefore(runs: readonly SealedRun[], offset: number, open: OpenRun): Promise<Found> {
  for (const run of runs.toReversed()) {
    if (run.from > offset) continue;
    const opened = await open(run);
    if (opened !== undefined) return decidedIn(opened, offset);
  }
  return 'unknown';
}
