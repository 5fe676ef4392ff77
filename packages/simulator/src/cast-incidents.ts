import type { Persona } from './persona.ts';
import { fraudScenarios, type PlannedTransaction, type Scenario } from './planned-transaction.ts';
import { createRandom, type Random } from './random.ts';
import { stories } from './incidents.ts';

/** How the stories of an average day are shared out, in parts of 42; half of them are frauds. */
const shares: readonly (readonly [Scenario, number])[] = [
  ['account_takeover', 7],
  ['card_testing', 5],
  ['structuring', 5],
  ['mule_pass_through', 4],
  ['big_purchase', 8],
  ['shopping_trip', 6],
  ['car_sold', 3],
  ['new_furniture', 4],
];
const fraudShares = 21;

/** At most this part of the accounts meets a story on one day, so that a small bank isn't one of victims only. */
const largestShareOfAccounts = 0.25;

/**
 * Casts the stories of a day: about `fraudsPerDay` frauds and as many genuine
 * look-alikes, each with an account of its own, so that no story hides another.
 */
export function castIncidents(options: {
  readonly seed: number;
  readonly day: number;
  readonly fraudsPerDay: number;
  readonly candidates: readonly Persona[];
}): readonly PlannedTransaction[] {
  const { seed, day, fraudsPerDay, candidates } = options;
  const random = createRandom(seed, 'incidents', day);
  const waiting = shuffled(candidates, random);
  const most = Math.floor(candidates.length * largestShareOfAccounts);
  return shares
    .flatMap(([scenario, share]) => repeated(scenario, (fraudsPerDay * share) / fraudShares, random))
    .slice(0, most)
    .flatMap((scenario, number) => {
      const story = stories[scenario];
      const at = waiting.findIndex((persona) => persona.kind === story.kind);
      const [persona] = at === -1 ? [] : waiting.splice(at, 1);
      if (persona === undefined) return [];
      const fraudulent = (fraudScenarios as readonly Scenario[]).includes(scenario);
      const truth = { fraudulent, scenario, incident: `${String(day)}-${String(number + 1)}` };
      return story.play({ seed, day, persona, random, truth });
    });
}

/** `average` times on average: one more or less of it from day to day. */
function repeated(scenario: Scenario, average: number, random: Random): readonly Scenario[] {
  const count = Math.floor(average - 1 + 3 * random.unit());
  return Array.from({ length: Math.max(0, count) }, () => scenario);
}

/** A shuffled copy (Fisher and Yates). */
function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const left = [...items];
  return items.flatMap(() => left.splice(random.below(left.length), 1));
}
