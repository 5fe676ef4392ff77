import type { StreamName } from '@weir/contracts';
import type { Sealer, UnsealedEvent } from '@weir/envelope';
import type { Ticket } from '../ledger/line-tracker.ts';

/** The streams that ingest writes records of a source to. */
export type OutgoingStream = Extract<StreamName, 'received' | 'rejected' | 'outcomes'>;

/** A record that is ready to be sealed and sent to its partition. */
export type Outgoing<Settled = Ticket> = {
  readonly stream: OutgoingStream;
  readonly partition: number;
  readonly event: UnsealedEvent;
  /** Who is told what became of it. */
  readonly ticket: Settled;
};

/** The sealers a run has; it writes to no other stream. */
export type OutgoingSealers = Readonly<Partial<Record<OutgoingStream, Sealer>>>;

export function sealerAmong(sealers: OutgoingSealers, stream: OutgoingStream): Sealer {
  const sealer = sealers[stream];
  if (sealer === undefined) throw new TypeError(`a record for ${stream}, which has no sealer`);
  return sealer;
}
