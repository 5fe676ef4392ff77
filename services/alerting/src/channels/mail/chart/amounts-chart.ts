import type { CreditDebitIndicator } from '@weir/contracts';
import type { JudgedTransaction } from '../../../judged-transaction.ts';
import { counted, listed, money, roughNumber } from '../../../wording/format.ts';
import { amountScale } from './amount-scale.ts';
import type { AmountScale } from './amount-scale.ts';

/** One amount of the chart, from left to right in the order they came. */
export type ChartPoint = {
  /** 0 at the bottom, 1 at the top. */
  readonly height: number;
  readonly creditDebitIndicator: CreditDebitIndicator;
};

/** The recent amounts of an account, and the one that is told of: everything that is drawn, and what it says in words. */
export type AmountsChart = {
  readonly before: readonly ChartPoint[];
  readonly thisOne: ChartPoint & { readonly label: string };
  readonly lines: AmountScale['lines'];
  /** Where amounts of the kind usually lie; undefined where nobody knows. */
  readonly usual: { readonly low: number; readonly high: number } | undefined;
  /** The days it begins and ends with, as 2025-06-15. */
  readonly firstDay: string;
  readonly lastDay: string;
  readonly currency: string;
  /** The same in words, for who can't see it. */
  readonly words: string;
};

/**
 * The chart about a transaction; undefined where the account has no recent amount in its currency. Amounts
 * of other currencies are left out: they have no place on the same scale.
 */
export function amountsChart({ transaction, evidence }: JudgedTransaction): AmountsChart | undefined {
  const { currency, amountMinor, creditDebitIndicator } = transaction;
  const before = evidence.recentAmounts.filter((one) => one.currency === currency && one.amountMinor > 0);
  const [first] = before;
  if (first === undefined) return undefined;
  const { usualAmount } = evidence;
  const scale = amountScale([amountMinor, ...before.map((one) => one.amountMinor)], currency);
  return {
    before: before.map((one) => ({
      height: scale.heightOf(one.amountMinor),
      creditDebitIndicator: one.creditDebitIndicator,
    })),
    thisOne: {
      height: scale.heightOf(amountMinor),
      creditDebitIndicator,
      label: money(amountMinor, currency),
    },
    lines: scale.lines,
    usual:
      usualAmount === null
        ? undefined
        : { low: scale.heightOf(usualAmount.lowMinor), high: scale.heightOf(usualAmount.highMinor) },
    firstDay: first.eventTime.slice(0, 10),
    lastDay: transaction.eventTime.slice(0, 10),
    currency,
    words: wordsOf(transaction, before),
  };
}

type Amount = Pick<
  JudgedTransaction['transaction'],
  'amountMinor' | 'currency' | 'creditDebitIndicator' | 'eventTime'
>;

/** Below this, “times as much” says nothing. */
const leastTimes = 1.05;

const way = { DBIT: 'out', CRDT: 'in' } as const;

function wordsOf(thisOne: Amount, before: readonly Amount[]): string {
  const { currency, amountMinor, creditDebitIndicator } = thisOne;
  const days = `${before[0]?.eventTime.slice(0, 10) ?? ''} to ${before.at(-1)?.eventTime.slice(0, 10) ?? ''}`;
  const kinds = (['DBIT', 'CRDT'] as const).flatMap((kind) => {
    const amounts = before.filter((one) => one.creditDebitIndicator === kind).map((one) => one.amountMinor);
    return amounts.length === 0 ? [] : [`${amounts.length} ${way[kind]}, ${rangeOf(amounts, currency)}`];
  });
  const alike = before.filter((one) => one.creditDebitIndicator === creditDebitIndicator);
  const largest = Math.max(...alike.map((one) => one.amountMinor));
  const compared =
    alike.length > 0 && amountMinor >= largest * leastTimes
      ? `, ${roughNumber(amountMinor / largest)} times the largest ${way[creditDebitIndicator]} before it`
      : '';
  return (
    `The last ${counted(before.length, `${currency} amount`)} of the account, ${days}: ${listed(kinds)}. ` +
    `Then this one: ${money(amountMinor, currency)} ${way[creditDebitIndicator]}${compared}.`
  );
}

function rangeOf(amounts: readonly number[], currency: string): string {
  const [least, most] = [Math.min(...amounts), Math.max(...amounts)];
  return least === most ? money(least, currency) : `${money(least, currency)} to ${money(most, currency)}`;
}
