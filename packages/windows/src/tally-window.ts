import { amountHighOf, amountLowOf, amountMinorOf } from './record-rows.ts';
import type { Gait, Walker } from './walker.ts';
import { inMinor } from './window-sums.ts';

/** What a tally is over: how far it reaches back, and of what its round amounts are multiples. */
export type TallyOf = { readonly spanMs: number; readonly unitMinor: number };

/** The sum of a stretch of records, how many have each amount, and how many a multiple of the unit. */
export type TallyWindow = Walker &
  TallyOf & {
    amountHigh: number;
    amountLow: number;
    multiples: number;
    readonly byAmount: Map<number, number>;
  };

export const createTallyWindow = ({ spanMs, unitMinor }: TallyOf): TallyWindow => ({
  spanMs,
  unitMinor,
  start: 0,
  end: 0,
  amountHigh: 0,
  amountLow: 0,
  multiples: 0,
  byAmount: new Map(),
});

export const tallySumMinor = ({ amountHigh, amountLow }: TallyWindow): number =>
  inMinor(amountHigh, amountLow);

function weigh(tally: TallyWindow, view: DataView, slot: number, sign: 1 | -1): void {
  const amountMinor = amountMinorOf(view, slot);
  tally.amountHigh += sign * amountHighOf(view, slot);
  tally.amountLow += sign * amountLowOf(view, slot);
  if (amountMinor % tally.unitMinor === 0) tally.multiples += sign;
  const count = (tally.byAmount.get(amountMinor) ?? 0) + sign;
  // A walker may give back what it has yet to take in, so that a count is below zero in between.
  if (count === 0) tally.byAmount.delete(amountMinor);
  else tally.byAmount.set(amountMinor, count);
}

export const tallyGait: Gait<TallyWindow> = {
  clear: (tally) => {
    tally.amountHigh = 0;
    tally.amountLow = 0;
    tally.multiples = 0;
    tally.byAmount.clear();
  },
  add: (tally, view, slot) => {
    weigh(tally, view, slot, 1);
  },
  takeAway: (tally, view, slot) => {
    weigh(tally, view, slot, -1);
  },
};
