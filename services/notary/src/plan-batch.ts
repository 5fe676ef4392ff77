import { decodePayload, encodePayload, events, formatInstant, systemTenant } from '@weir/contracts';
import type { AuditEntry, AuditRequest } from '@weir/contracts';
import { checkpointEveryEntries, createMerkleTree, entryLeaf, refusedRecordRequest } from '@weir/audit';
import type { MerkleTree } from '@weir/audit';
import type { OpenedEvent, UnsealedEvent } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import { requestDigest, see } from './trail-state.ts';
import type { TrailState } from './trail-state.ts';

/** One record of the trail to be written: an entry, or the place of a checkpoint over all before it. */
export type TrailStep =
  | { readonly kind: 'entry'; readonly entry: AuditEntry }
  | { readonly kind: 'checkpoint'; readonly tree: MerkleTree };

/** What a batch of requests leads to. */
export type BatchPlan = {
  readonly steps: readonly TrailStep[];
  readonly after: TrailState;
  /** Requests that are on the trail already. */
  readonly repeated: number;
  /** Records that could not be read, each an entry of its own. */
  readonly refused: number;
};

/**
 * Plans what goes onto the trail. Which entry gets which number follows from the
 * intake alone, not from how it was cut into batches: a notary that is killed is
 * followed by one that writes the same. No records are needed where only a
 * checkpoint is due.
 */
export function planBatch(
  state: TrailState,
  batch: { readonly records: readonly KafkaRecord[]; readonly opened: readonly OpenedEvent[] },
  time: { readonly nowMs: number; readonly checkpointIntervalMs: number },
): BatchPlan {
  const tree = createMerkleTree(state.frontier);
  const steps: TrailStep[] = [];
  const seen = new Set(state.seen);
  let { covered, uncoveredSinceMs } = state;
  let [repeated, refused] = [0, 0];

  const cover = (): void => {
    steps.push({ kind: 'checkpoint', tree: createMerkleTree(tree.frontier()) });
    covered = tree.size();
    uncoveredSinceMs = undefined;
  };

  batch.records.forEach((record, index) => {
    const { request, isRefused } = readRequest(record, batch.opened[index]);
    const digest = requestDigest(request);
    if (seen.has(digest)) {
      repeated += 1;
      return;
    }
    see(seen, digest);
    if (isRefused) refused += 1;
    const entry: AuditEntry = { sequence: tree.size(), ...request };
    steps.push({ kind: 'entry', entry });
    tree.append(entryLeaf(entry));
    uncoveredSinceMs ??= time.nowMs;
    const size = tree.size();
    if (size % checkpointEveryEntries === 0 || state.keptAhead.includes(size)) cover();
  });
  const isDue = uncoveredSinceMs !== undefined && time.nowMs - uncoveredSinceMs >= time.checkpointIntervalMs;
  if (isDue) cover();

  return {
    steps,
    repeated,
    refused,
    after: {
      frontier: tree.frontier(),
      covered,
      uncoveredSinceMs,
      seen,
      keptAhead: state.keptAhead.filter((size) => size > tree.size()),
      next: (batch.records.at(-1)?.offset ?? state.next - 1) + 1,
    },
  };
}

/** The event of an entry. Its id is the request's own, which only who could open the request knows. */
export function entryEvent(entry: AuditEntry): UnsealedEvent {
  const { type, dataSchema } = events.auditEntry;
  return {
    id: entry.requestId,
    key: trailKey,
    tenant: systemTenant,
    time: entry.at,
    type,
    dataSchema,
    plaintext: encodePayload(events.auditEntry, entry),
  };
}

/** All records of the trail have one key: there is one partition, and a key stands in clear. */
export const trailKey = 'audit';

function readRequest(
  record: KafkaRecord,
  opened: OpenedEvent | undefined,
): { readonly request: AuditRequest; readonly isRefused: boolean } {
  if (opened === undefined) throw new Error('a record was given to the opener and not answered for');
  const isRequest = opened.ok && opened.attributes.type === events.auditRequest.type;
  const decoded = isRequest ? decodePayload(events.auditRequest, opened.plaintext) : undefined;
  if (decoded?.ok === true) return { request: decoded.value, isRefused: false };
  // A record that can't be read must not hold the others up, and must not go unnoticed.
  const code = opened.ok ? 'contract_violation' : opened.rejection.code;
  const { topic, partition, offset } = record;
  const request = refusedRecordRequest({
    worker: 'notary',
    at: formatInstant(record.timestampMs),
    origin: { topic, partition, offset },
    code,
  });
  return { request, isRefused: true };
}
