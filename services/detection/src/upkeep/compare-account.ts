import { isVisibleAt, recordFormat, unpackRecords } from '@weir/windows';
import type { WindowPlan, WindowRecord } from '@weir/windows';

/** How the windows of an account differ from what the log says: records are missing, too many, or other ones. */
export type Difference = 'missing' | 'extra' | 'other';

/** What came of verifying a few accounts, by pseudonym. */
export type SampledAccounts = {
  readonly compared: number;
  readonly differing: readonly { readonly account: string; readonly difference: Difference }[];
};

/** The packed records of one account, as the log has them and as they are stored. */
export type ComparedAccount = {
  readonly plan: WindowPlan;
  /** From `fromOffset` up to `upTo`, in offset order. */
  readonly expected: readonly Uint8Array[];
  readonly stored: readonly Uint8Array[];
  /** The log begins here: what is stored from before can't be judged any more. */
  readonly fromOffset: number;
  /** What is stored from here on came after the log was looked at. */
  readonly upTo: number;
};

/** A record, and its bytes as they are: what was altered may be no record that could be packed. */
type Slice = { readonly record: WindowRecord; readonly bytes: Uint8Array };

const { recordBytes } = recordFormat;

/**
 * What is stored has to be what the log says, record for record and bit for bit.
 * Records may be missing only where they are invisible by now: those a store
 * may have trimmed, and repetitions of those, which never were stored.
 */
export function compareAccount(compared: ComparedAccount): Difference | undefined {
  if (compared.stored.some(({ byteLength }) => byteLength % recordBytes !== 0)) return 'other';
  const expected = slicesOf(compared.expected);
  const stored = slicesOf(compared.stored);
  if (!isInOrder(stored)) return 'other';
  const isJudged = ({ record: { offset } }: Slice): boolean =>
    offset >= compared.fromOffset && offset < compared.upTo;
  // By all that is known of the account, so that a trim while the log was being read is no difference.
  const horizonSeconds = latestObservation([...expected, ...stored.filter((slice) => !isJudged(slice))]);
  const judged = new Map(stored.filter(isJudged).map(({ record, bytes }) => [record.offset, bytes]));
  for (const { record, bytes } of expected) {
    const found = judged.get(record.offset);
    if (found === undefined) {
      if (isVisibleAt(compared.plan, record, horizonSeconds)) return 'missing';
      continue;
    }
    if (Buffer.compare(bytes, found) !== 0) return 'other';
    judged.delete(record.offset);
  }
  return judged.size === 0 ? undefined : 'extra';
}

const slicesOf = (pieces: readonly Uint8Array[]): Slice[] =>
  pieces.flatMap((piece) =>
    unpackRecords(piece).map((record, index) => ({
      record,
      bytes: piece.subarray(index * recordBytes, (index + 1) * recordBytes),
    })),
  );

const isInOrder = (slices: readonly Slice[]): boolean =>
  slices.every(({ record }, index) => record.offset > (slices[index - 1]?.record.offset ?? -1));

const latestObservation = (slices: readonly Slice[]): number =>
  slices.reduce((latest, { record }) => Math.max(latest, record.observedAtSeconds), 0);
