import type { ManifestPlace } from '@weir/replays';
import type { Place } from '../explain/find-decision.ts';
import type { ReadStretch } from '../ops/read-latest.ts';

/** A place as the name of something. */
export const placeName = ({ partition, offset }: Place): string => `${String(partition)}/${String(offset)}`;

/** From the first place of each partition up to behind its last. */
export function stretchOf(places: readonly Place[]): ReadStretch {
  const [from, until] = [new Map<number, number>(), new Map<number, number>()];
  for (const { partition, offset } of places) {
    from.set(partition, Math.min(from.get(partition) ?? Infinity, offset));
    until.set(partition, Math.max(until.get(partition) ?? 0, offset + 1));
  }
  return { from, until };
}

/** The clock of who writes an event may be so far behind that of who wrote what it is about. */
const clocksDifferByMs = 60_000;

/** When the log had the first of them, but for clocks that differ. */
export const earliestMs = (places: readonly ManifestPlace[]): number =>
  places.reduce((first, { timestampMs }) => Math.min(first, timestampMs), Infinity) - clocksDifferByMs;
