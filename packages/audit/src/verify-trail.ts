import type { KeyObject } from 'node:crypto';
import type { AuditCheckpoint, AuditEntry } from '@weir/contracts';
import { checkpointEveryEntries, entryLeaf, frontierOf, isSignedBy } from './checkpoint.ts';
import type { Finding } from './findings.ts';
import { createMerkleTree, emptyFrontier } from './merkle-tree.ts';
import type { Frontier } from './merkle-tree.ts';
import { orderEntries } from './order-entries.ts';
import type { NumberedLeaves, ReadLeaf } from './order-entries.ts';

export type VerifiedTrail = {
  readonly ok: boolean;
  readonly entries: number;
  readonly checkpoints: number;
  /** So many entries are under the newest good checkpoint; what comes behind it is not signed yet. */
  readonly covered: number;
  /** At most `maxFindings` of them. */
  readonly findings: readonly Finding[];
};

/** More would say nothing new. */
const maxFindings = 1_000;

/** A trail as it is read from a topic or a file, in the order it stands there. */
export type ReadTrail = {
  /** Whole, or only as the tree knows them: of a long trail nobody has to hold more. */
  readonly entries: readonly (AuditEntry | ReadLeaf)[];
  readonly checkpoints: readonly AuditCheckpoint[];
  /** Where something stood that is no part of a trail. */
  readonly unreadable?: readonly string[];
};

/** A checkpoint whose signature holds, with what it says of its tree. */
type GoodCheckpoint = { readonly checkpoint: AuditCheckpoint; readonly frontier: Frontier };

/**
 * Holds a trail against its own checkpoints, and against those that somebody
 * kept elsewhere. Needs nothing but them and the public keys. What stands behind
 * the newest checkpoint is not signed yet, so nothing can be said of it: fewer than
 * 256 entries, see `covered`.
 */
export function verifyTrail(
  trail: ReadTrail,
  trust: {
    readonly publicKeys: readonly KeyObject[];
    /** The name the trail should have. Not given: that of its first checkpoint. */
    readonly name?: string | undefined;
    readonly kept?: readonly AuditCheckpoint[] | undefined;
    /** Where signatures alone speak for the trail, as with a file: entries under no checkpoint at all are a finding then. */
    readonly needsCheckpoint?: boolean;
  },
): VerifiedTrail {
  const kept = trust.kept ?? [];
  const name = trust.name ?? (kept[0] ?? trail.checkpoints[0])?.trail ?? '';
  const findings: Finding[] = (trail.unreadable ?? []).map((place) => ({ kind: 'record_unreadable', place }));
  const { findings: misplaced, ...numbered } = orderEntries(
    trail.entries.map((entry) => ('leaf' in entry ? entry : leafOfEntry(entry))),
  );
  // One by one: a trail that is torn to pieces has more findings than a call takes arguments.
  for (const finding of misplaced) findings.push(finding);
  const own = goodOnes(trail.checkpoints, name, trust.publicKeys, findings);
  const trusted = goodOnes(kept, name, trust.publicKeys, findings);
  findings.push(...replayed(own, trusted));

  const altered = alteredSpans(numbered, own);
  findings.push(...altered, ...rewritten(numbered, trusted, own, altered));
  const { first, end } = numbered;
  const most = Math.max(largest(own), largest(trusted));
  if (most > end) findings.push({ kind: 'tail_cut', entries: end, treeSize: most });
  const isUnsigned = end > 0 && own.length === 0 && trusted.length === 0;
  if (isUnsigned && trust.needsCheckpoint === true) {
    findings.push({ kind: 'checkpoint_missing', from: first, to: end - 1 });
  } else {
    findings.push(...uncovered(own, first, end));
  }
  return {
    ok: findings.length === 0,
    entries: trail.entries.length,
    checkpoints: trail.checkpoints.length,
    covered: Math.min(end, largest(own)),
    findings: findings.slice(0, maxFindings),
  };
}

/** What the tree knows of an entry. */
export const leafOfEntry = (entry: AuditEntry): ReadLeaf => ({
  sequence: entry.sequence,
  leaf: entryLeaf(entry),
});

const sizeOf = ({ checkpoint }: GoodCheckpoint): number => checkpoint.treeSize;

const largest = (checkpoints: readonly GoodCheckpoint[]): number =>
  checkpoints.reduce((most, one) => Math.max(most, sizeOf(one)), 0);

function goodOnes(
  checkpoints: readonly AuditCheckpoint[],
  name: string,
  publicKeys: readonly KeyObject[],
  findings: Finding[],
): GoodCheckpoint[] {
  return checkpoints.flatMap((checkpoint) => {
    const { treeSize, trail } = checkpoint;
    if (!isSignedBy(checkpoint, publicKeys)) {
      findings.push({ kind: 'signature_wrong', treeSize });
      return [];
    }
    if (trail !== name) {
      findings.push({ kind: 'checkpoint_foreign', treeSize, trail });
      return [];
    }
    const frontier = frontierOf(checkpoint);
    if (frontier !== undefined) return [{ checkpoint, frontier }];
    findings.push({ kind: 'checkpoint_malformed', treeSize });
    return [];
  });
}

