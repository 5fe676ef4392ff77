import type { Random } from '@weir/simulator';
import { transactionName } from '../history-checks/history.ts';
import { pickAny } from './pick-any.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
const firstEventMs = Date.UTC(2026, 0, 5, 8);

type Offered = Readonly<Record<string, unknown>> & {
  readonly transactionId: string;
  readonly account: { readonly other: { readonly id: string } };
};

/** An input of ingest: its bytes, and how its lines ought to be counted. */
export type BankFile = {
  readonly bytes: Buffer;
  /** Its lines in their order: the transaction each names, or undefined for one that is none. */
  readonly lines: readonly (string | undefined)[];
  /** Lines that are transactions, repeated ones included. */
  readonly acceptable: number;
  /** Lines that ingest refuses. */
  readonly refused: number;
};

/** In major units: far above the usual, and the first just below where payments are reported. */
const largeMajor = [9_000, 90_000];

/** Characters of three bytes: longer than the cleared topic of the simulation takes, once a verdict is with it. */
const oversizedText = '\u20ac'.repeat(134);

/**
 * A small bank's transactions as NDJSON: a few accounts that are busy enough for
 * windows to matter, with sendings repeated, repeated otherwise, late, at equal
 * times, above the usual, and with lines that are none.
 */
export const makeBankFile = (random: Random, transactions: number): BankFile => {
  const accounts = 2 + random.below(4);
  const lines: string[] = [];
  const names: (string | undefined)[] = [];
  const sent: Offered[] = [];
  let refused = 0;
  let atMs = firstEventMs;

  const fresh = (index: number): Offered => {
    atMs += random.pick([0, 0, 30_000, 5 * minuteMs, 40 * minuteMs, 7 * 60 * minuteMs]);
    const isLarge = random.chance(0.1);
    const lateMs = random.chance(0.15)
      ? random.pick([minuteMs, 20 * 60 * minuteMs, 3 * dayMs, 4 * dayMs])
      : 0;
    return {
      transactionId: `tx-${index}`,
      account: { other: { id: `account-${random.below(accounts)}` } },
      creditDebitIndicator: random.chance(0.2) ? 'CRDT' : 'DBIT',
      currency: random.chance(0.1) ? 'USD' : 'EUR',
      amount: isLarge
        ? `${random.pick(largeMajor) + random.below(900)}.00`
        : `${10 + random.below(20)}.${10 + random.below(80)}`,
      eventTime: new Date(atMs - lateMs).toISOString(),
      ...(random.chance(0.8)
        ? { counterparty: { account: { other: { id: `shop-${random.below(isLarge ? 1_000 : 4)}` } } } }
        : {}),
      ...(random.chance(0.3) ? { country: random.pick(['DE', 'FR', 'NL']) } : {}),
      ...(random.chance(0.3) ? { channel: random.pick(['atm', 'api', 'branch']) } : {}),
      ...(random.chance(0.02) ? { remittanceInformation: oversizedText } : {}),
    };
  };

  for (let index = 0; index < transactions; index += 1) {
    const earlier = pickAny(random, sent);
    if (random.chance(0.05)) {
      lines.push(random.pick(['{"transactionId": "cut', '[]', '{"transactionId": "tx"}', '\u0007']));
      names.push(undefined);
      refused += 1;
    }
    const one =
      earlier !== undefined && random.chance(0.12)
        ? random.chance(0.7)
          ? earlier
          : { ...earlier, amount: `${1 + random.below(9)}.99` }
        : fresh(index);
    sent.push(one);
    lines.push(JSON.stringify(one));
    names.push(transactionName(one.account.other.id, one.transactionId));
  }
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  return { bytes, lines: names, acceptable: sent.length, refused };
};
