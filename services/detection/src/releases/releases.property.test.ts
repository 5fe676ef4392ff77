import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodePayload, events } from '@weir/contracts';
import fc from 'fast-check';
import { releasesDrained, startReleaseWorker } from '../fixtures/release-worker.ts';
import { createReleaseWorld } from '../fixtures/release-world.ts';

const heldTransactions = 5;

/** An approval of one of a few held transactions, by one of a few people, or one that gets a fact of it wrong. */
const anyApproval = fc.record({
  n: fc.nat({ max: heldTransactions - 1 }),
  requestedBy: fc.constantFrom('anna', 'carl', 'dora'),
  isWrong: fc.boolean(),
});

const anyLife = fc.record({
  approvals: fc.array(anyApproval, { maxLength: 8 }),
  maxRecordsPerRun: fc.integer({ min: 1, max: 5 }),
  /** What goes wrong with the transactions of this worker, in turn. */
  faults: fc.array(fc.constantFrom(undefined, 'before' as const, 'after' as const), { maxLength: 4 }),
});

test('whatever fails and whoever takes over, each transaction with a right release is let go by the first of them, and no other', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyLife, { minLength: 1, maxLength: 4 }), async (lives) => {
      const world = await createReleaseWorld();
      const held = [];
      for (let n = 0; n < heldTransactions; n += 1) held.push(await world.hold(n));
      const first = new Map<string, number>();
      let wrong = 0;
      const seen = new Set<string>();
      for (const { approvals, maxRecordsPerRun, faults } of lives) {
        for (const { n, requestedBy, isWrong } of approvals) {
          const one = held[n] as (typeof held)[number];
          const offset = await world.approve(one, { requestedBy, ...(isWrong ? { sourceOffset: 999 } : {}) });
          const { transactionIdentity } = one.release;
          if (!isWrong && !first.has(transactionIdentity)) first.set(transactionIdentity, offset);
          if (isWrong && !seen.has(transactionIdentity)) wrong += 1;
          if (isWrong) seen.add(transactionIdentity);
        }
        const waiting = [...faults];
        const worker = await startReleaseWorker(world, {
          maxRecordsPerRun,
          onPublish: () => waiting.shift(),
        });
        await releasesDrained(world, [worker]);
        await worker.stop();
      }
      const released = (await world.read('cleared')).map(({ opened }) => {
        const payload = opened.ok
          ? decodePayload(events.transactionReleased, opened.plaintext)
          : { ok: false as const };
        assert.ok(opened.ok && payload.ok);
        return [opened.attributes.id.replace('released-', ''), payload.value.releaseOffset] as const;
      });
      assert.deepEqual(
        released,
        [...first].toSorted(([, a], [, b]) => a - b),
      );
      assert.equal((await world.read('rejected')).length, wrong);
      assert.equal((await world.read('intake')).length, wrong + first.size);
    }),
    { numRuns: 15 },
  );
});
