import { transactionName } from '../../history-checks/history.ts';
import { createSeededRandom } from '../plan/seeded-random.ts';
import type { SeededRandom } from '../plan/seeded-random.ts';

/**
 * What a line is meant to be. `malformed`: ingest has to refuse it. `repeat`: an
 * earlier line again, as it was. `conflict`: an earlier transaction's id with
 * another amount.
 */
export type SendKind = 'fresh' | 'repeat' | 'conflict' | 'malformed';

/** One line offered to ingest. */
export type Send = {
  /** Counted from 0 over the whole run. */
  readonly sequence: number;
  readonly kind: SendKind;
  readonly line: string;
  /** Account and transaction id in one text; undefined for a line that has none to be found by. */
  readonly transaction: string | undefined;
};

export type LoadGenerator = {
  /** The next lines of the stream, without end. */
  readonly take: (count: number) => Send[];
  /** One ordinary line for every account, so that each of them is looked at once more. */
  readonly touchAll: () => Send[];
};

const mainAccounts = { prefix: 'account', accounts: 240 };
/** They have ten times as many transactions as others, enough to fill segments of the store. */
const busyAccounts = 2;
const busyShare = 0.08;
const counterpartiesPerAccount = 5;
const startMs = Date.parse('2024-01-01T00:00:00Z');
const stepMs = 40_000;
const hourMs = 3_600_000;
const rememberedSends = 1_500;

const shares = {
  repeat: 0.02,
  conflict: 0.001,
  malformed: 0.003,
  /** Within the allowance of a day. */
  late: 0.02,
  /** Beyond it: held for that reason. */
  tooLate: 0.001,
  /** At the very time of the transaction before it. */
  sameTime: 0.03,
  unusual: 0.004,
};

/**
 * A stream of transactions of one tenant that a seed decides: steady payments of
 * many accounts, and among them late ones, ones of equal times, unusual amounts,
 * repeats, contradictions and lines that are none. Streams that are fed at the
 * same time are of different accounts, by their prefix.
 */
export function createLoadGenerator(seed: string, { prefix, accounts } = mainAccounts): LoadGenerator {
  const random = createSeededRandom(`${seed}/load`);
  const recent: Send[] = [];
  let sequence = 0;
  let clockMs = startMs;

  const remember = (send: Send): Send => {
    recent.push(send);
    if (recent.length > rememberedSends * 2) recent.splice(0, rememberedSends);
    return send;
  };
  const fresh = (accountIndex: number): Send => {
    if (!random.chance(shares.sameTime)) clockMs += random.between(1, 2 * stepMs);
    const accountId = `${prefix}-${accountIndex}`;
    const transactionId = `t-${sequence}`;
    const line = JSON.stringify({
      transactionId,
      account: { other: { id: accountId, scheme: 'faults' } },
      ...paymentOf(random, accountIndex),
      eventTime: new Date(clockMs - ageMs(random)).toISOString(),
    });
    return remember({
      sequence: sequence++,
      kind: 'fresh',
      line,
      transaction: transactionName(accountId, transactionId),
    });
  };
  const next = (): Send => {
    const original = recent[random.between(0, recent.length - 1)];
    if (original !== undefined && random.chance(shares.repeat + shares.conflict)) {
      const isRepeat = random.chance(shares.repeat / (shares.repeat + shares.conflict));
      return isRepeat
        ? { ...original, sequence: sequence++, kind: 'repeat' }
        : { ...original, sequence: sequence++, kind: 'conflict', line: contradict(original.line) };
    }
    if (random.chance(shares.malformed)) {
      return { sequence: sequence++, kind: 'malformed', line: malformed(random), transaction: undefined };
    }
    const isBusy = random.chance(busyShare);
    return fresh(isBusy ? random.between(0, busyAccounts - 1) : random.between(busyAccounts, accounts - 1));
  };
  return {
    take: (count) => Array.from({ length: count }, next),
    touchAll: () => Array.from({ length: accounts }, (_, index) => fresh(index)),
  };
}

function ageMs(random: SeededRandom): number {
  if (random.chance(shares.tooLate)) return random.between(25 * hourMs, 40 * hourMs);
  return random.chance(shares.late) ? random.between(1, 23 * hourMs) : 0;
}

/** A usual payment of an account that always pays about the same few sides; or, rarely, many times as much to a stranger. */
function paymentOf(random: SeededRandom, accountIndex: number) {
  const isUnusual = random.chance(shares.unusual);
  const typicalMinor = 2_000 + (accountIndex % 17) * 700;
  const spread = 0.7 + 0.6 * random.unit();
  const amountMinor = Math.round(typicalMinor * spread * (isUnusual ? 9 : 1));
  const counterparty = isUnusual
    ? `stranger-${random.between(0, 1_000_000)}`
    : `shop-${accountIndex}-${random.between(1, counterpartiesPerAccount)}`;
  return {
    creditDebitIndicator: accountIndex % 11 === 0 && random.chance(0.5) ? 'CRDT' : 'DBIT',
    amount: (amountMinor / 100).toFixed(2),
    currency: accountIndex % 7 === 0 ? 'USD' : 'EUR',
    counterparty: { name: counterparty, account: { other: { id: counterparty } } },
    channel: random.pick(['card_present', 'online_banking', 'mobile_banking']),
    country: random.chance(0.03) ? 'FR' : 'NL',
  };
}

/** The same transaction with a cent more. */
function contradict(line: string): string {
  const said = JSON.parse(line) as { amount: string };
  return JSON.stringify({ ...said, amount: (Number(said.amount) + 0.01).toFixed(2) });
}

function malformed(random: SeededRandom): string {
  return random.pick([
    '{"transactionId": "cut',
    '{"transactionId":"x","amount":12}',
    '[]',
    JSON.stringify({ transactionId: 'y', account: { other: { id: 'account-1' } }, amount: '-1.00' }),
  ]);
}
