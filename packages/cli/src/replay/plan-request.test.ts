import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planRequest } from './plan-request.ts';
import type { PlanOptions } from './plan-request.ts';

const pseudonym = 'a1_AAECAwQFBgcICQoLDA0ODw';
const given: PlanOptions = { tenant: 'demo', versions: 'then' };
const request = (options: Partial<PlanOptions>) =>
  planRequest({ ...given, ...options }, async (account) => `a1_${account.slice(0, 2)}BAgMEBQYHCAkKCwwNDg`);

test('Times are said in UTC, and by which time is said', async () => {
  const range = { from: '2026-03-01T00:00:00+01:00', to: '2026-03-01T12:00:00Z' };
  assert.deepEqual((await request(range)).range, {
    by: 'logTime',
    from: '2026-02-28T23:00:00.000Z',
    to: '2026-03-01T12:00:00.000Z',
  });
  assert.equal((await request({ ...range, by: 'event-time' })).range.by, 'eventTime');
});

test('Offsets are said by partition', async () => {
  assert.deepEqual((await request({ offsets: ['2:100-5000', '3/0-9'] })).range, {
    by: 'offsets',
    stretches: [
      { partition: 2, from: 100, to: 5_000 },
      { partition: 3, from: 0, to: 9 },
    ],
  });
});

test('An account that is typed in is never sent, its pseudonym is', async () => {
  const asked = await request({ offsets: ['0:0-9'], account: ['NL91ABNA0417164300', pseudonym] });
  assert.doesNotMatch(JSON.stringify(asked), /0417164300/);
  assert.deepEqual(asked.filter?.accounts?.[1], pseudonym);
});

test('Without a limit is another thing than no word of one', async () => {
  assert.equal((await request({ offsets: ['0:0-9'], asFastAsItGoes: true })).recordsPerSecond, null);
  assert.ok(!('recordsPerSecond' in (await request({ offsets: ['0:0-9'] }))));
});

test('What is done with the records is one thing; comparing where nothing is said', async () => {
  const targetOf = async (options: Partial<PlanOptions>) =>
    (await request({ offsets: ['0:0-9'], ...options })).target;
  assert.deepEqual(await targetOf({}), { kind: 'compare' });
  assert.deepEqual(await targetOf({ export: 'csv' }), { kind: 'export', format: 'csv' });
  assert.deepEqual(await targetOf({ shadow: 'march' }), { kind: 'shadow', topic: 'weir.replay.march' });
  assert.deepEqual(await targetOf({ drive: 'test-bank' }), {
    ...{ kind: 'drive', receiver: 'test-bank', speed: 1 },
  });
  assert.deepEqual(await targetOf({ drive: 'test-bank', speed: 60 }), {
    ...{ kind: 'drive', receiver: 'test-bank', speed: 60 },
  });
  await assert.rejects(targetOf({ compare: true, export: 'csv' }), { exitCode: 64 });
  await assert.rejects(targetOf({ export: 'csv', shadow: 'march' }), { exitCode: 64 });
  await assert.rejects(targetOf({ speed: 2 }), { exitCode: 64 });
});
