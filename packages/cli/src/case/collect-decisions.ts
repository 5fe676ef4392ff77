import { streams } from '@weir/contracts';
import type { FoundDecision, Place } from '../explain/find-decision.ts';
import type { Ops } from '../ops/connect-ops.ts';
import { narrowDown } from '../ops/find-in-order.ts';
import { readEvents } from '../ops/read-events.ts';
import { journalRecordOf } from '../report/read-rules-report.ts';
import { placeName, stretchOf } from './places.ts';

/** What became of each record by the journal, by its place; without those that the journal says nothing of. */
export async function collectDecisions(
  ops: Ops,
  places: readonly Place[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, FoundDecision>> {
  const wanted = new Set(places.map(placeName));
  const { from, until } = stretchOf(places);
  const found = new Map<string, FoundDecision>();
  if (places.length === 0) return found;
  for (const { partition, earliest, end } of await ops.kafka.offsets(streams.decisions.topic)) {
    const [first, last] = [from.get(partition), until.get(partition)];
    if (first === undefined || last === undefined) continue;
    const whole = { partition, from: earliest, until: end };
    const begins = await narrowDown(ops, 'decisions', whole, (event) => {
      const journal = journalRecordOf(event);
      return journal !== undefined && journal.to <= first;
    });
    const ends = await narrowDown(ops, 'decisions', { ...whole, from: begins.from }, (event) => {
      const journal = journalRecordOf(event);
      return journal !== undefined && journal.from < last;
    });
    const range = { from: new Map([[partition, begins.from]]), until: new Map([[partition, ends.until]]) };
    await readEvents(ops, 'decisions', range, (event) => {
      signal.throwIfAborted();
      const journal = journalRecordOf(event);
      for (const decision of journal?.decisions ?? []) {
        const name = placeName({ partition, offset: decision.offset });
        if (journal !== undefined && wanted.has(name)) found.set(name, { journal, decision });
      }
    });
  }
  return found;
}
