import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalAccount, readOfferedTransaction } from '@weir/contracts';
import fc from 'fast-check';
import { lastDay, simulateDay } from './simulate-day.ts';

const options = fc.record({
  seed: fc.integer({ min: 0, max: 0xffff_ffff }),
  day: fc.integer({ min: 0, max: lastDay }),
  accounts: fc.integer({ min: 1, max: 60 }),
  establishedAccounts: fc.integer({ min: 0, max: 60 }),
  transactionsPerDay: fc.integer({ min: 0, max: 200 }),
  historyDays: fc.integer({ min: 0, max: 3 }),
  fraudsPerDay: fc.integer({ min: 0, max: 40 }),
  faults: fc.boolean(),
});
/** An instant after the bank's last day and before anyone can run this. */
const nowMs = Date.UTC(2025, 6, 1);

test('whatever the bank, every transaction without a fault fits the contract, in order of event time, under an id of its own', () => {
  fc.assert(
    fc.property(options, (chosen) => {
      let latestMs = 0;
      const identities = new Set<string>();
      for (const { offered, fault } of simulateDay(chosen)) {
        if (fault !== null) continue;
        const outcome = readOfferedTransaction(Buffer.from(JSON.stringify(offered)), nowMs, 0);
        assert.ok(outcome.ok);
        assert.ok(outcome.value.eventTimeMs >= latestMs);
        latestMs = outcome.value.eventTimeMs;
        assert.ok(!identities.has(outcome.value.transactionId));
        identities.add(outcome.value.transactionId);
      }
    }),
    { numRuns: 40 },
  );
});

test('days of one bank follow each other in event time and share no identity', () => {
  const pair = fc.tuple(options, fc.integer({ min: 0, max: lastDay - 1 }));
  fc.assert(
    fc.property(pair, ([chosen, day]) => {
      const read = (on: number) =>
        [...simulateDay({ ...chosen, day: on, historyDays: 0, faults: false })].map(({ offered }) => {
          const outcome = readOfferedTransaction(Buffer.from(JSON.stringify(offered)), nowMs, 0);
          assert.ok(outcome.ok);
          return outcome.value;
        });
      const [one, next] = [read(day), read(day + 1)];
      const identity = (value: (typeof one)[number]) =>
        `${canonicalAccount(value.account)} ${value.transactionId}`;
      const seen = new Set(one.map(identity));
      assert.ok(next.every((value) => !seen.has(identity(value))));
      assert.ok((one.at(-1)?.eventTimeMs ?? 0) < (next[0]?.eventTimeMs ?? Infinity));
    }),
    { numRuns: 20 },
  );
});
