import { inForce, readArtefacts } from '@weir/artefacts';
import { latestLists, readAbout, readListAt } from '@weir/lists';
import type { ListsReader, PublishedList } from '@weir/lists';
import type { Ops } from '../ops/connect-ops.ts';
import { readDeadlineMs } from '../ops/read-events.ts';

export type ShownList = PublishedList & {
  readonly inForce: boolean;
  /** How many entries have expired; undefined of a list that is not in force, which is not read whole. */
  readonly expired: number | undefined;
};

/** Where nothing is in force there is nothing that says how far to look. */
const maxUnknown = 20;

/**
 * The lists in force by their names, and behind them those that were published since and are not: an import
 * that was interrupted, and is finished by saying it again.
 */
export async function readLists(ops: Ops, nowMs: number): Promise<readonly ShownList[]> {
  const { kafka, opener, environment } = ops;
  const reader: ListsReader = { kafka, opener, environment, deadlineMs: readDeadlineMs };
  const said = await readArtefacts({ kafka, opener, environment });
  const logId = said.activations.at(-1)?.logId;
  const now = logId === undefined ? [] : [...inForce(said, logId).lists.values()];
  const shown: ShownList[] = [];
  for (const { artefact: ref, digest, location } of now) {
    if (location === undefined) continue;
    const about = await readAbout(reader, { ref, digest, location });
    if (about === undefined) continue;
    // One whole list at a time is in memory.
    const expired = (await readListAt(reader, about)).expired(nowMs);
    shown.push({ ...about, inForce: true, expired });
  }
  const known = Math.max(-1, ...now.map(({ location }) => location?.offset ?? -1));
  let seen = 0;
  const later = await latestLists(
    reader,
    ({ location }) => (seen += 1) >= maxUnknown || location.offset <= known,
  );
  return [
    ...shown.toSorted((one, other) => (one.ref < other.ref ? -1 : 1)),
    ...later
      .filter(({ location }) => location.offset > known)
      .map((about) => ({ ...about, inForce: false, expired: undefined })),
  ];
}
