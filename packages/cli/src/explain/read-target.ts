import { flaggedIdentity, isPseudonymOf, streams, type StreamName } from '@weir/contracts';
import { CommandError, exitCodes } from '../exit-codes.ts';

/** A transaction as somebody names it. */
export type Target =
  | { readonly kind: 'pseudonym'; readonly transaction: string }
  /** A record of one of the streams that transactions stand on. */
  | {
      readonly kind: 'place';
      readonly stream: 'received' | 'cleared' | 'held';
      readonly partition: number;
      readonly offset: number;
    };

const streamsOfTransactions = ['received', 'cleared', 'held'] as const;

/**
 * Reads "t1_..." and "2/41", "held/2/41" or "transactions.held.v1/2/41", as alerts and "weir tail" show
 * transactions. Throws CommandError for anything else, and doesn't repeat it: it may be an account number.
 */
export function readTarget(text: string): Target {
  const identity = flaggedIdentity(text) ?? text;
  if (isPseudonymOf('transaction', identity)) return { kind: 'pseudonym', transaction: identity };
  const [, name = 'received', partition, offset] =
    /^(?:([a-z.0-9]+)\/)?(\d{1,6})\/(\d{1,15})$/.exec(text) ?? [];
  const stream = streamsOfTransactions.find((one: StreamName) => one === name || streams[one].topic === name);
  if (stream === undefined || partition === undefined || offset === undefined) {
    throw new CommandError(
      exitCodes.usage,
      'expected the event id of a transaction (t1_...), its place in the log (2/41), that of its held or cleared record (held/2/41), or with --account the id its sender gave it',
    );
  }
  return { kind: 'place', stream, partition: Number(partition), offset: Number(offset) };
}
