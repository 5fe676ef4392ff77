import {
  artefactName,
  artefactVersion,
  formatInstant,
  mostLists,
  WeirError,
  type ListOf,
} from '@weir/contracts';
import { inForce, lastActivation, readArtefacts, type PublishedArtefacts } from '@weir/artefacts';
import type { Sealer } from '@weir/envelope';
import {
  createPseudonymList,
  latestLists,
  listDigest,
  listsEnd,
  listsPartition,
  listsTopic,
  mergeLists,
  readListBytes,
  removeEntries,
  sealList,
  type ListReference,
  type ListsReader,
  type PublishedList,
} from '@weir/lists';
import { activate, type Activatable, type Activated, type ActivationPorts } from '../artefacts/activate.ts';
import { retryWithin } from '../send/retry-within.ts';
import { listWords } from './list-words.ts';

export type ListPorts = ActivationPorts & {
  readonly lists: ListsReader;
  /** Of the stream `lists`. */
  readonly listSealer: Sealer;
};

/** What a file does to a list: it is all of it, or it comes to or goes from the entries that are there. */
export type ListChange = {
  /** The list's name without a version. */
  readonly name: string;
  readonly of: ListOf;
  readonly act: 'replace' | 'add' | 'remove';
  /** The entries of the file, as the bytes of a list. */
  readonly bytes: Uint8Array;
  readonly logId: string;
};

export type ChangedEntries = {
  /** Of the list as it is then. */
  readonly entries: number;
  readonly added: number;
  readonly extended: number;
  readonly removed: number;
  /** Those of the version before that had expired and were left out. */
  readonly dropped: number;
};

export type PublishedVersion = {
  readonly reference: ListReference;
  readonly of: ListOf;
  /** Whether the latest version says the same already, so that none was published. */
  readonly isKnown: boolean;
  readonly changed: ChangedEntries;
};

const source = 'urn:weir:ingest:lists';

/** A large list takes some seconds to be written. Of an importer that was killed meanwhile, readers wait for so long. */
const transactionMs = 60_000;

/**
 * Publishes the next version of a list, in one Kafka transaction: nobody sees a part of it. A change is made to
 * the latest version, and published only if nobody has published another since: of two importers that run at
 * the same time one begins again with what the other one wrote. Where the latest version says the same
 * already nothing is published, so that an import that was interrupted behind this is finished by another.
 *
 * Throws WeirError `config_invalid` where there are too many lists, this one is of other pseudonyms, or there
 * is none to remove from; and the parts.
 */
export function publishList(change: ListChange, ports: ListPorts): Promise<PublishedVersion> {
  let tried: (Pick<PublishedVersion, 'changed'> & Pick<ListReference, 'ref' | 'digest'>) | undefined;
  return retryWithin(ports.retry, ports.signal, async () => {
    const { kafka, environment, lists } = ports;
    const before = await listsEnd(lists);
    const latest = await latestOf(change, ports);
    // What became of a transaction without an answer is seen on the topic.
    if (latest !== undefined && latest.ref === tried?.ref && latest.digest === tried.digest)
      return { reference: latest, of: latest.of, isKnown: false, changed: tried.changed };
    const { bytes, isSame, changed } = await changedBytes(change, latest, ports);
    if (latest !== undefined && isSame) return { reference: latest, of: latest.of, isKnown: true, changed };
    const ref = `${change.name}@${(latest === undefined ? 0 : artefactVersion(latest.ref)) + 1}`;
    const about = { ref, importedAt: formatInstant(ports.nowMs()) };
    const { digest, records } = await sealList(
      { sealer: ports.listSealer, environment, source },
      about,
      bytes,
    );
    tried = { ref, digest, changed };
    // Everything that takes long is done: whoever fences now keeps the word until the commit.
    const name = `weir-${environment}-ingest-lists`;
    const limits = { transactionTimeoutMs: transactionMs, stepTimeoutMs: transactionMs };
    const transactions = kafka.createPartitionTransactions({
      transactionalId: name,
      groupId: name,
      ...limits,
    });
    try {
      await transactions.fence();
      const since = await latestLists(lists, ({ location }) => location.offset <= before);
      if (since.some((one) => one.location.offset >= before && artefactName(one.ref) === change.name))
        throw new WeirError('partition_fenced', 'another import came between; beginning again');
      const at = { topic: listsTopic, partition: listsPartition };
      // A transaction of the adapter always moves a position; nobody reads this one.
      await transactions.publish({ outputs: [{ ...at, records }], source: { ...at, next: 0, metadata: '' } });
    } finally {
      await transactions.discard();
    }
    const written = await latestLists(lists, (one) => one.ref === ref);
    const reference = written.find((one) => one.ref === ref && one.digest === digest);
    if (reference === undefined)
      throw new WeirError('publish_outcome_unknown', `list ${ref} was published and isn't there yet`);
    return { reference, of: reference.of, isKnown: false, changed };
  });
}

