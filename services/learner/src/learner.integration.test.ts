import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { waitFor } from '@weir/testkit';
import { createLearnerWorld, journalEvent, outcomeEvent } from './fixtures/memory-learner.ts';
import { startLearnerStack } from './fixtures/learner-stack.ts';

let stack: Awaited<ReturnType<typeof startLearnerStack>>;
before(async () => {
  stack = await startLearnerStack();
});
after(() => stack.stop());

/** What becomes of the same journal and the same reports where nothing fails. */
async function undisturbed(
  decided: readonly { readonly name: string; readonly day: number }[],
  reported: readonly (readonly [name: string, day: number])[],
): Promise<readonly string[]> {
  const world = await createLearnerWorld();
  for (const [index, one] of decided.entries()) await world.decide(index % 2, [one]);
  for (const [name, day] of reported) await world.report(name, day);
  await world.start().tick();
  return (await world.published()).map(({ digest }) => digest);
}

test('Learners killed while they learn and publish are followed by one that comes to the same snapshots', async () => {
  const decided = Array.from({ length: 48 }, (_, step) => ({ name: `t${step}`, day: step / 4 }));
  const reported = Array.from(
    { length: 8 },
    (_, step) => [`t${step * 2}`, step / 2 + (step % 3) * 4] as const,
  );
  const expected = await undisturbed(decided, reported);
  assert.equal(expected.length, 4);

  const nextOffset = new Map<number, number>();
  for (const [index, one] of decided.entries())
    await stack.append('decisions', index % 2, journalEvent(index % 2, [one], nextOffset));
  for (const [name, day] of reported) {
    const { partition, event } = outcomeEvent(name, day);
    await stack.append('outcomes', partition, event);
  }
  for (let kills = 0; kills < 2; kills += 1) {
    const before = await stack.modelsEnd();
    const doomed = await stack.start();
    await waitFor(async () => (await stack.modelsEnd()) > before, { deadlineMs: 40_000 });
    await doomed.end('SIGKILL');
  }
  const learner = await stack.start();
  await waitFor(async () => (await stack.models()).length >= expected.length, { deadlineMs: 40_000 });
  assert.deepEqual(
    (await stack.models()).map(({ digest }) => digest),
    expected,
  );
  await waitFor(async () => (await learner.get('/readyz')).status === 200);
  const { body } = await learner.get('/metrics');
  assert.match(body, /^weir_snapshot_version\S* 4$/m);
  // Those that were killed may not have come to it.
  await waitFor(async () => (await stack.requested()) >= 1);
  assert.equal(await learner.end('SIGTERM'), 0);
});
