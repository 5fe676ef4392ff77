import { channels, currencyOf, parseAmount, parseInstant } from '@weir/contracts';
import type { RulesetTest, TestTransaction } from '@weir/rules';
import type { WindowRecord } from '@weir/windows';
import { mostTransactionsOfTest } from '../limits.ts';

/** When the transaction of a test happens that says nothing of it: a Wednesday at noon, in UTC. */
const noonMs = Date.UTC(2025, 5, 18, 12);

/** Windows keep seconds since 1970 in 32 bits, of which this is the last whole year. */
const latestMs = Date.UTC(2106, 0, 1) - 1;

/** What is wrong with how a test tells its transactions: `path` counts from the test, "given.1.at". */
export type TellingProblem = { readonly path: string; readonly message: string };

export type Telling =
  | {
      readonly ok: true;
      /** In the order they happen, the judged one last. */
      readonly records: readonly [WindowRecord, ...WindowRecord[]];
      /** The counterparties by the names the test gives them, as 12 hex digits. */
      readonly counterparties: ReadonlyMap<string, string>;
    }
  | { readonly ok: false; readonly problems: readonly TellingProblem[] };

/**
 * The records of the transactions that a test tells: euros that leave the account, at noon of a Wednesday,
 * but for what it says. Each is seen the moment it happens, so none of them is late. Pseudonyms are made up
 * by counting names: what is told apart is what counts.
 */
export function tellTransactions({ given }: Pick<RulesetTest, 'given'>): Telling {
  const problems: TellingProblem[] = [];
  const say = (index: number, field: string, message: string): void => {
    problems.push({ path: `given.${String(index)}.${field}`, message });
  };
  const lastMs = timeOfLast(given, say);
  const told = given.flatMap((transaction, index) => {
    const untilMs =
      index === given.length - 1 ? lastMs : timeOf(transaction, lastMs, (what) => say(index, 'at', what));
    if (untilMs > lastMs) say(index, 'at', 'behind the last one, which is the one that is judged');
    const money = parseAmount(transaction.amount, transaction.currency ?? usualCurrency);
    if (!money.ok)
      say(
        index,
        money.code === 'currency_unknown' ? 'currency' : 'amount',
        moneyWords[money.code] ?? 'no amount',
      );
    const everyMs = intervalOf(transaction, (field, what) => say(index, field, what));
    const times = timesOf(transaction, untilMs, everyMs);
    if ((times[0] ?? untilMs) < 0 || untilMs > latestMs)
      say(index, 'at', 'before 1970 or behind 2105, where no window reaches');
    return times.map((eventTimeMs) => ({
      transaction,
      eventTimeMs,
      amountMinor: money.ok ? money.amountMinor : 0,
    }));
  });
  if (told.length > mostTransactionsOfTest)
    problems.push({ path: 'given', message: `more than ${String(mostTransactionsOfTest)} transactions` });
  if (problems.length > 0) return { ok: false, problems };

  const last = told.pop();
  if (last === undefined) throw new TypeError('a test without a transaction');
  const counterparties = namesOf(given);
  const ordered = [...told.sort((one, other) => one.eventTimeMs - other.eventTimeMs), last];
  const [first, ...others] = ordered.map((one, offset) =>
    recordOf(one.transaction, { ...one, offset }, counterparties),
  );
  if (first === undefined) throw new TypeError('a test without a transaction');
  return { ok: true, records: [first, ...others], counterparties };
}

const usualCurrency = 'EUR';

const moneyWords: Readonly<Record<string, string>> = {
  currency_unknown: 'no currency',
  field_format: 'no amount such as "25.00"',
  amount_precision: 'more decimals than the currency has',
  amount_not_positive: 'not above 0: creditDebitIndicator says which way the money goes',
  amount_too_large: 'more than a transaction may carry',
};

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** "90s", "10m", "36h" or "30d" in milliseconds. */
function spanOf(text: string): number | undefined {
  const match = /^(\d{1,7})([smhd])$/.exec(text);
  return match === null ? undefined : Number(match[1]) * unitMs[match[2] as keyof typeof unitMs];
}

function timeOfLast(
  given: RulesetTest['given'],
  say: (index: number, field: string, message: string) => void,
): number {
  const index = given.length - 1;
  const at = given[index]?.at;
  if (at === undefined) return noonMs;
  const parsed = parseInstant(at);
  if (parsed.ok) return parsed.epochMs;
  say(index, 'at', 'of the last one, when it happens: a time such as 2025-06-18T12:00:00Z, or nothing');
  return noonMs;
}

function timeOf({ at }: TestTransaction, lastMs: number, say: (message: string) => void): number {
  if (at === undefined) return lastMs;
  const backMs = at.startsWith('-') ? spanOf(at.slice(1)) : undefined;
  if (backMs !== undefined) return lastMs - backMs;
  const parsed = parseInstant(at);
  if (parsed.ok) return parsed.epochMs;
  say('neither a distance to the last one such as -10m or -3d nor a time such as 2025-06-18T12:00:00Z');
  return lastMs;
}

function intervalOf(
  { times, every }: TestTransaction,
  say: (field: 'times' | 'every', message: string) => void,
): number {
  if (every === undefined) {
    if (times !== undefined && times > 1) say('times', 'without every: how far apart are they?');
    return 0;
  }
  const everyMs = spanOf(every);
  if (everyMs === undefined) say('every', 'no time such as 90s, 10m, 12h or 1d');
  return everyMs ?? 0;
}

const timesOf = ({ times = 1 }: TestTransaction, untilMs: number, everyMs: number): number[] =>
  Array.from({ length: times }, (_, index) => untilMs - (times - 1 - index) * everyMs);

function namesOf(given: RulesetTest['given']): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { counterparty } of given) {
    if (counterparty === undefined || names.has(counterparty)) continue;
    names.set(counterparty, (names.size + 1).toString(16).padStart(12, '0'));
  }
  return names;
}

function recordOf(
  transaction: TestTransaction,
  one: Pick<WindowRecord, 'offset' | 'eventTimeMs' | 'amountMinor'>,
  counterparties: ReadonlyMap<string, string>,
): WindowRecord {
  const { offset, eventTimeMs, amountMinor } = one;
  return {
    offset,
    eventTimeMs,
    observedAtSeconds: Math.floor(eventTimeMs / 1000),
    amountMinor,
    currency: currencyOf(transaction.currency ?? usualCurrency)?.numericCode ?? 0,
    creditDebitIndicator: transaction.creditDebitIndicator ?? 'DBIT',
    identity: offset.toString(16).padStart(16, '0'),
    digest: '00000000',
    counterparty: counterparties.get(transaction.counterparty ?? '') ?? '',
    channel: channels.indexOf(transaction.channel ?? 'other'),
    country: transaction.country ?? '',
  };
}
