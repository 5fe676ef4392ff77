import { placeKey, reached } from './history.ts';
import type { History, LogTransaction, Violation } from './history.ts';

/**
 * What ingest has acknowledged is where it said: each transaction in the log, as
 * often as its source was told so; each malformed line in the rejected stream;
 * each record that a stranger planted in the log, as what it is. The log holds
 * no transaction that nobody sent, and each account's in the order they were
 * sent in.
 */
export function checkSends(history: History): Violation[] {
  const transactions = history.log.filter((entry) => entry.kind === 'transaction');
  return [
    ...checkAcknowledged(history, transactions),
    ...checkRefused(history),
    ...checkPlanted(history),
    ...checkSent(history, transactions),
    ...checkOrder(history, transactions),
  ];
}

const nameOf = (one: { readonly source: string; readonly transaction: string | undefined }): string =>
  `${one.source} ${one.transaction}`;

function checkAcknowledged({ sends }: History, transactions: readonly LogTransaction[]): Violation[] {
  const inLog = countBy(transactions, nameOf);
  const acknowledged = sends.filter(
    ({ state, transaction }) => state === 'acknowledged' && transaction !== undefined,
  );
  return [...countBy(acknowledged, nameOf)]
    .filter(([name, count]) => (inLog.get(name) ?? 0) < count)
    .map(([name, count]) => ({
      rule: 'acknowledged_in_log',
      damage: 'lost',
      found: `${name}: acknowledged ${count} times, in the log ${inLog.get(name) ?? 0} times`,
    }));
}

function checkRefused({ sends, rejected }: History): Violation[] {
  const refused = new Set(
    rejected.flatMap(({ origin }) => (origin.kind === 'source' ? [`${origin.source} ${origin.line}`] : [])),
  );
  return sends
    .filter(({ state, transaction }) => state === 'acknowledged' && transaction === undefined)
    .filter(({ source, sourceLine }) => !refused.has(`${source} ${sourceLine}`))
    .map(({ source, sourceLine }) => ({
      rule: 'malformed_rejected',
      damage: 'lost',
      found: `line ${sourceLine} of ${source} is in no rejection`,
    }));
}

function checkPlanted({ planted, log }: History): Violation[] {
  const foreign = new Set(
    log.filter(({ kind }) => kind === 'foreign').map(({ partition, offset }) => placeKey(partition, offset)),
  );
  return planted
    .filter(({ partition, offset }) => !foreign.has(placeKey(partition, offset)))
    .map((place) => ({
      rule: 'planted_in_log',
      damage: 'lost',
      ...place,
      found: 'a planted record is not there',
    }));
}

function checkSent({ sends, judgeFrom }: History, transactions: readonly LogTransaction[]): Violation[] {
  const sent = new Set(sends.map(({ transaction }) => transaction));
  return transactions
    .filter((entry) => reached(judgeFrom, entry) && !sent.has(entry.transaction))
    .map(({ partition, offset }) => ({
      rule: 'nobody_sent',
      damage: 'conflicting',
      partition,
      offset,
      found: 'the log has a transaction that nobody sent',
    }));
}

/**
 * Of two transactions of an account the one that was first sent earlier stands
 * earlier in the log. One that its sender gave up on may stand where it was
 * first sent, or where it was repeated: it says nothing.
 */
function checkOrder({ sends }: History, transactions: readonly LogTransaction[]): Violation[] {
  const firstOffsets = new Map<string, LogTransaction>();
  for (const entry of transactions) {
    const known = firstOffsets.get(entry.transaction);
    if (known === undefined || entry.offset < known.offset) firstOffsets.set(entry.transaction, entry);
  }
  const lastOf = new Map<string, number>();
  const seen = new Set(sends.flatMap(({ state, transaction }) => (state === 'unknown' ? [transaction] : [])));
  const violations: Violation[] = [];
  for (const { transaction, state } of sends.toSorted((a, b) => a.sequence - b.sequence)) {
    if (transaction === undefined || state !== 'acknowledged' || seen.has(transaction)) continue;
    seen.add(transaction);
    const entry = firstOffsets.get(transaction);
    if (entry === undefined) continue;
    if (entry.offset < (lastOf.get(entry.account) ?? -1)) {
      const { partition, offset } = entry;
      const found = 'it stands before one of its account that was sent earlier';
      violations.push({ rule: 'account_order', damage: 'conflicting', partition, offset, found });
    }
    lastOf.set(entry.account, entry.offset);
  }
  return violations;
}

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}
