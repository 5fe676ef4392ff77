import { recordFormat } from '@weir/windows';
import type { ChainCommit, ChainOutcome, StoredPosition, WindowStore } from '@weir/windows';
import { checkAccounts, checkCommit } from './check-call.ts';
import { segmentBytes, segmentHeader, segmentsDroppedPerFill } from './limits.ts';

type Partition = {
  position: StoredPosition | undefined;
  readonly segments: Map<string, Uint8Array[]>;
};

/** Whether every record of the segment was observed before that second. */
function isForgettable(segment: Uint8Array, beforeSeconds: number): boolean {
  const view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength);
  const { recordBytes, observedAtByte } = recordFormat;
  for (let at = segment.byteLength - recordBytes; at >= segmentHeader.byteLength; at -= recordBytes) {
    if (view.getUint32(at + observedAtByte) >= beforeSeconds) return false;
  }
  return true;
}

function joined(head: Uint8Array, part: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.byteLength + part.byteLength);
  bytes.set(head);
  bytes.set(part, head.byteLength);
  return bytes;
}

/** The segments with the records behind them; the last one is the only one that may be less than full. */
function appendTo(segments: readonly Uint8Array[], packed: Uint8Array, beforeSeconds: number): Uint8Array[] {
  const grown = [...segments];
  for (let from = 0; from < packed.byteLength;) {
    let head = grown.pop() ?? segmentHeader;
    if (head.byteLength >= segmentBytes) {
      grown.push(head);
      head = segmentHeader;
      for (let drops = 0; drops < segmentsDroppedPerFill; drops += 1) {
        const [oldest] = grown;
        if (oldest === undefined || !isForgettable(oldest, beforeSeconds)) break;
        grown.shift();
      }
    }
    const part = packed.subarray(from, from + segmentBytes - head.byteLength);
    grown.push(joined(head, part));
    from += part.byteLength;
  }
  return grown;
}

function judge(position: StoredPosition | undefined, commit: ChainCommit): ChainOutcome {
  if (position === undefined) return commit.expected === undefined ? 'applied' : 'missing';
  if (position.token === commit.token && position.next === commit.next) return 'alreadyMine';
  if (commit.expected === undefined || position.next > commit.expected) return 'ahead';
  return position.next < commit.expected ? 'behind' : 'applied';
}

/**
 * A window store that lives and dies with its process: for unit tests and the
 * simulation. It passes the contract suite of every other, segments and
 * trimming included.
 */
export function createMemoryWindowStore(): WindowStore {
  const partitions = new Map<number, Partition>();

  const open = (partition: number): Partition => {
    const found = partitions.get(partition) ?? {
      position: undefined,
      segments: new Map<string, Uint8Array[]>(),
    };
    partitions.set(partition, found);
    return found;
  };

  return {
    position: async (partition) => partitions.get(partition)?.position,
    load: async (partition, accounts) => {
      checkAccounts(accounts);
      const loaded = new Map<string, readonly Uint8Array[]>();
      for (const account of accounts) {
        const segments = partitions.get(partition)?.segments.get(account);
        if (segments === undefined) continue;
        loaded.set(
          account,
          segments.map((segment) => segment.subarray(segmentHeader.byteLength)),
        );
      }
      return loaded;
    },
    accountPages: 1,
    listAccounts: async (partition) => [...(partitions.get(partition)?.segments.keys() ?? [])],
    commit: async (commit) => {
      checkCommit(commit);
      const held = open(commit.partition);
      const outcome = judge(held.position, commit);
      if (outcome !== 'applied') return outcome;
      held.position = { next: commit.next, token: commit.token };
      for (const [account, packed] of commit.appends) {
        const beforeSeconds = commit.horizons.get(account) ?? 0;
        held.segments.set(account, appendTo(held.segments.get(account) ?? [], packed, beforeSeconds));
      }
      return outcome;
    },
    clear: async (partition) => void partitions.delete(partition),
  };
}
