import type { StreamName } from '@weir/contracts';
import type { UnsealedEvent } from '@weir/envelope';
import type { Ticket } from '../ledger/line-tracker.ts';

/** The streams that ingest writes records of a source to. */
export type OutgoingStream = Extract<StreamName, 'received' | 'rejected'>;

/** A record that is ready to be sealed and sent to its partition. */
export type Outgoing<Settled = Ticket> = {
  readonly stream: OutgoingStream;
  readonly partition: number;
  readonly event: UnsealedEvent;
  /** Who is told what became of it. */
  readonly ticket: Settled;
};
