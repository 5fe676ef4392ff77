import { decodePayload, events, formatInstant } from '@weir/contracts';
import { storedDigest } from '@weir/replays';
import type { KafkaRecord } from '@weir/kafka';
import type { CaseTransaction, ManifestPlace } from '@weir/replays';
import { CommandError, exitCodes } from '../exit-codes.ts';
import type { Ops } from '../ops/connect-ops.ts';
import { placeName, stretchOf } from './places.ts';
import { keyOf, readSelected } from './read-selected.ts';
import type { SelectedRecord } from './read-selected.ts';

/**
 * Opens the records that a manifest names, in its order. Throws CommandError (1) where the log has no such record any
 * more, or another one than was hashed.
 */
export async function collectTransactions(
  ops: Ops,
  places: readonly ManifestPlace[],
  account: string,
  signal: AbortSignal,
): Promise<readonly CaseTransaction[]> {
  if (places.length === 0) return [];
  const wanted = new Map(places.map((place) => [placeName(place), place]));
  const found = new Map<string, CaseTransaction>();
  await readSelected(
    ops,
    'received',
    stretchOf(places),
    (record) => {
      const place = wanted.get(placeName(record));
      if (place !== undefined) requireSame(record, place, account);
      return place !== undefined;
    },
    (selected) => {
      const place = wanted.get(placeName(selected.record));
      if (place !== undefined) found.set(placeName(place), lineOf(selected, place, account));
    },
    signal,
  );
  return places.map((place) => {
    const line = found.get(placeName(place));
    if (line !== undefined) return line;
    throw new CommandError(
      exitCodes.notAsItShouldBe,
      `The log no longer has ${placeName(place)}: it is beyond its retention. What is left can be planned anew`,
    );
  });
}

/** Before it is opened: another record may be anybody's. */
function requireSame(record: KafkaRecord, place: ManifestPlace, account: string): void {
  if (storedDigest(record).toString('hex') === place.sha256 && keyOf(record) === account) return;
  throw new CommandError(
    exitCodes.notAsItShouldBe,
    `At ${placeName(place)} the log has another record than the replay has read: see docs/runbooks/another-log.md`,
  );
}

function lineOf({ opened }: SelectedRecord, place: ManifestPlace, account: string): CaseTransaction {
  const { partition, offset, sha256 } = place;
  const of = { partition, offset, at: formatInstant(place.timestampMs), sha256 };
  if (!opened.ok)
    return { ...of, kind: 'unreadable', code: 'closed' in opened ? opened.closed : opened.rejection.code };
  const { type, id } = opened.attributes;
  const payload =
    type === events.transactionReceived.type
      ? decodePayload(events.transactionReceived, opened.plaintext)
      : undefined;
  return payload?.ok === true
    ? { ...of, kind: 'transaction', id, account, transaction: payload.value }
    : { ...of, kind: 'unreadable', code: 'no_transaction' };
}
