import type { Rejection } from '@weir/contracts';
import { noCounts, offer, settle, type Counts, type Settlement } from './counts.ts';
import { createRejectionTally, type RejectionKind } from './rejection-tally.ts';

/**
 * How far an input is done without a gap: every record up to `line` is
 * acknowledged or rejected, and the next run goes on after it.
 */
export type Position = {
  readonly line: number;
  /** The source's running maximum of event time up to there; null before the first accepted record. */
  readonly observedAtMs: number | null;
  readonly counts: Counts;
  readonly rejections: readonly RejectionKind[];
};

export const inputBeginning: Position = { line: 0, observedAtMs: null, counts: noCounts, rejections: [] };

/** A record that was read and isn't settled yet. */
export type Ticket = {
  readonly line: number;
  readonly endLine: number;
  readonly observedAtMs: number | null;
  /** Empty for an accepted record. */
  readonly rejections: readonly Rejection[];
};

type OpenTicket = Ticket & { settlement: Settlement | undefined };

export type LineTracker = {
  /** Tells of the next record, in the order of the input. */
  offer(ticket: Ticket): Ticket;
  /** Tells what became of a record, in any order, once. */
  settle(ticket: Ticket, settlement: Settlement): void;
  /** Everything read so far, by this run and those it resumes. */
  counts(): Counts;
  position(): Position;
  /** Records between the position and the reader: what a crash now would have read again. */
  openRecords(): number;
};

/**
 * Follows the records of one input from being read to being settled. They are
 * settled out of order, since partitions answer independently; the position
 * moves only over a settled beginning, so that a resumed run misses none.
 */
export function createLineTracker(start: Position): LineTracker {
  const tally = createRejectionTally(start.rejections);
  let counts = start.counts;
  let done = start;
  let open: OpenTicket[] = [];
  let firstOpen = 0;

  function advance(): void {
    for (;;) {
      const ticket = open[firstOpen];
      if (ticket?.settlement !== 'acknowledged' && ticket?.settlement !== 'rejected') break;
      tally.add(ticket.rejections, ticket.line);
      done = {
        ...done,
        line: ticket.endLine,
        observedAtMs: ticket.observedAtMs,
        counts: settle(offer(done.counts), ticket.settlement),
      };
      firstOpen += 1;
    }
    // Cutting the array once half of it is done keeps the cost per record constant.
    if (firstOpen * 2 > open.length) {
      open = open.slice(firstOpen);
      firstOpen = 0;
    }
  }

  return {
    offer(ticket) {
      const opened: OpenTicket = { ...ticket, settlement: undefined };
      open.push(opened);
      counts = offer(counts);
      return opened;
    },
    settle(ticket, settlement) {
      const opened = ticket as OpenTicket;
      if (opened.settlement !== undefined) throw new TypeError('a record was settled twice');
      opened.settlement = settlement;
      counts = settle(counts, settlement);
      advance();
    },
    counts: () => counts,
    position: () => ({ ...done, rejections: tally.kinds() }),
    openRecords: () => open.length - firstOpen,
  };
}
