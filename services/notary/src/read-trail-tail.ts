import { decodePayload, events, streams, WeirError } from '@weir/contracts';
import type { AuditCheckpoint, AuditEntry } from '@weir/contracts';
import { createMerkleTree, entryLeaf, frontierOf } from '@weir/audit';
import type { MerkleTree } from '@weir/audit';
import { openEvents } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import type { NotaryParts } from './notary-parts.ts';
import { requestDigest, requestOf, see } from './trail-state.ts';
import type { TrailState } from './trail-state.ts';

/** The end of the trail holds the last checkpoint and the last `maxSeen` entries, commit markers between them and all. */
const lookBackOffsets = 65_536;
const readDeadlineMs = 120_000;
const openAtATime = 500;

const { topic } = streams.audit;

/** What the end of the trail says; `coveredRoot` is that of the last checkpoint. */
export type TrailTail = Pick<TrailState, 'frontier' | 'covered' | 'seen'> & {
  readonly coveredRoot: string | undefined;
};

type TailRecord =
  | { readonly kind: 'entry'; readonly entry: AuditEntry }
  | { readonly kind: 'checkpoint'; readonly checkpoint: AuditCheckpoint };

/**
 * Reads the end of the trail and checks that the entries behind the last
 * checkpoint, and the ones between those before it, lead to their roots.
 *
 * Throws WeirError audit_damaged where they don't, or a number is missing.
 */
export async function readTrailTail(
  parts: Pick<NotaryParts, 'kafka' | 'opening' | 'observe'>,
): Promise<TrailTail> {
  const range = (await parts.kafka.offsets(topic)).find(({ partition }) => partition === 0);
  const [earliest, end] = [range?.earliest ?? 0, range?.end ?? 0];
  const from = Math.max(earliest, end - lookBackOffsets);
  const near = await readTail(parts, from, end);
  // Only a trail that begins within what was read can do without a checkpoint there.
  const isEnough = from === earliest || near.some(({ kind }) => kind === 'checkpoint');
  return follow(isEnough ? near : await readTail(parts, earliest, end));
}

async function readTail(
  { kafka, opening, observe }: Pick<NotaryParts, 'kafka' | 'opening' | 'observe'>,
  from: number,
  until: number,
): Promise<TailRecord[]> {
  const tail: TailRecord[] = [];
  let waiting: KafkaRecord[] = [];
  const openWaiting = async (): Promise<void> => {
    const opened = await openEvents({ ...opening, stream: 'audit' }, waiting);
    opened.forEach((one, index) => {
      const record = one.ok ? readRecord(one.attributes.type, one.plaintext) : undefined;
      if (record !== undefined) tail.push(record);
      // Whoever may write to the topic and not seal can't make the notary stop by it; a verification names the place.
      else
        observe.foreignRecord(
          waiting[index]?.offset ?? 0,
          one.ok ? 'contract_violation' : one.rejection.code,
        );
    });
    waiting = [];
  };
  await kafka.readRange({
    topic,
    from: new Map([[0, from]]),
    until: new Map([[0, until]]),
    readCommitted: true,
    deadlineMs: readDeadlineMs,
    onRecord: async (record) => {
      waiting.push(record);
      if (waiting.length >= openAtATime) await openWaiting();
    },
  });
  await openWaiting();
  return tail;
}

function readRecord(type: string, plaintext: Uint8Array): TailRecord | undefined {
  switch (type) {
    case events.auditEntry.type: {
      const decoded = decodePayload(events.auditEntry, plaintext);
      return decoded.ok ? { kind: 'entry', entry: decoded.value } : undefined;
    }
    case events.auditCheckpoint.type: {
      const decoded = decodePayload(events.auditCheckpoint, plaintext);
      return decoded.ok ? { kind: 'checkpoint', checkpoint: decoded.value } : undefined;
    }
    default:
      return undefined;
  }
}

/** Grows the tree along what was read, from the first checkpoint on, or from its beginning. */
function follow(tail: readonly TailRecord[]): TrailTail {
  const [first] = tail;
  const beginsWhole = first === undefined || (first.kind === 'entry' && first.entry.sequence === 0);
  let tree: MerkleTree | undefined = beginsWhole ? createMerkleTree() : undefined;
  let covered = 0;
  let coveredRoot: string | undefined;
  const seen = new Set<string>();
  for (const record of tail) {
    if (record.kind === 'checkpoint') {
      tree = treeAt(record.checkpoint, tree);
      covered = record.checkpoint.treeSize;
      coveredRoot = record.checkpoint.rootHash;
      continue;
    }
    const { entry } = record;
    see(seen, requestDigest(requestOf(entry)));
    if (tree === undefined) continue;
    if (entry.sequence !== tree.size()) {
      throw damaged(`entry ${entry.sequence} stands where number ${tree.size()} belongs`);
    }
    tree.append(entryLeaf(entry));
  }
  if (tree === undefined) throw damaged('its beginning is gone, and no checkpoint says how to go on');
  return { frontier: tree.frontier(), covered, coveredRoot, seen };
}

function treeAt(checkpoint: AuditCheckpoint, tree: MerkleTree | undefined): MerkleTree {
  const frontier = frontierOf(checkpoint);
  const fits = tree === undefined || tree.root().toString('hex') === checkpoint.rootHash;
  if (frontier === undefined || !fits || (tree !== undefined && tree.size() !== checkpoint.treeSize)) {
    throw damaged(`the entries do not fit the checkpoint of ${checkpoint.treeSize}`);
  }
  return createMerkleTree(frontier);
}

export const damaged = (what: string): WeirError =>
  new WeirError('audit_damaged', `the audit trail (${topic}) is damaged: ${what}`);
