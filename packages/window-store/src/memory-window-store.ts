import { recordFormat } from '@weir/windows';
import type { ChainCommit, ChainOutcome, StoredPosition, WindowStore } from '@weir/windows';
import { bucketOf } from './bucket-of.ts';
import { checkAccounts, checkCommit, checkPage } from './check-call.ts';
import {
  bucketCount,
  segmentRecords,
  segmentsDroppedPerAccount,
  segmentsDroppedPerCommit,
} from './limits.ts';
import { createPositionWitness } from './position-witness.ts';
import { damaged } from './stored-account.ts';

const { recordBytes, offsetByte, offsetBytes, observedAtByte } = recordFormat;
const segmentBytes = segmentRecords * recordBytes;

type Segments = readonly Uint8Array[];

/** The accounts of one bucket, and how many there should be. */
type Bucket = { expected: number; readonly accounts: Map<string, Segments> };

type Partition = { position: StoredPosition | undefined; readonly buckets: Map<number, Bucket> };

/** Everything a store held at one moment. */
export type MemoryWindowCopy = ReadonlyMap<number, Partition>;

/** Windows in memory: the stores opened on them share them, and tests may interfere with them. */
export type MemoryWindows = {
  readonly open: () => WindowStore;
  readonly copy: () => MemoryWindowCopy;
  /** What a restart from an older copy leaves. */
  readonly restore: (copy: MemoryWindowCopy) => void;
  /** What a FLUSHALL leaves: nothing. */
  readonly flush: () => void;
  /** What is left when the records of one account get lost. */
  readonly loseAccount: (partition: number, account: string) => void;
  /** What is left when the position gets lost, and the records don't. */
  readonly losePosition: (partition: number) => void;
};

/**
 * Windows that live and die with their process: for unit tests and the
 * simulation. Their stores pass the contract suite of every other, damage
 * included.
 */
export function createMemoryWindows(): MemoryWindows {
  let partitions = new Map<number, Partition>();
  return {
    open: () => openStore(() => partitions),
    copy: () => copyOf(partitions),
    restore: (copy) => void (partitions = copyOf(copy)),
    flush: () => partitions.clear(),
    loseAccount: (partition, account) =>
      void partitions.get(partition)?.buckets.get(bucketOf(account))?.accounts.delete(account),
    losePosition: (partition) => {
      const found = partitions.get(partition);
      if (found !== undefined) found.position = undefined;
    },
  };
}

/** One store over windows of its own. */
export const createMemoryWindowStore = (): WindowStore => createMemoryWindows().open();

function openStore(partitions: () => Map<number, Partition>): WindowStore {
  const witness = createPositionWitness();
  return {
    position: async (partition) => {
      const position = partitions().get(partition)?.position;
      witness.saw(partition, position?.next);
      return position;
    },
    load: async (partition, accounts) => {
      checkAccounts(accounts);
      const found = partitions().get(partition);
      witness.requireNotBack(partition, found?.position?.next);
      const loaded = new Map<string, Segments>();
      for (const account of accounts) {
        const bucket = found?.buckets.get(bucketOf(account));
        const segments = bucket?.accounts.get(account);
        if (!isSound(found, bucket, segments)) throw damaged('an account is missing');
        if (segments !== undefined) loaded.set(account, segments);
      }
      return loaded;
    },
    accountPages: bucketCount,
    listAccounts: async (partition, page) => {
      checkPage(page);
      const found = partitions().get(partition);
      const bucket = found?.buckets.get(page);
      if (!isSound(found, bucket, undefined)) throw damaged('an account is missing');
      return [...(bucket?.accounts.keys() ?? [])];
    },
    commit: async (commit) => {
      checkCommit(commit);
      const { partition, next } = commit;
      const held = partitions().get(partition) ?? { position: undefined, buckets: new Map() };
      const outcome = judge(held, commit);
      if (outcome === 'applied') {
        append(held, commit);
        partitions().set(partition, held);
      }
      if (outcome === 'applied' || outcome === 'alreadyMine') witness.saw(partition, next);
      return outcome;
    },
    clear: async (partition) => {
      partitions().delete(partition);
      witness.saw(partition, undefined);
    },
  };
}