/** The latest version of the list, in force or not: versions only grow along the topic. */
async function latestOf(
  { name, of, act, logId }: ListChange,
  { lists, kafka, opener, environment }: ListPorts,
): Promise<PublishedList | undefined> {
  const now = inForce(await readArtefacts({ kafka, opener, environment }), logId).lists;
  requireRoom(now, name);
  const known = now.get(name)?.location?.offset ?? -1;
  const found = await latestLists(
    lists,
    (one) => artefactName(one.ref) === name || one.location.offset <= known,
  );
  const latest = found.find((one) => artefactName(one.ref) === name);
  if (latest === undefined && act === 'remove')
    throw new WeirError(
      'config_invalid',
      `no list ${name} has been imported, so nothing can be removed from it`,
    );
  if (latest !== undefined && latest.of !== of)
    throw new WeirError(
      'config_invalid',
      `the list ${name} holds ${listWords[latest.of]}, and what a list holds never changes: give one with ${listWords[of]} another name`,
    );
  return latest;
}

function requireRoom(lists: ReadonlyMap<string, unknown>, name: string): void {
  if (lists.has(name) || lists.size < mostLists) return;
  throw new WeirError(
    'config_invalid',
    `${mostLists} lists are in force, and no more may be: import into one of them that no ruleset asks any more`,
  );
}

async function changedBytes(
  { name, act, bytes }: ListChange,
  latest: PublishedList | undefined,
  { lists, nowMs }: ListPorts,
): Promise<{ readonly bytes: Uint8Array; readonly isSame: boolean; readonly changed: ChangedEntries }> {
  if (latest === undefined || act === 'replace') {
    const { entries } = createPseudonymList(name, bytes);
    const changed = { entries, added: entries, extended: 0, removed: latest?.entries ?? 0, dropped: 0 };
    if (latest?.digest !== listDigest(bytes)) return { bytes, isSame: false, changed };
    return { bytes, isSame: true, changed: unchanged(entries) };
  }
  const base = await readListBytes(lists, latest);
  const { expired, ...made } = (act === 'add' ? mergeLists : removeEntries)(base, bytes, nowMs());
  // That entries have expired changes no answer, and is no reason for another version.
  if (made.added + made.extended + made.removed === 0)
    return { bytes: base, isSame: true, changed: unchanged(latest.entries) };
  const { bytes: after, ...counts } = made;
  return { bytes: after, isSame: false, changed: { ...counts, dropped: expired } };
}

const unchanged = (entries: number): ChangedEntries => ({
  ...{ entries, added: 0, extended: 0, removed: 0, dropped: 0 },
});

/**
 * Brings a version of a list into force, as `activate` does. Undefined where there is nothing left to do: it
 * is in force, or a later version already is. Throws WeirError `artefact_unknown` where it can't be read back.
 */
export function activateList(
  { reference, logId }: { readonly reference: ListReference; readonly logId: string },
  ports: ListPorts,
): Promise<Activated | undefined> {
  const { ref, digest, location } = reference;
  const wanted: Activatable = { artefactKind: 'list', artefact: ref, digest, location };
  const choose = (said: PublishedArtefacts): Activatable | undefined => {
    const { lists } = inForce(said, logId);
    requireRoom(lists, artefactName(ref));
    const now = lists.get(artefactName(ref));
    if (now === undefined || artefactVersion(now.artefact) < artefactVersion(ref)) return wanted;
    // The last activation of all may have been interrupted; whoever came behind another has finished it.
    const isLast = now.artefact === ref && lastActivation(said, logId)?.sequence === now.sequence;
    return isLast ? wanted : undefined;
  };
  const verify = async (): Promise<void> => void (await readListBytes(ports.lists, reference));
  return activate({ logId, choose, verify }, ports);
}
