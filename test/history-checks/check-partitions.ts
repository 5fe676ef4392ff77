import { reached } from './history.ts';
import type { History, Violation } from './history.ts';

/**
 * An account has one partition of the log for ever: its windows are in one place
 * and its verdicts in one order. `earlier` names the accounts of what was judged
 * before, by `partition account`.
 */
export function checkPartitions(
  { log, judgeFrom }: Pick<History, 'log' | 'judgeFrom'>,
  earlier: Iterable<string>,
): Violation[] {
  const homes = new Map<string, number>();
  for (const name of earlier) {
    const [partition, account] = name.split(' ') as [string, string];
    homes.set(account, Number(partition));
  }
  const transactions = log.filter((entry) => entry.kind === 'transaction');
  for (const { account, partition } of transactions) if (!homes.has(account)) homes.set(account, partition);
  return transactions
    .filter((entry) => reached(judgeFrom, entry) && homes.get(entry.account) !== entry.partition)
    .map(({ partition, offset, account }) => ({
      rule: 'one_partition',
      damage: 'conflicting',
      partition,
      offset,
      found: `its account is at home in partition ${homes.get(account)}`,
    }));
}
