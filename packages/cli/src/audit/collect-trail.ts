import { leafOfEntry } from '@weir/audit';
import type { ReadTrail, TrailLine } from '@weir/audit';

/**
 * Collects a trail line by line. Of an entry only its number and its hash are held,
 * so that a trail of a million fits into memory; `whole` is the one to hold whole.
 */
export function createTrailCollector(whole?: number): {
  readonly add: (line: TrailLine) => void;
  readonly trail: Required<ReadTrail>;
} {
  const trail: { [Part in keyof Required<ReadTrail>]: Required<ReadTrail>[Part][number][] } = {
    entries: [],
    checkpoints: [],
    unreadable: [],
  };
  return {
    trail,
    add(line) {
      if ('checkpoint' in line) trail.checkpoints.push(line.checkpoint);
      else if ('unreadable' in line) trail.unreadable.push(line.unreadable);
      else trail.entries.push(line.entry.sequence === whole ? line.entry : leafOfEntry(line.entry));
    },
  };
}
