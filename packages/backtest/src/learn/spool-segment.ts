import type { FeatureValues } from '@weir/contracts';
import type { Observation } from '@weir/learning';

/** An observation that waits for its outcome, with what will have been reported of it by then. */
export type Waiting = { readonly observation: Observation; readonly isFraud: boolean };

/**
 * A run of waiting observations as rows of fixed size, whose features have the
 * same names. A row, big-endian:
 *
 * | byte | width | field |
 * |---|---|---|
 * | 0 | 8 | eventTimeMs |
 * | 8 | 8 | offset |
 * | 16 | 16 | transaction: the pseudonym's hash |
 * | 32 | 16 | account: the pseudonym's hash |
 * | 48 | 6 | counterparty, or zeros |
 * | 54 | 3 | currency, ASCII |
 * | 57 | 1 | bit 0: fraud; bit 1: credit; bit 2: has a counterparty |
 * | 58 | 8 each | features in the order of the names; NaN for none |
 */
export type SpoolSegment = {
  readonly names: readonly string[];
  readonly rows: number;
  readonly bytes: Buffer;
};

const headBytes = 58;

export const rowBytesOf = (names: readonly string[]): number => headBytes + 8 * names.length;

/** Whether the features have these very names in this very order. */
export function hasNames(features: FeatureValues, names: readonly string[]): boolean {
  let index = 0;
  for (const name in features) {
    if (names[index] !== name) return false;
    index += 1;
  }
  return index === names.length;
}

/** Writes a row. The partition of a backtest is always 0 and stands in no row. */
export function writeWaiting(
  bytes: Buffer,
  at: number,
  names: readonly string[],
  { observation, isFraud }: Waiting,
): void {
  const { counterparty } = observation;
  bytes.writeDoubleBE(observation.eventTimeMs, at);
  bytes.writeDoubleBE(observation.offset, at + 8);
  bytes.write(observation.transaction.slice(3), at + 16, 16, 'base64url');
  bytes.write(observation.account.slice(3), at + 32, 16, 'base64url');
  if (counterparty === '') bytes.fill(0, at + 48, at + 54);
  else bytes.write(counterparty, at + 48, 6, 'hex');
  bytes.write(observation.currency, at + 54, 3, 'latin1');
  bytes[at + 57] =
    (isFraud ? 1 : 0) | (observation.creditDebitIndicator === 'CRDT' ? 2 : 0) | (counterparty === '' ? 0 : 4);
  for (const [index, name] of names.entries()) {
    // A journal is JSON, which knows no negative zero; adding zero makes one plain.
    bytes.writeDoubleBE((observation.features[name] ?? Number.NaN) + 0, at + headBytes + 8 * index);
  }
}

export const eventTimeAt = (bytes: Buffer, at: number): number => bytes.readDoubleBE(at);

/** Reads back what writeWaiting wrote there. */
export function readWaiting(bytes: Buffer, at: number, names: readonly string[]): Waiting {
  const flags = bytes[at + 57] ?? 0;
  const features: FeatureValues = {};
  for (const [index, name] of names.entries()) {
    const value = bytes.readDoubleBE(at + headBytes + 8 * index);
    features[name] = Number.isNaN(value) ? null : value;
  }
  return {
    isFraud: (flags & 1) !== 0,
    observation: {
      partition: 0,
      eventTimeMs: bytes.readDoubleBE(at),
      offset: bytes.readDoubleBE(at + 8),
      transaction: `t1_${bytes.toString('base64url', at + 16, at + 32)}`,
      account: `a1_${bytes.toString('base64url', at + 32, at + 48)}`,
      counterparty: (flags & 4) === 0 ? '' : bytes.toString('hex', at + 48, at + 54),
      currency: bytes.toString('latin1', at + 54, at + 57),
      creditDebitIndicator: (flags & 2) === 0 ? 'DBIT' : 'CRDT',
      features,
    },
  };
}
