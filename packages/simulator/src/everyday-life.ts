import { isOnlineShop, logNormalMinor, newParty, type Party, type Persona } from './persona.ts';
import { everyday, type PlannedTransaction } from './planned-transaction.ts';
import { createRandom, type Random } from './random.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** Day 0: long past, so that no simulated transaction lies ahead of a wall clock. */
const firstDayMs = Date.UTC(2020, 0, 1);

export const startOfDayMs = (day: number): number => firstDayMs + day * dayMs;

/** An instant of the day, at an hour the persona is about. */
export function instantOf(persona: Persona, day: number, random: Random): number {
  const total = persona.hourWeights.reduce((sum, weight) => sum + weight, 0);
  let remaining = random.below(total);
  const hour = persona.hourWeights.findIndex((weight) => (remaining -= weight) < 0);
  return startOfDayMs(day) + hour * hourMs + random.below(hourMs);
}

export function debit(
  persona: Persona,
  atMs: number,
  amountMinor: number,
  party: Party,
  truth = everyday,
): PlannedTransaction {
  return {
    atMs,
    persona,
    creditDebitIndicator: 'DBIT',
    amountMinor,
    channel: channelTo(persona, party),
    party,
    truth,
  };
}

function channelTo(persona: Persona, party: Party): PlannedTransaction['channel'] {
  if (persona.kind === 'card') return isOnlineShop(party) ? 'card_not_present' : 'card_present';
  return persona.index % 2 === 0 ? 'mobile_banking' : 'online_banking';
}

/**
 * What a persona does on a day of its own accord: purchases or transfers at
 * its own pace, and where it is a current account, salary and rent. `perDay`
 * is how many payments the average account makes.
 */
export function everydayTransactions(
  seed: number,
  persona: Persona,
  day: number,
  perDay: number,
): readonly PlannedTransaction[] {
  const random = createRandom(seed, 'day', day, persona.index);
  const payments = Array.from({ length: countOf(persona.activity * perDay, random) }, () => {
    const known = !random.chance(persona.newPartyChance);
    const party = known ? random.pick(persona.usualParties) : newParty(seed, persona, random);
    const amountMinor = logNormalMinor(random, persona.medianMinor, persona.logDeviation);
    return debit(persona, instantOf(persona, day, random), amountMinor, party);
  });
  return persona.kind === 'card' ? payments : [...payments, ...standingOrders(persona, day, random)];
}

/** How many payments there are: as many tries as make the spread of a day lifelike, each with the same chance. */
function countOf(expected: number, random: Random): number {
  const tries = 4 + Math.ceil(2 * expected);
  return Array.from({ length: tries }, () => random.chance(expected / tries)).filter(Boolean).length;
}

function standingOrders(persona: Persona, day: number, random: Random): readonly PlannedTransaction[] {
  const morningMs = startOfDayMs(day) + 5 * hourMs + random.below(hourMs);
  const orders: PlannedTransaction[] = [];
  if (new Date(morningMs).getUTCDate() === persona.salaryDayOfMonth) {
    orders.push({
      ...debit(persona, morningMs, persona.salaryMinor, persona.employer),
      creditDebitIndicator: 'CRDT',
      channel: 'other',
    });
  }
  if ((((day + persona.rentPhase) % 14) + 14) % 14 === 0) {
    orders.push(debit(persona, morningMs, persona.rentMinor, persona.landlord));
  }
  return orders;
}
