import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRefusals, type Reply } from '@weir/access';
import type { AuditAct } from '@weir/audit';
import { createIdempotency } from '../idempotency.ts';
import { refusedRecord } from '../refused-record.ts';
import { createSending } from '../sending.ts';
import { createByteBudget } from './byte-budget.ts';
import { doorLimits } from './door-limits.ts';
import { createRecentIdentities } from './recent-identities.ts';

/** A clock that is moved by hand. */
function createClock() {
  let atMs = 0;
  return { nowMs: () => atMs, pass: (forMs: number) => void (atMs += forMs) };
}

test('bytes that are given back may be taken again', () => {
  const budget = createByteBudget(100);
  assert.equal(budget.take(60), true);
  assert.equal(budget.take(60), false);
  budget.give(60);
  assert.equal(budget.take(60), true);
});

test('an identity is remembered for a while, within a bound, and one that failed is forgotten', () => {
  const clock = createClock();
  const identities = createRecentIdentities(clock.nowMs);
  assert.equal(identities.meet('one', 'x'), 'new');
  assert.equal(identities.meet('one', 'x'), 'same');
  assert.equal(identities.meet('one', 'y'), 'conflict');
  clock.pass(doorLimits.identityMs);
  assert.equal(identities.meet('one', 'y'), 'new');
  identities.forget('one', 'y');
  assert.equal(identities.meet('one', 'x'), 'new');
  for (let index = 0; index < doorLimits.maxIdentities; index += 1) identities.meet(`more-${index}`, 'x');
  assert.equal(identities.meet('one', 'other'), 'new');
});

const reply = (status: number, body = ''): Reply => ({ status, headers: {}, body });

test('an answer that invites a repetition is not kept for its key, one that concludes is, for a day', async () => {
  const clock = createClock();
  const idempotency = createIdempotency(clock.nowMs);
  const request = { token: 't', key: 'k', digest: 'd' };
  let runs = 0;
  const work = (status: number) => async () => {
    runs += 1;
    return reply(status);
  };
  await idempotency.once(request, work(503));
  await idempotency.once(request, work(202));
  const again = await idempotency.once(request, work(202));
  assert.equal(runs, 2);
  assert.deepEqual(again === 'reused' ? {} : again.headers, { 'idempotency-replayed': 'true' });
  assert.equal(await idempotency.once({ ...request, digest: 'other' }, work(202)), 'reused');
  clock.pass(doorLimits.idempotencyMs);
  await idempotency.once(request, work(202));
  assert.equal(runs, 3);
  await assert.rejects(idempotency.once({ ...request, key: 'bug' }, () => Promise.reject(new Error('bug'))));
  await idempotency.once({ ...request, key: 'bug' }, work(202));
  assert.equal(runs, 4);
});

test('answers that are kept have a bound in bytes', async () => {
  const idempotency = createIdempotency(() => 0);
  const large = 'x'.repeat(doorLimits.maxIdempotencyBytes / 2);
  let runs = 0;
  const ask = (key: string) =>
    idempotency.once({ token: 't', key, digest: 'd' }, async () => {
      runs += 1;
      return reply(202, large);
    });
  for (const key of ['a', 'b', 'c', 'a', 'c']) await ask(key);
  assert.equal(runs, 4);
});

test('requests are turned away while earlier ones wait in vain, and one is let in as soon as none does', () => {
  const clock = createClock();
  const sending = createSending(clock.nowMs);
  sending.began();
  sending.failed('broker_unavailable');
  assert.equal(sending.stuckOn(), undefined);
  clock.pass(2_000);
  assert.equal(sending.stuckOn(), 'broker_unavailable');
  sending.settled(false);
  assert.equal(sending.stuckOn(), undefined);
  sending.began();
  assert.equal(sending.stuckOn(), 'broker_unavailable');
  sending.settled(true);
  sending.began();
  assert.equal(sending.stuckOn(), undefined);
});

test('conflicting records of one token become one entry with a count, and name the first dead letter', async () => {
  const told: AuditAct[] = [];
  const refusals = createRefusals({
    record: async (act) => void told.push(act),
    onLost: () => assert.fail('nothing was lost'),
  });
  const refused = { why: 'conflicting_duplicate', tokenName: 'bank' } as const;
  for (const deadLetterId of ['r1_first', 'r1_second', 'r1_third'])
    refusals.tell(refusedRecord({ ...refused, deadLetterId }));
  refusals.tell(refusedRecord({ ...refused, tokenName: 'other', deadLetterId: 'r1_fourth' }));
  await refusals.close();
  assert.deepEqual(
    told.map(({ actor, action, subject, details }) => [actor.name, action, subject.id, details['count']]),
    [
      ['bank', 'record_refused', 'r1_first', 1],
      ['other', 'record_refused', 'r1_fourth', 1],
      ['bank', 'record_refused', 'r1_first', 2],
    ],
  );
});
