import { streamNames, streams, WeirError, type RejectedRecord, type StreamName } from '@weir/contracts';
import { openEvents, readKekRef } from '@weir/envelope';
import { actingPerson } from '../ops/acting-person.ts';
import type { Ops } from '../ops/connect-ops.ts';
import type { LetterPlace, UnreadableCode } from './dead-letter.ts';

/** Why the original can't be opened by ops, whatever its key: only its beginning is kept, its topic is none of ours, or not for ops. */
export type Obstacle = 'cut_short' | 'topic_unknown' | 'not_for_ops';

/** What is known of an original before it is opened. */
export type Original =
  /** The record had no value. */
  | { readonly kind: 'none' }
  /** No envelope: a line that was offered, or what a stranger wrote. It is there once its dead letter is open. */
  | { readonly kind: 'unsealed' }
  /** An envelope of its own. Nothing proves the key it names before it is opened. */
  | {
      readonly kind: 'sealed';
      readonly stream: StreamName | null;
      readonly keyArn: string;
      readonly obstacle: Obstacle | null;
    };

export function originalOf({ origin, original, originalBytes }: RejectedRecord): Original {
  if (original === null) return { kind: 'none' };
  const keyArn = origin.kind === 'topic' ? readKekRef(original) : undefined;
  if (origin.kind !== 'topic' || keyArn === undefined) return { kind: 'unsealed' };
  const stream = streamNames.find((name) => streams[name].topic === origin.topic) ?? null;
  const obstacle = obstacleTo(stream, originalBytes !== original.length);
  return { kind: 'sealed', stream, keyArn, obstacle };
}

function obstacleTo(stream: StreamName | null, isCut: boolean): Obstacle | null {
  if (stream === null) return 'topic_unknown';
  if (!streams[stream].readers.includes('ops')) return 'not_for_ops';
  return isCut ? 'cut_short' : null;
}

export type OpenedOriginal =
  | { readonly ok: true; readonly bytes: Uint8Array | null }
  | { readonly ok: false; readonly code: UnreadableCode | Obstacle };

/**
 * Opens what can be opened of a dead letter's original with the key of ops, once the audit trail has an
 * entry that it is. Throws WeirError audit_unavailable where it hasn't, or where the entry of the outcome
 * can't be asked for: nothing may be shown then.
 */
export async function openOnRecord(
  ops: Pick<Ops, 'opener' | 'environment' | 'recorder'>,
  { partition, offset }: LetterPlace,
  rejected: RejectedRecord,
): Promise<OpenedOriginal> {
  const original = originalOf(rejected);
  const begun = await ops.recorder().recordBefore({
    ...actingPerson(),
    action: 'dead_letters_opened',
    subject: { kind: 'record', id: `${streams.rejected.topic}-${partition}-${offset}` },
    // The key that the envelope names may be anything that a stranger wrote there.
    details: { original: original.kind, ...rejectionDetails(rejected) },
  });
  const opened = await open(ops, rejected, original).catch(async (error: unknown) => {
    const failure = error instanceof WeirError ? { failure: error.code } : {};
    // What failed matters more than that its failure could not be recorded, too.
    await begun.end('failed', failure).catch(() => undefined);
    throw error;
  });
  await begun.end(opened.ok ? 'done' : 'failed', opened.ok ? {} : { failure: opened.code });
  return opened;
}

function rejectionDetails({ rejections, origin }: RejectedRecord): Record<string, string | number> {
  const [first] = rejections;
  return {
    ...(first === undefined ? {} : { code: first.code }),
    ...(origin.kind === 'source'
      ? { source: origin.source, line: origin.line }
      : { topic: origin.topic, partition: origin.partition, offset: origin.offset }),
  };
}

async function open(
  { opener, environment }: Pick<Ops, 'opener' | 'environment'>,
  { key, headers, original }: RejectedRecord,
  about: Original,
): Promise<OpenedOriginal> {
  if (about.kind !== 'sealed') return { ok: true, bytes: original };
  const { stream, obstacle } = about;
  if (obstacle !== null || stream === null) return { ok: false, code: obstacle ?? 'topic_unknown' };
  const record = { key, value: original, headers: Object.fromEntries(headers) };
  const [opened] = await openEvents({ opener, stream, environment }, [record]);
  if (opened === undefined) throw new RangeError('one record gives one outcome');
  return opened.ok ? { ok: true, bytes: opened.plaintext } : { ok: false, code: opened.rejection.code };
}
