import { allFaultKinds, tellingFaultKinds, touches } from './fault-kinds.ts';
import type { FaultKind } from './fault-kinds.ts';
import { createSeededRandom } from './seeded-random.ts';

/** A fault, and when it begins, counted from the beginning of the round's load. */
export type PlannedFault = { readonly kind: FaultKind; readonly atMs: number };

export type RoundPlan = {
  /** Counted from 1. */
  readonly round: number;
  readonly faults: readonly PlannedFault[];
  /** What is offered to ingest, in transactions per second. */
  readonly ratePerSecond: number;
};

/** A round in so many has a second fault beside its first. */
const secondFaultProbability = 0.35;
const earliestFaultMs = 1_500;
const latestFaultMs = 2_500;
const secondFaultWithinMs = 2_500;
const lowestRate = 400;
const highestRate = 1_000;

/**
 * What happens in each round, by the seed alone. Every block of as many rounds
 * as there are kinds of fault has each of them once, in an order of its own; a
 * run too short for that has the most telling ones first. Where `only` names
 * kinds, to look into them, each round has the next of these and nothing else.
 */
export function planRounds(seed: string, rounds: number, only: readonly FaultKind[] = []): RoundPlan[] {
  const random = createSeededRandom(`${seed}/rounds`);
  const firsts =
    only.length === 0
      ? firstFaults(rounds, random.shuffle)
      : Array.from({ length: rounds }, (_, index) => only[index % only.length] as FaultKind);
  return firsts.map((kind, index) => {
    const atMs = random.between(earliestFaultMs, latestFaultMs);
    const others = allFaultKinds.filter(
      (other) => !touches[other].some((part) => touches[kind].includes(part)),
    );
    const second: PlannedFault[] =
      only.length === 0 && random.chance(secondFaultProbability)
        ? [
            {
              kind: random.pick(others),
              atMs: atMs + random.between(0, secondFaultWithinMs),
            },
          ]
        : [];
    return {
      round: index + 1,
      faults: [{ kind, atMs }, ...second],
      ratePerSecond: random.between(lowestRate, highestRate),
    };
  });
}

function firstFaults(
  rounds: number,
  shuffle: (kinds: readonly FaultKind[]) => readonly FaultKind[],
): FaultKind[] {
  const chosen: FaultKind[] = [];
  if (rounds < allFaultKinds.length) {
    const rest = allFaultKinds.filter((kind) => !tellingFaultKinds.includes(kind));
    return [...shuffle(tellingFaultKinds), ...shuffle(rest)].slice(0, rounds);
  }
  while (chosen.length < rounds) chosen.push(...shuffle(allFaultKinds));
  return chosen.slice(0, rounds);
}
