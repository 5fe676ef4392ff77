import { artefactName, mostLists, WeirError } from '@weir/contracts';
import { unusable } from '@weir/artefacts';
import { readListAt } from '@weir/lists';
import type { ListsReader, PseudonymList } from '@weir/lists';
import type { ListInForce } from './log-state.ts';

/** Lists by their names. */
export type ListsByName = ReadonlyMap<string, PseudonymList>;

export type KeptLists = {
  /**
   * Reads the lists, each once for all who ask for it, whatever partition they
   * decide for: one may have a hundred megabytes. Throws WeirError `artefact_unknown`
   * for one that is not there, not whole, or not what the log says.
   */
  readonly resolve: (lists: readonly ListInForce[]) => Promise<ListsByName>;
  /** Whether all of them are still in memory, which counts as having asked for them. */
  readonly areKept: (lists: readonly ListInForce[]) => boolean;
};

/** As many as may be in force, and a few that were just replaced: partitions further behind still ask for them. */
const keptLists = mostLists + 2;

/** Told of each list that is read. */
export type OnListRead = (list: { readonly name: string; readonly entries: number }) => void;

export function createKeptLists(reader: ListsReader, onRead: OnListRead = () => undefined): KeptLists {
  const kept = new Map<string, Promise<PseudonymList>>();
  const touch = (key: string, list: Promise<PseudonymList>): void => {
    // Put behind the others: the one that nobody asked for the longest goes first.
    kept.delete(key);
    kept.set(key, list);
    for (const [oldest] of kept) if (kept.size > keptLists) kept.delete(oldest);
  };
  const resolveOne = async (one: ListInForce): Promise<PseudonymList> => {
    const key = keyOf(one);
    const list = kept.get(key) ?? readOne(reader, one, onRead);
    touch(key, list);
    try {
      return await list;
    } catch (error) {
      if (kept.get(key) === list) kept.delete(key);
      throw error;
    }
  };
  return {
    resolve: async (lists) => {
      const found = new Map<string, PseudonymList>();
      // One after the other: each takes the memory of its bytes while it is joined.
      for (const one of lists) found.set(artefactName(one.ref), await resolveOne(one));
      return found;
    },
    areKept: (lists) =>
      lists.every((one) => {
        const list = kept.get(keyOf(one));
        if (list !== undefined) touch(keyOf(one), list);
        return list !== undefined;
      }),
  };
}

const keyOf = ({ ref, digest }: ListInForce): string => `${ref} ${digest}`;

async function readOne(reader: ListsReader, one: ListInForce, onRead: OnListRead): Promise<PseudonymList> {
  try {
    const list = await readListAt(reader, one);
    onRead({ name: artefactName(one.ref), entries: list.entries });
    return list;
  } catch (error) {
    if (!(error instanceof WeirError) || error.code !== 'artefact_unknown') throw error;
    throw unusable(
      { kind: 'list', ref: one.ref },
      'it is not, or not whole, where the log says it stands',
      error,
    );
  }
}
