import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Decision } from '@weir/contracts';
import { addToTally, balancePartition, emptyTally } from './detection-ledger.ts';

const outcomes = fc.constantFrom('cleared', 'held', 'rejected', 'duplicate', 'control');
const log = fc.record({
  outcomes: fc.array(outcomes, { minLength: 1, maxLength: 80 }),
  cuts: fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 80, maxLength: 80 }),
  first: fc.integer({ min: 0, max: 50 }),
});

function journalOf({ outcomes: all, cuts, first }: { outcomes: string[]; cuts: number[]; first: number }) {
  const records: { from: number; to: number; decisions: Decision[] }[] = [];
  let at = 0;
  for (const cut of cuts) {
    const part = all.slice(at, at + cut);
    if (part.length === 0) break;
    const from = first + at;
    const decisions = part.map((outcome, index) => ({ outcome, offset: from + index }) as Decision);
    records.push({ from, to: from + part.length, decisions });
    at += part.length;
  }
  return records;
}

const findingsOf = (given: { outcomes: string[]; cuts: number[]; first: number }) => {
  const records = journalOf(given);
  const end = given.first + given.outcomes.length;
  return {
    records,
    rest: {
      partition: 0,
      earliest: given.first,
      end,
      published: end,
      recordsInLog: undefined,
      unreadable: 0,
    },
  };
};

test('a journal that accounts for every record balances, however it is cut', () => {
  fc.assert(
    fc.property(log, (given) => {
      const { records, rest } = findingsOf(given);
      const ledger = balancePartition({ ...rest, tally: records.reduce(addToTally, emptyTally) });
      assert.deepEqual(ledger.faults, []);
      assert.equal(ledger.records, given.outcomes.length);
      assert.equal(ledger.held, given.outcomes.filter((outcome) => outcome === 'held').length);
      assert.equal(ledger.waiting, 0);
    }),
  );
});

test('a journal record that is missing, said twice, or short of a decision is found', () => {
  fc.assert(
    fc.property(log, fc.nat(), fc.constantFrom('missing', 'twice', 'short'), (given, pick, how) => {
      const { records, rest } = findingsOf(given);
      const at = pick % records.length;
      const broken = records.flatMap((record, index) => {
        if (index !== at) return [record];
        if (how === 'missing') return [];
        if (how === 'twice') return [record, record];
        return [{ ...record, to: record.to - 1, decisions: record.decisions.slice(0, -1) }];
      });
      const ledger = balancePartition({ ...rest, tally: broken.reduce(addToTally, emptyTally) });
      assert.notDeepEqual(ledger.faults, []);
    }),
  );
});

test('records behind the published position are waiting, not missing', () => {
  const tally = addToTally(emptyTally, {
    from: 0,
    to: 2,
    decisions: [
      { offset: 0, outcome: 'control' },
      { offset: 1, outcome: 'control' },
    ],
  });
  const ledger = balancePartition({
    partition: 3,
    tally,
    earliest: 0,
    end: 5,
    published: 2,
    recordsInLog: undefined,
    unreadable: 0,
  });
  assert.deepEqual([ledger.waiting, ledger.faults], [3, []]);
});

test('an offset without a decision is no fault only where the log has no record there', () => {
  const tally = addToTally(emptyTally, {
    from: 0,
    to: 3,
    decisions: [
      { offset: 0, outcome: 'control' },
      { offset: 2, outcome: 'control' },
    ],
  });
  const findings = { partition: 0, tally, earliest: 0, end: 3, published: 3, unreadable: 0 };
  assert.deepEqual(balancePartition({ ...findings, recordsInLog: 2 }).faults, []);
  assert.equal(balancePartition({ ...findings, recordsInLog: 3 }).faults.length, 1);
});

test('a journal record that can not be read keeps the ledger from balancing', () => {
  const ledger = balancePartition({
    partition: 0,
    tally: emptyTally,
    earliest: 0,
    end: 0,
    published: undefined,
    recordsInLog: undefined,
    unreadable: 1,
  });
  assert.equal(ledger.faults.length, 1);
});
