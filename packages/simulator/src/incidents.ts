import { instantOf, debit, startOfDayMs } from './everyday-life.ts';
import { newParty, onlineShop, type Party, type Persona } from './persona.ts';
import { personName } from './names.ts';
import type { PlannedTransaction, Scenario, Truth } from './planned-transaction.ts';
import type { Random } from './random.ts';
import { ibanAccount } from './synthetic-account.ts';

/** Where one story is told: whose account, on which day, and by what chance. */
export type Scene = {
  readonly seed: number;
  readonly day: number;
  readonly persona: Persona;
  readonly random: Random;
  readonly truth: Truth;
};

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Who can play the story, and how it goes. */
export type Story = {
  readonly kind: Persona['kind'];
  readonly play: (scene: Scene) => readonly PlannedTransaction[];
};

const between = (random: Random, low: number, high: number): number => low + random.below(high - low);

/** An account at a far bank, opened to receive what is stolen. */
const strangerAbroad = (random: Random): Party => ({
  name: personName(random),
  account: ibanAccount(random, 'LT'),
});

const times = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** At night somebody else sends one to three large transfers to an account never paid before. */
function accountTakeover({ day, persona, random, truth }: Scene): readonly PlannedTransaction[] {
  const startMs = startOfDayMs(day) + between(random, 0, 5 * hourMs);
  const thief = strangerAbroad(random);
  return times(1 + random.below(3)).map((step) => {
    const amountMinor = persona.medianMinor * between(random, 2, 30) + random.below(100);
    return debit(persona, startMs + step * between(random, 2, 9) * minuteMs, amountMinor, thief, truth);
  });
}

/** A stolen card is tried with small amounts at online shops within minutes, then used for a large one. */
function cardTesting({ seed, day, persona, random, truth }: Scene): readonly PlannedTransaction[] {
  const startMs = startOfDayMs(day) + between(random, hourMs, 22 * hourMs);
  const tries = 4 + random.below(5);
  const stepMs = between(random, 40_000, 110_000);
  return times(tries + 1).map((step) => {
    const amountMinor =
      step < tries ? between(random, 50, 300) : persona.medianMinor * between(random, 2, 10);
    return debit(persona, startMs + step * stepMs, amountMinor, onlineShop(seed, random), truth);
  });
}

/** Cash is paid in at branches in amounts that each stay just below the one that has to be reported. */
function structuring({ day, persona, random, truth }: Scene): readonly PlannedTransaction[] {
  const startMs = startOfDayMs(day) + between(random, 8 * hourMs, 10 * hourMs);
  return times(2 + random.below(3)).map((step) => ({
    ...deposit(
      persona,
      startMs + step * between(random, 80, 130) * minuteMs,
      between(random, 870_000, 998_000),
      truth,
    ),
  }));
}

const deposit = (persona: Persona, atMs: number, amountMinor: number, truth: Truth): PlannedTransaction => ({
  atMs,
  persona,
  creditDebitIndicator: 'CRDT',
  amountMinor,
  channel: 'branch',
  party: null,
  truth,
});

/** Money arrives from a stranger and most of it leaves within two hours, to another stranger. */
function mulePassThrough({ day, persona, random, truth }: Scene): readonly PlannedTransaction[] {
  const startMs = startOfDayMs(day) + between(random, 9 * hourMs, 18 * hourMs);
  const amountMinor = persona.medianMinor * between(random, 3, 40);
  const arrival = {
    ...debit(persona, startMs, amountMinor, strangerAbroad(random), truth),
    creditDebitIndicator: 'CRDT' as const,
  };
  const leavingMinor = Math.floor((amountMinor * between(random, 85, 96)) / 100);
  const leavesMs = startMs + between(random, 10, 110) * minuteMs;
  return [arrival, debit(persona, leavesMs, leavingMinor, strangerAbroad(random), truth)];
}

/** Genuine: a large amount to somebody the account often pays. */
function bigPurchase({ day, persona, random, truth }: Scene): readonly PlannedTransaction[] {
  const amountMinor = persona.medianMinor * between(random, 2, 8);
  return [debit(persona, instantOf(persona, day, random), amountMinor, persona.usualParties[0], truth)];
}

/** Genuine: four purchases within an hour. */
function shoppingTrip({ day, persona, random, truth }: Scene): readonly PlannedTransaction[] {
  const startMs = startOfDayMs(day) + between(random, 10 * hourMs, 18 * hourMs);
  return times(4).map((step) => {
    const amountMinor = Math.round((persona.medianMinor * between(random, 40, 220)) / 100);
    return debit(
      persona,
      startMs + step * between(random, 8, 14) * minuteMs,
      amountMinor,
      random.pick(persona.usualParties),
      truth,
    );
  });
}

/** Genuine: a used car is sold, and its price happens to lie just below the threshold. */
function carSold({ day, persona, random, truth }: Scene): readonly PlannedTransaction[] {
  return [deposit(persona, instantOf(persona, day, random), between(random, 880_000, 995_000), truth)];
}

/** Genuine: furniture, from a shop never paid before, for some times the usual amount. */
function newFurniture({ seed, day, persona, random, truth }: Scene): readonly PlannedTransaction[] {
  const amountMinor = persona.medianMinor * between(random, 2, 7);
  const party = newParty(seed, persona, random);
  return [debit(persona, instantOf(persona, day, random), amountMinor, party, truth)];
}

export const stories: Readonly<Record<Scenario, Story>> = {
  account_takeover: { kind: 'current', play: accountTakeover },
  card_testing: { kind: 'card', play: cardTesting },
  structuring: { kind: 'current', play: structuring },
  mule_pass_through: { kind: 'current', play: mulePassThrough },
  big_purchase: { kind: 'card', play: bigPurchase },
  shopping_trip: { kind: 'card', play: shoppingTrip },
  car_sold: { kind: 'current', play: carSold },
  new_furniture: { kind: 'current', play: newFurniture },
};
