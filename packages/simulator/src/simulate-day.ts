import { formatAmount, formatInstant, type OfferedTransaction } from '@weir/contracts';
import { castIncidents } from './cast-incidents.ts';
import { everydayTransactions } from './everyday-life.ts';
import { faults, faultyAfter, type Fault } from './faults.ts';
import { createPersona, type Persona } from './persona.ts';
import { everyday, type PlannedTransaction, type Truth } from './planned-transaction.ts';
import { createRandom } from './random.ts';

export type SimulationOptions = {
  /** Everything follows from it: another seed is another bank. */
  readonly seed: number;
  /** Days since 2020-01-01, from 0 to lastDay. */
  readonly day: number;
  readonly accounts?: number;
  /** How many of the accounts exist before day 0; the others make their first payment on or after it. */
  readonly establishedAccounts?: number;
  /** About how many everyday transactions all accounts make together on a day. */
  readonly transactionsPerDay?: number;
  /** How many days of the established accounts' lives are told before the day, without incidents. */
  readonly historyDays?: number;
  /** About how many frauds a day has; as many genuine look-alikes come with them. */
  readonly fraudsPerDay?: number;
  /** Whether bad input is mixed into the day. */
  readonly faults?: boolean;
};

/** A transaction as it is offered, and beside it what is never offered. */
export type SimulatedTransaction = {
  readonly phase: 'history' | 'day';
  readonly truth: Truth;
} & (
  | { readonly fault: null; readonly offered: OfferedTransaction }
  /** `offered` breaks its contract or repeats an identity, as `fault` says. */
  | { readonly fault: Fault; readonly offered: unknown }
);

/** 2025-06-22: the simulated bank's calendar ends before the wall clock of anyone who runs it. */
export const lastDay = 1_999;

/** From this day on also accounts without a history before day 0 have one that incidents stand out from. */
const settledFromDay = 14;

/**
 * On day 0 three hundred accounts have lived for 20 days (some 12,000
 * transactions) and the bank opens to the other 3,700: some 8,000 more, as on
 * every day from then on. So the first day already has usual amounts to
 * deviate from, and all of it is read in seconds.
 */
const defaults = { accounts: 4_000, establishedAccounts: 300, transactionsPerDay: 8_000, fraudsPerDay: 22 };
const defaultHistoryDays = 20;

/**
 * Tells one day of a simulated bank, in the order of event time, with the
 * truth beside every transaction. A pure function of its arguments: the same
 * arguments give the same bytes on every machine, and a day needs none before
 * it. Accounts keep their habits, and transaction ids are unique, over all
 * days of a seed. Holds one day in memory at a time.
 *
 * Throws a RangeError where a number is not whole or out of its bounds.
 */
export function* simulateDay(options: SimulationOptions): Generator<SimulatedTransaction, void, undefined> {
  const settings = { ...defaults, historyDays: options.day === 0 ? defaultHistoryDays : 0, ...options };
  checkBounds(settings);
  const { seed, day, accounts, transactionsPerDay } = settings;
  const personas = Array.from({ length: accounts }, (_, index) => createPersona(seed, index));
  const established = personas.slice(0, settings.establishedAccounts);
  const perDay = transactionsPerDay / accounts;
  const lifeOf = (those: readonly Persona[], on: number) =>
    those.flatMap((persona) => everydayTransactions(seed, persona, on, perDay));

  for (let past = day - settings.historyDays; past < day; past += 1) {
    yield* offeredInOrder(lifeOf(established, past), past, 'history');
  }
  const candidates = day < settledFromDay ? established : personas;
  const incidents = castIncidents({ seed, day, fraudsPerDay: settings.fraudsPerDay, candidates });
  const told = offeredInOrder([...lifeOf(personas, day), ...incidents], day, 'day');
  yield* options.faults === true ? withFaults(told, seed, day) : told;
}

function checkBounds(settings: Readonly<Record<string, unknown>>): void {
  const bounds: Readonly<Record<string, readonly [number, number]>> = {
    seed: [0, 0xffff_ffff],
    day: [0, lastDay],
    accounts: [1, 100_000],
    establishedAccounts: [0, 100_000],
    transactionsPerDay: [0, 1_000_000],
    historyDays: [0, 60],
    fraudsPerDay: [0, 10_000],
  };
  for (const [name, [low, high]] of Object.entries(bounds)) {
    const value = settings[name];
    if (!Number.isInteger(value) || Number(value) < low || Number(value) > high) {
      throw new RangeError(`${name} must be a whole number from ${String(low)} to ${String(high)}`);
    }
  }
}

type Accountable = SimulatedTransaction & { readonly fault: null };

/** Sorting is stable, so that transactions of one instant keep the order they were planned in. */
function offeredInOrder(
  planned: readonly PlannedTransaction[],
  day: number,
  phase: SimulatedTransaction['phase'],
): readonly Accountable[] {
  return planned
    .toSorted((a, b) => a.atMs - b.atMs)
    .map((one, index) => ({
      phase,
      truth: one.truth,
      fault: null,
      offered: offer(one, transactionId(day, index)),
    }));
}

/** Days before day 0 have ids of their own: "sim-past-7-12" can't meet "sim-7-12". */
const transactionId = (day: number, index: number): string =>
  `sim-${day < 0 ? 'past-' : ''}${String(Math.abs(day))}-${String(index + 1)}`;

function offer(planned: PlannedTransaction, id: string): OfferedTransaction {
  const { persona, atMs, party } = planned;
  const eventTime = formatInstant(atMs);
  return {
    transactionId: id,
    account: persona.account,
    creditDebitIndicator: planned.creditDebitIndicator,
    amount: formatAmount(planned.amountMinor, persona.currency),
    currency: persona.currency,
    eventTime,
    bookingDate: eventTime.slice(0, 10),
    channel: planned.channel,
    country: persona.country,
    ...(party === null ? {} : { counterparty: { name: party.name, account: party.account } }),
  };
}

/** Each fault comes twice a day, spread over it, right after a transaction that the day's chance picks. */
function* withFaults(
  told: readonly Accountable[],
  seed: number,
  day: number,
): Generator<SimulatedTransaction, void, undefined> {
  const random = createRandom(seed, 'faults', day);
  const twice = [...faults, ...faults];
  const share = Math.floor(told.length / twice.length);
  const planned = new Map(twice.map((fault, turn) => [turn * share + random.below(share), fault] as const));
  for (const [index, good] of told.entries()) {
    yield good;
    const fault = planned.get(index);
    if (fault !== undefined) {
      yield { phase: 'day', truth: everyday, fault, offered: faultyAfter(fault, good.offered, random) };
    }
  }
}
