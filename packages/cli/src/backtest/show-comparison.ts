import type { Comparison, Flip } from '@weir/backtest';
import { grouped, table } from '../terminal/table.ts';

/** A comparison for a person: what the second run changes over the first. */
export function showComparison(comparison: Comparison): string[] {
  const { transactions, onlyInA, onlyInB, held, won, lost, examples } = comparison;
  const rows = [
    ['alerts won', won],
    ['alerts lost', lost],
  ] as const;
  return [
    `${grouped(transactions)} transactions in both; ${grouped(held.a)} held by the first, ${grouped(held.b)} by the second.`,
    ...(onlyInA + onlyInB === 0
      ? []
      : [`${grouped(onlyInA)} stand in the first file alone, ${grouped(onlyInB)} in the second.`]),
    '',
    ...table(
      ['', 'transactions', 'fraud', 'genuine', 'not known'],
      rows.map(([name, of]) => [name, ...[of.transactions, of.fraud, of.genuine, of.unknown].map(grouped)]),
      [1, 2, 3, 4],
    ),
    ...showFlips('Won, the largest changes first', examples.won),
    ...showFlips('Lost, the largest changes first', examples.lost),
  ];
}

const shownFlips = 5;

function showFlips(title: string, flips: readonly Flip[]): string[] {
  if (flips.length === 0) return [];
  const rows = flips
    .slice(0, shownFlips)
    .map(({ transactionId, scoreA, scoreB, label }) => [
      transactionId,
      `${scoreA.toFixed(3)} -> ${scoreB.toFixed(3)}`,
      label === 'unknown' ? '' : label,
    ]);
  return ['', ...table([title, 'score', ''], rows)];
}