/** Segments are never written to, so that copies may share them. */
function copyOf(partitions: MemoryWindowCopy): Map<number, Partition> {
  const copyBucket = ({ expected, accounts }: Bucket): Bucket => ({ expected, accounts: new Map(accounts) });
  return new Map(
    [...partitions].map(([partition, { position, buckets }]) => [
      partition,
      { position, buckets: new Map([...buckets].map(([index, bucket]) => [index, copyBucket(bucket)])) },
    ]),
  );
}

/**
 * Whether what was found of an account can be believed: without a position there
 * should be nothing, and one that is absent must not be missed by its bucket.
 */
function isSound(
  partition: Partition | undefined,
  bucket: Bucket | undefined,
  segments: Segments | undefined,
): boolean {
  if (bucket === undefined) return true;
  if (partition?.position === undefined) return false;
  return segments !== undefined || bucket.accounts.size === bucket.expected;
}

function judge(held: Partition, commit: ChainCommit): ChainOutcome {
  const { position } = held;
  if (position === undefined) {
    if (commit.expected !== undefined) return 'missing';
  } else {
    if (position.token === commit.token && position.next === commit.next) return 'alreadyMine';
    if (commit.expected === undefined || position.next > commit.expected.next) return 'ahead';
    if (position.next < commit.expected.next) return 'behind';
    if (position.token !== commit.expected.token) return 'ahead';
  }
  for (const account of commit.appends.keys()) {
    const bucket = held.buckets.get(bucketOf(account));
    const segments = bucket?.accounts.get(account);
    if (lastOffset(segments) !== commit.after.get(account)) return 'damaged';
    if (!isSound(held, bucket, segments)) return 'damaged';
  }
  return 'applied';
}

function lastOffset(segments: Segments | undefined): number | undefined {
  const last = segments?.at(-1);
  if (last === undefined) return undefined;
  return Buffer.from(last.buffer, last.byteOffset, last.byteLength).readUIntBE(
    last.byteLength - recordBytes + offsetByte,
    offsetBytes,
  );
}

function append(held: Partition, commit: ChainCommit): void {
  held.position = { next: commit.next, token: commit.token };
  let drops = segmentsDroppedPerCommit;
  for (const [account, packed] of commit.appends) {
    const index = bucketOf(account);
    const bucket = held.buckets.get(index) ?? { expected: 0, accounts: new Map<string, Segments>() };
    held.buckets.set(index, bucket);
    const before = bucket.accounts.get(account);
    if (before === undefined) bucket.expected += 1;
    const grown = join(before ?? [], packed);
    const most = Math.min(segmentsDroppedPerAccount, drops, grown.length - 1);
    const dropped =
      grown.length === before?.length ? 0 : countForgettable(grown, commit.horizons.get(account) ?? 0, most);
    drops -= dropped;
    bucket.accounts.set(account, grown.slice(dropped));
  }
}

/** The segments with the records behind them; the last one is the only one that may be less than full. */
function join(segments: Segments, packed: Uint8Array): Segments {
  const grown = [...segments];
  for (let from = 0; from < packed.byteLength;) {
    const last = grown.at(-1);
    const isFull = last === undefined || last.byteLength === segmentBytes;
    const head = isFull ? new Uint8Array() : last;
    const part = packed.subarray(from, from + segmentBytes - head.byteLength);
    grown.splice(isFull ? grown.length : -1, 1, Buffer.concat([head, part]));
    from += part.byteLength;
  }
  return grown;
}

/** How many of the oldest segments, at most `most`, hold only records observed before that second. */
function countForgettable(segments: Segments, beforeSeconds: number, most: number): number {
  const kept = segments.findIndex((segment) => !isForgettable(segment, beforeSeconds));
  return Math.min(kept === -1 ? segments.length : kept, most);
}

function isForgettable(segment: Uint8Array, beforeSeconds: number): boolean {
  const view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength);
  for (let at = segment.byteLength - recordBytes; at >= 0; at -= recordBytes) {
    if (view.getUint32(at + observedAtByte) >= beforeSeconds) return false;
  }
  return true;
}
