import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Judge } from '@weir/rules';
import { createAccountHistory, defaultWindowPlan } from '@weir/windows';
import { decideBatch, joinBatch, joinedBy } from './decide-batch.ts';
import { decodedTransaction } from './fixtures/decoded-transaction.ts';
import { judgeOf } from './fixtures/judge-of.ts';
import { sampleTransactions } from './fixtures/sample-transactions.ts';
import { windowRecordOf } from './window-record.ts';

const { judge } = judgeOf('starter@1');

const transactions = sampleTransactions(0, 60).map((content, offset) => decodedTransaction(offset, content));
const repeated = transactions.slice(0, 20).map((one) => ({ ...one, offset: one.offset + 60 }));
const contradicted = transactions.slice(0, 20).map((one) => ({
  ...one,
  offset: one.offset + 80,
  transaction: { ...one.transaction, digest: 'e'.repeat(64) },
}));
const decoded = [...transactions, ...repeated, ...contradicted];

const contextWith = (judging: Judge['judge']) => ({
  judge: judging,
  toRecord: windowRecordOf,
  histories: new Map(
    decoded.map(
      ({ transaction }) => [transaction.account, createAccountHistory(defaultWindowPlan, [], 0)] as const,
    ),
  ),
});

test('what joins the windows does not depend on the judge: one that throws, and none, leave the same records', () => {
  const sound = decideBatch(decoded, contextWith(judge));
  let calls = 0;
  const failing = decideBatch(
    decoded,
    contextWith((record, account, history) => {
      calls += 1;
      if (calls % 3 === 0) throw new TypeError('a rule of a later version');
      return judge(record, account, history);
    }),
  );
  const joined = sound.flatMap((one) => joinedBy(one) ?? []);
  assert.equal(joined.length, 60);
  assert.deepEqual(
    failing.flatMap((one) => joinedBy(one) ?? []),
    joined,
  );
  assert.deepEqual(joinBatch(decoded, contextWith(judge)), joined);
});

test('a transaction that can not be judged is refused, and is still the first of its identity', () => {
  const outcomes = decideBatch(
    decoded,
    contextWith(() => {
      throw new TypeError('a rule that is wrong');
    }),
  );
  assert.deepEqual(outcomes.slice(0, 60).map(codeOf), Array<string>(60).fill('processing_failed'));
  assert.deepEqual(
    outcomes.slice(60, 80).map(({ kind }) => kind),
    Array<string>(20).fill('duplicate'),
  );
  assert.deepEqual(outcomes.slice(80).map(codeOf), Array<string>(20).fill('conflicting_duplicate'));
});

const codeOf = (one: ReturnType<typeof decideBatch>[number]): string =>
  one.kind === 'rejected' ? one.rejection.code : one.kind;
