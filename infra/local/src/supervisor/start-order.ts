/** The part of a process plan that its order is computed from. */
type Ordered = { readonly name: string; readonly dependsOn: readonly string[] };

/**
 * Arranges processes in levels: each depends only on names in earlier levels,
 * or on names outside the list, which are taken to run already. Levels start in
 * this order and stop in the reverse one.
 *
 * Throws TypeError where processes wait for each other, or share a name.
 */
export function startLevels<Plan extends Ordered>(plans: readonly Plan[]): readonly (readonly Plan[])[] {
  const names = new Set(plans.map((plan) => plan.name));
  if (names.size !== plans.length) throw new TypeError('Two processes have the same name.');
  const levels: Plan[][] = [];
  let waiting = plans;
  while (waiting.length > 0) {
    const pending = new Set(waiting.map((plan) => plan.name));
    const level = waiting.filter((plan) => !plan.dependsOn.some((name) => pending.has(name)));
    if (level.length === 0) {
      throw new TypeError(`These processes wait for each other: ${[...pending].join(', ')}.`);
    }
    levels.push(level);
    waiting = waiting.filter((plan) => !level.includes(plan));
  }
  return levels;
}
