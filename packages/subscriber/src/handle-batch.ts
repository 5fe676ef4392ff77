import { hash } from 'node:crypto';
import { openEvents } from '@weir/envelope';
import type { OpenedEvent, Opener } from '@weir/envelope';
import type { BatchControl, BatchOutcome, KafkaRecord, RecordBatch } from '@weir/kafka';
import { deduplicationIdOf } from './delivery.ts';
import type { OnTransaction } from './delivery.ts';
import { callersOwn } from './position-store.ts';
import type { PositionStore } from './position-store.ts';
import { growingOffsetOf, readCleared } from './read-cleared.ts';
import type { StoredPosition } from './stored-position.ts';
import { SubscriptionError } from './subscription-error.ts';
import type { PartitionState } from './take-over.ts';

/** Records that are opened at a time: what is in clear in memory, for each partition. */
const recordsAtOnce = 200;
/** After so long a partition lets the others have their next fetch, which waits for all of the last. */
const sliceMs = 2_000;
/** Where positions are committed: no more than this is repeated after a crash, besides the event at hand. */
const commitEveryMs = 1_000;

export type HandlingParts = {
  readonly opening: {
    readonly opener: Opener;
    readonly stream: 'cleared';
    readonly environment: string;
  };
  readonly store: PositionStore;
  readonly onTransaction: OnTransaction;
  readonly nowMs: () => number;
};

/**
 * Hands what a fetch brought to the handler, event by event, until it is done,
 * its slice of time is over, or the partition is to be let go. The state says
 * how far it came, also where this throws.
 *
 * Throws SubscriptionError record_unreadable and log_other, HandlerFailure, and
 * WeirError from the KMS and the commit.
 */
export async function handleBatch(
  parts: HandlingParts,
  state: PartitionState,
  batch: RecordBatch,
  control: BatchControl,
  signal: AbortSignal,
): Promise<BatchOutcome> {
  const saver = createSaver(parts, state, control);
  try {
    const isDone = await handleRecords(parts, state, batch, control, signal, saver.saveIfDue);
    if (isDone) state.next = Math.max(state.next, batch.endOffset);
  } catch (error) {
    // What was handled stays handled; why it went no further is the graver thing to tell.
    await saver.save().catch(() => undefined);
    throw error;
  }
  if (!control.revoked()) await saver.save();
  const { next } = state;
  const isForward = next > (batch.records[0]?.offset ?? batch.endOffset) && next <= batch.endOffset;
  return { kind: isForward ? 'next' : 'seek', next };
}

/** Answers whether everything was handled. */
async function handleRecords(
  parts: HandlingParts,
  state: PartitionState,
  batch: RecordBatch,
  control: BatchControl,
  signal: AbortSignal,
  saveIfDue: () => Promise<void>,
): Promise<boolean> {
  const records = batch.records.filter((record) => record.offset >= state.next);
  const endsAtMs = parts.nowMs() + sliceMs;
  for (let at = 0; at < records.length; at += recordsAtOnce) {
    const chunk = records.slice(at, at + recordsAtOnce);
    const opened = await openEvents(parts.opening, chunk);
    for (const [index, record] of chunk.entries()) {
      if (control.stopping() || control.revoked()) return false;
      await handleRecord(parts, state, record, opened[index] as OpenedEvent, signal);
      await saveIfDue();
      if (parts.nowMs() >= endsAtMs) return state.next > (records.at(-1)?.offset ?? 0);
    }
    await control.heartbeat();
  }
  return true;
}

async function handleRecord(
  parts: HandlingParts,
  state: PartitionState,
  record: KafkaRecord,
  opened: OpenedEvent,
  signal: AbortSignal,
): Promise<void> {
  const { topic, partition, offset } = record;
  const place = { topic, partition, offset };
  const fingerprint = fingerprintOf(record);
  if (state.anchor !== undefined) {
    if (offset !== state.anchor.offset || fingerprint !== state.anchor.fingerprint) {
      throw new SubscriptionError('log_other', 'another record stands where the position was stored', {
        place: { ...place, offset: state.anchor.offset },
      });
    }
    state.anchor = undefined;
    state.next = offset + 1;
    return;
  }
  const read = readCleared(partition, opened);
  if (!read.ok) {
    const { code, path } = read.rejection;
    const where = path === '' ? '' : ` at ${path}`;
    throw new SubscriptionError('record_unreadable', `a record was refused as ${code}${where}`, { place });
  }
  const { event } = read;
  const sourceOffsets = state.position?.sourceOffsets ?? {};
  // The broker may show one event twice: what was handled is known by where its cause stands.
  const growingOffset = growingOffsetOf(event);
  if (growingOffset > (sourceOffsets[event.type] ?? -1)) {
    const position: StoredPosition = {
      offset,
      fingerprint,
      sourceOffsets: { ...sourceOffsets, [event.type]: growingOffset },
    };
    const deduplicationId = deduplicationIdOf(event);
    const delivery = { ...place, deduplicationId, previous: state.position, position, signal };
    await callersOwn('onTransaction', () => parts.onTransaction(event, delivery));
    state.position = position;
    state.unsaved = position;
  }
  state.next = offset + 1;
}

const fingerprintOf = ({ value }: KafkaRecord): string =>
  hash('sha256', value ?? Buffer.alloc(0), 'base64url');

function createSaver({ store, nowMs }: HandlingParts, state: PartitionState, control: BatchControl) {
  let savedAtMs = nowMs();
  const save = async (): Promise<void> => {
    const { unsaved } = state;
    if (unsaved === undefined || store.save === undefined) return;
    await store.save(unsaved, control);
    state.unsaved = undefined;
    savedAtMs = nowMs();
  };
  return {
    save,
    saveIfDue: async (): Promise<void> => {
      if (nowMs() - savedAtMs >= commitEveryMs) await save();
    },
  };
}
