import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { waitFor } from '@weir/testkit';
import { clearedEvents, numbers } from './fixtures/cleared-events.ts';
import { createMemoryPositions, createMemoryWorld } from './fixtures/memory-subscription.ts';
import type { MemoryWorld } from './fixtures/memory-subscription.ts';

const runs = 20;
const events = 24;

/** What goes wrong when the n-th call of the handler is made: before its effect is stored, after, or with a stop. */
const disturbance = fc.constantFrom('none', 'none', 'none', 'throwsBefore', 'throwsAfter', 'stops');

const story = fc.record({
  /** How far the broker shows again what it has shown, after each few events. */
  shownAgain: fc.array(fc.nat({ max: 3 }), { minLength: 8, maxLength: 8 }),
  disturbances: fc.array(disturbance, { minLength: 1, maxLength: 40 }),
  keepsPositions: fc.boolean(),
});
type Story = typeof story extends fc.Arbitrary<infer Drawn> ? Drawn : never;

async function writeAll(world: MemoryWorld, { shownAgain }: Story): Promise<void> {
  let next = 0;
  for (const back of shownAgain) {
    const to = next + events / shownAgain.length;
    await world.write(0, clearedEvents(0, numbers(Math.max(0, next - back), to)));
    next = to;
  }
}

/** Subscribes again and again, as a supervisor would, until every event has had its effect. */
async function live(world: MemoryWorld, { disturbances, keepsPositions }: Story): Promise<readonly string[]> {
  const positions = createMemoryPositions();
  const effects: string[] = [];
  let calls = 0;
  const isDone = (): boolean => new Set(effects).size === events;
  while (!isDone()) {
    const stopAsked = Promise.withResolvers<void>();
    const subscription = await world.subscribe({
      ...(keepsPositions ? { positions } : {}),
      handlerAttempts: 2,
      onTransaction: async (_event, { deduplicationId, previous, position }) => {
        const happens = disturbances[calls % (disturbances.length + 1)] ?? 'none';
        calls += 1;
        if (happens === 'throwsBefore') throw new Error('before');
        if (keepsPositions) {
          assert.equal(positions.stored.get(0)?.offset, previous?.offset);
          positions.stored.set(0, position);
        }
        effects.push(deduplicationId);
        if (happens === 'stops') stopAsked.resolve();
        if (happens === 'throwsAfter') throw new Error('after');
      },
    });
    await Promise.race([
      subscription.done.catch(() => undefined),
      stopAsked.promise,
      waitFor(isDone, { what: 'every effect' }),
    ]);
    await subscription.stop();
  }
  return effects;
}

test('whatever fails or stops, each event has its effect: once and in order with positions, at least once without', async () => {
  await fc.assert(
    fc.asyncProperty(story, async (drawn) => {
      const world = await createMemoryWorld(1);
      try {
        await writeAll(world, drawn);
        const effects = await live(world, drawn);
        const inOrder = clearedEvents(0, numbers(0, events)).map(({ id }) => `cleared_${id}`);
        if (drawn.keepsPositions) assert.deepEqual(effects, inOrder);
        else assert.deepEqual([...new Set(effects)], inOrder);
      } finally {
        await world.stop();
      }
    }),
    { numRuns: runs },
  );
});
