import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WeirError } from '@weir/contracts';
import { ok } from './check.ts';
import { absent, judged, probe } from './probed.ts';

test('a probe that hangs becomes a failure, and its check says so', async () => {
  const hanging = await probe(() => new Promise(() => undefined), 1);
  const [check] = judged('redis.reachable', hanging, 'Start Redis.', () => []);
  assert.deepEqual(check, {
    id: 'redis.reachable',
    area: 'redis',
    status: 'fail',
    what: 'no answer within 1 ms',
    mend: 'Start Redis.',
  });
});

test('a probe that throws before its first await is a failure like any other', async () => {
  const thrown = await probe(() => {
    throw new WeirError('kms_unavailable', 'KMS is away');
  });
  assert.deepEqual(thrown, { kind: 'failed', why: 'KMS is away' });
});

test("an error's message that is not ours is not repeated where a code says it", async () => {
  const error = Object.assign(new Error('connect to redis://user:secret@host'), { code: 'ECONNREFUSED' });
  assert.deepEqual(await probe(() => Promise.reject(error)), { kind: 'failed', why: 'ECONNREFUSED' });
});

test('what could not be parsed is not quoted', async () => {
  const parsed = await probe(async (): Promise<unknown> => JSON.parse('secret'));
  assert.deepEqual(parsed, { kind: 'failed', why: 'SyntaxError' });
});

test('what is not configured is skipped, and what is found goes to its judge', async () => {
  assert.equal(judged('mail.relay', absent('no SMTP_URL'), '', () => [])[0]?.status, 'skipped');
  const found = await probe(() => Promise.resolve('greets'));
  assert.deepEqual(
    judged('mail.relay', found, '', (what) => [ok('mail.relay', what)]),
    [{ id: 'mail.relay', area: 'mail', status: 'ok', what: 'greets' }],
  );
});
