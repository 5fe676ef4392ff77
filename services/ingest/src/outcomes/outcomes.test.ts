import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { test } from 'node:test';
import { createPseudonymizer } from '@weir/envelope';
import { pseudonymOf, transactionIdentity } from '../identify.ts';
import { cutInto } from '../fixtures/chunks.ts';
import { frameLines } from '../source/frame-lines.ts';
import { SourceError } from '../source/source-error.ts';
import { createOutcomeFormat } from './outcome-format.ts';
import { createOutcomeCheck, type AcceptableOutcome } from './read-outcome.ts';

const nowMs = Date.UTC(2026, 0, 10);
const indexKey = createSecretKey(Buffer.alloc(32, 3));
const pseudonymize = createPseudonymizer({ indexKey, version: 1, maxRemembered: 0 });
const check = createOutcomeCheck(
  { tenant: 'bank', reportedBy: 'ada', futureLimitMs: 86_400_000 },
  pseudonymize,
);
const transaction = `t1_${'A'.repeat(22)}`;

function read(json: unknown): AcceptableOutcome {
  const outcome = check(json, nowMs);
  assert.ok(outcome.ok, JSON.stringify(outcome));
  return outcome.value;
}

const refusedFor = (json: unknown): string[] => {
  const outcome = check(json, nowMs);
  return outcome.ok ? [] : outcome.rejections.map(({ code, path }) => `${code} ${path}`);
};

test('a report names its transaction by pseudonym, and is from now and from who imports where it says nothing else', () => {
  assert.deepEqual(read({ transaction, outcome: 'fraud' }), {
    ...{ tenant: 'bank', transaction, outcome: 'fraud', reportedBy: 'ada', eventTimeMs: nowMs },
  });
  const said = { reportedAt: '2026-01-02T03:04:05+01:00', reportedBy: 'case tool', tenant: 'other' };
  const { eventTimeMs, reportedBy, tenant } = read({ transaction, outcome: 'genuine', ...said });
  assert.deepEqual([eventTimeMs, reportedBy, tenant], [Date.UTC(2026, 0, 2, 2, 4, 5), 'case tool', 'other']);
});

test('a transaction named in clear gets the pseudonym it came in by', () => {
  const account = { iban: 'NL91ABNA0417164300' };
  const wanted = pseudonymOf(pseudonymize, 'transaction', 'bank', transactionIdentity(account, 'x-1'));
  const named = { transactionId: 'x-1', outcome: 'fraud' };
  assert.equal(read({ ...named, account }).transaction, wanted);
  assert.equal(read({ ...named, account: { iban: 'nl91 abna 0417 1643 00' } }).transaction, wanted);
  assert.notEqual(read({ ...named, account, tenant: 'other' }).transaction, wanted);
});

test('the words of case tools mean the same', () => {
  assert.equal(read({ transaction, outcome: 'true_positive' }).outcome, 'fraud');
  assert.equal(read({ transaction, outcome: 'false_positive' }).outcome, 'genuine');
});

test('what is wrong with a report is told by its field', () => {
  const account = { other: { id: 'a' } };
  const fraud = { transaction, outcome: 'fraud' };
  for (const [json, ...wanted] of [
    [{ outcome: 'fraud' }, 'field_missing transaction'],
    [{ outcome: 'fraud', account }, 'field_missing transactionId'],
    [{ outcome: 'fraud', transactionId: 'x' }, 'field_missing account'],
    [{ ...fraud, transactionId: 'x', account }, 'field_format transaction'],
    [{ ...fraud, transaction: `a1_${'A'.repeat(22)}` }, 'field_format transaction'],
    [{ transaction, outcome: 'maybe' }, 'field_format outcome'],
    [{ transaction }, 'field_format outcome'],
    [{ ...fraud, note: 'x' }, 'field_unknown '],
    [{ ...fraud, reportedAt: 'yesterday' }, 'field_format reportedAt'],
    [{ ...fraud, reportedAt: '2026-02-30T00:00:00Z' }, 'date_impossible reportedAt'],
    [{ ...fraud, reportedAt: '2026-01-12T00:00:00Z' }, 'date_in_future reportedAt'],
    [{ ...fraud, reportedBy: '4111 1111 1111 1111' }, 'card_number reportedBy'],
    [{ ...fraud, reportedBy: 'a\nb' }, 'field_format reportedBy'],
    [7, 'field_type '],
  ] as const)
    assert.deepEqual(refusedFor(json), wanted, JSON.stringify(json));
});

async function readCsv(text: string): Promise<(AcceptableOutcome | string)[]> {
  const format = createOutcomeFormat('csv', check);
  const found: (AcceptableOutcome | string)[] = [];
  for await (const records of format.records(frameLines(cutInto(Buffer.from(text), []), 1_000)))
    for (const { line, bytes } of records) {
      const outcome = format.read(bytes, nowMs);
      found.push(outcome.ok ? outcome.value : `${line} ${outcome.rejections[0].code}`);
    }
  return found;
}

test('a CSV file is read by its header, other columns are not looked at, and a bad line is told by its number', async () => {
  const [first, second, third] = await readCsv(
    `outcome,note,account.other.id,transactionId\nfraud,"a, b",acc,x-1\nperhaps,,acc,x-2\ngenuine,acc\n`,
  );
  const identity = transactionIdentity({ other: { id: 'acc' } }, 'x-1');
  assert.equal(
    (first as AcceptableOutcome).transaction,
    pseudonymOf(pseudonymize, 'transaction', 'bank', identity),
  );
  assert.equal(second, '3 field_format');
  assert.equal(third, '4 not_csv');
});

test('a header without an outcome or a transaction, or with one of them twice, is refused', async () => {
  for (const header of ['transaction,reportedAt', 'outcome,reportedAt', 'outcome,transaction,outcome'])
    await assert.rejects(readCsv(`${header}\n1,2,3\n`), SourceError);
});
