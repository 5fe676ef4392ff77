import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRefusals, refusedCaller } from '../refusals.ts';
import { serverLimits } from '../server/server-limits.ts';
import { addressKey } from './address-key.ts';
import { createRateLimit } from './rate-limit.ts';
import { createRefusalCount } from './refusal-count.ts';

/** A clock that is moved by hand. */
function createClock() {
  let atMs = 0;
  return { nowMs: () => atMs, pass: (forMs: number) => void (atMs += forMs) };
}

test('a rate is kept on average, twice a second of it at once, each name for itself', () => {
  const clock = createClock();
  const rate = createRateLimit(10, clock.nowMs);
  rate.take('a', 20);
  assert.equal(rate.waitSeconds('a'), 1);
  assert.equal(rate.waitSeconds('b'), 0);
  clock.pass(200);
  assert.equal(rate.waitSeconds('a'), 0);
  rate.take('a', 52);
  assert.equal(rate.waitSeconds('a'), 6);
});

test('refusals of an address are looked at again in the next minute', () => {
  const clock = createClock();
  const count = createRefusalCount(clock.nowMs);
  for (let refusal = 0; refusal < serverLimits.refusalsPerMinute; refusal += 1) count.add('10.0.0.1');
  assert.equal(count.waitSeconds('10.0.0.1'), 60);
  assert.equal(count.waitSeconds('10.0.0.2'), 0);
  clock.pass(60_000);
  assert.equal(count.waitSeconds('10.0.0.1'), 0);
});

test('addresses of one IPv6 network are one caller, and an IPv4 address is one however it is written', () => {
  for (const address of ['2001:db8::1', '2001:db8::ffff:2', '2001:db8:0:0:1:2:3:4', '2001:db8::']) {
    assert.equal(addressKey(address), addressKey('2001:db8:0:0:9:9:9:9'), address);
  }
  assert.notEqual(addressKey('2001:db8:0:1::1'), addressKey('2001:db8::1'));
  assert.notEqual(addressKey('::1'), addressKey('10.0.0.1'));
  assert.equal(addressKey('::ffff:10.0.0.1'), addressKey('10.0.0.1'));
  assert.notEqual(addressKey('10.0.0.1'), addressKey('10.0.0.2'));
});

test('repeated refusals of one caller become one entry with a count', async () => {
  const counts: unknown[] = [];
  const refusals = createRefusals({
    record: async ({ details }) => void counts.push(details['count']),
    onLost: () => assert.fail('nothing was lost'),
  });
  const refusal = {
    action: 'token_refused',
    why: 'unknown',
    address: '10.0.0.1',
    tokenName: undefined,
  } as const;
  for (let repeat = 0; repeat < 6; repeat += 1) refusals.tell(refusedCaller(refusal));
  refusals.tell(refusedCaller({ ...refusal, address: '10.0.0.2' }));
  await refusals.close();
  assert.deepEqual(counts, [1, 1, 5]);
});