/** Checkpoints only grow, and the newest of the trail is at least what was kept. */
function replayed(own: readonly GoodCheckpoint[], kept: readonly GoodCheckpoint[]): Finding[] {
  const findings: Finding[] = [];
  let newest = 0;
  for (const { checkpoint } of own) {
    const { treeSize } = checkpoint;
    if (treeSize <= newest) findings.push({ kind: 'checkpoint_replayed', treeSize, newest });
    newest = Math.max(newest, treeSize);
  }
  const newestKept = largest(kept);
  if (findings.length === 0 && newestKept > newest && own.length > 0) {
    findings.push({ kind: 'checkpoint_replayed', treeSize: newest, newest: newestKept });
  }
  return findings;
}

/**
 * The spans between checkpoints whose entries don't lead from the one to the
 * other. Each checkpoint knows its peaks, so that what comes behind an altered
 * span is checked by itself.
 */
function alteredSpans(numbered: NumberedLeaves, own: readonly GoodCheckpoint[]) {
  const spans: { kind: 'entries_altered'; from: number; to: number }[] = [];
  let from: Frontier | undefined = numbered.first === 0 ? emptyFrontier : undefined;
  for (const { checkpoint, frontier } of bySize(own)) {
    const root = from === undefined ? undefined : rootAfter(numbered, from, checkpoint.treeSize);
    if (from !== undefined && root !== undefined && root !== checkpoint.rootHash) {
      spans.push({ kind: 'entries_altered', from: from.size, to: checkpoint.treeSize - 1 });
    }
    from = frontier;
  }
  return spans;
}

/** The root over the entries up to a size, or undefined where one of them is missing. */
function rootAfter({ leafOf }: NumberedLeaves, from: Frontier, size: number): string | undefined {
  const tree = createMerkleTree(from);
  for (let sequence = from.size; sequence < size; sequence += 1) {
    const leaf = leafOf(sequence);
    if (leaf === undefined) return undefined;
    tree.append(leaf);
  }
  return tree.root().toString('hex');
}

/**
 * Kept checkpoints that the entries contradict although the trail's own are
 * content, or that a checkpoint of the same size contradicts.
 */
function rewritten(
  numbered: NumberedLeaves,
  kept: readonly GoodCheckpoint[],
  own: readonly GoodCheckpoint[],
  altered: readonly { readonly from: number }[],
): Finding[] {
  if (numbered.first > 0) return contradicted(kept, own);
  const firstAltered = altered[0]?.from ?? Infinity;
  const covered = largest(own);
  let from: Frontier | undefined = emptyFrontier;
  for (const { checkpoint } of bySize(kept)) {
    const { treeSize, rootHash } = checkpoint;
    if (treeSize > firstAltered) break;
    const root: string | undefined = rootAfter(numbered, from, treeSize);
    if (root === undefined) break;
    if (root !== rootHash) {
      // Without a checkpoint of its own over them nobody claims that these entries are right.
      if (covered < treeSize) return [{ kind: 'entries_altered', from: from.size, to: treeSize - 1 }];
      return [{ kind: 'trail_rewritten', treeSize }];
    }
    from = frontierOf(checkpoint) ?? from;
  }
  return contradicted(kept, own);
}

function contradicted(kept: readonly GoodCheckpoint[], own: readonly GoodCheckpoint[]): Finding[] {
  const roots = new Map(own.map(({ checkpoint }) => [checkpoint.treeSize, checkpoint.rootHash]));
  const other = bySize(kept).find(
    ({ checkpoint }) => (roots.get(checkpoint.treeSize) ?? checkpoint.rootHash) !== checkpoint.rootHash,
  );
  return other === undefined ? [] : [{ kind: 'trail_rewritten', treeSize: sizeOf(other) }];
}

/** Where none of the sizes that are multiples of 256, at each of which the notary makes a checkpoint, has one. */
function uncovered(own: readonly GoodCheckpoint[], first: number, end: number): Finding[] {
  const findings: Finding[] = [];
  let from = first;
  // Nothing ends behind the trail, so that a size of it that is due counts as if one entry more were there.
  for (const size of [...bySize(own).map(sizeOf), end + 1]) {
    if (dueBelow(size) > dueBelow(from + 1))
      findings.push({ kind: 'checkpoint_missing', from, to: Math.min(size, end) - 1 });
    from = Math.max(from, size);
  }
  return findings;
}

/** How many multiples of 256 from 256 on are below the size. */
const dueBelow = (size: number): number => Math.floor((size - 1) / checkpointEveryEntries);

const bySize = (checkpoints: readonly GoodCheckpoint[]): readonly GoodCheckpoint[] =>
  checkpoints.toSorted((one, other) => sizeOf(one) - sizeOf(other));
