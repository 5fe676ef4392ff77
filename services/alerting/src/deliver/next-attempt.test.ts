import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Delivery } from '@weir/alerts';
import fc from 'fast-check';
import type { DeliveryOutcome } from '../channels/channel.ts';
import { dueDelivery } from './fixtures/deliveries.ts';
import { afterAttempt, backoffMs, failedFor, longestRetryAfterMs } from './next-attempt.ts';

const minuteMs = 60_000;
const hourMs = 3_600_000;
const createdAtMs = Date.UTC(2025, 5, 15, 12);
const delivery = (changed: Partial<Delivery> = {}): Delivery => dueDelivery({ createdAtMs, ...changed });
const away: DeliveryOutcome = { kind: 'unavailable', code: 'ETIMEDOUT', status: undefined };
const refused: DeliveryOutcome = { kind: 'refused', code: 'http_status', status: 404 };

/** Tries again at the moment it is due, until it is settled; `mostRandom` stands for the longest jitter. */
function attemptsUntilSettled(channel: Delivery['channel'], outcome: DeliveryOutcome, mostRandom: number) {
  let one = delivery({ channel });
  let nowMs = createdAtMs;
  for (; one.state === 'due'; nowMs = one.nextAtMs) {
    assert.ok(one.attempts < 100_000);
    one = afterAttempt(one, outcome, nowMs, mostRandom);
    if (one.state !== 'due') return { one, lastedMs: nowMs - createdAtMs };
  }
  throw new Error('nothing was tried');
}

test('What the receiver takes is delivered, and nothing of earlier failures stands beside it', () => {
  const one = delivery({ attempts: 3, lastCode: 'http_status', lastStatus: 503, leasedUntilMs: createdAtMs });
  assert.deepEqual(afterAttempt(one, { kind: 'accepted' }, createdAtMs + 5, 0.5), {
    ...one,
    state: 'delivered',
    attempts: 4,
    leasedUntilMs: null,
    lastCode: null,
    lastStatus: null,
    settledAtMs: createdAtMs + 5,
  });
});

test('The bound of the pause doubles from a second up to a quarter of an hour', () => {
  const bounds = [1, 2, 3, 4, 10, 11, 500].map((attempts) => backoffMs(attempts, 0.999_999_999));
  assert.deepEqual(bounds, [999, 1_999, 3_999, 7_999, 511_999, 899_999, 899_999]);
  assert.equal(backoffMs(7, 0), 0);
});

test('A receiver that asks for time is left alone that long, for an hour at most', () => {
  const askedFor = (retryAfterMs: number): number =>
    afterAttempt(delivery(), { ...away, retryAfterMs }, createdAtMs, 0.5).nextAtMs - createdAtMs;
  assert.equal(askedFor(20 * minuteMs), 20 * minuteMs);
  assert.equal(askedFor(30 * hourMs), longestRetryAfterMs);
  assert.equal(askedFor(100), 500);
});

test('A refusal is tried three times over a minute, then it is a dead letter that says why', () => {
  const { one, lastedMs } = attemptsUntilSettled('webhook', refused, 0);
  assert.deepEqual([one.state, one.attempts, lastedMs], ['failed', 3, minuteMs]);
  assert.deepEqual([one.lastCode, one.lastStatus], ['http_status', 404]);
});

test('What refuses while it comes back, after it was away, is asked again before it is a dead letter', () => {
  const waited = delivery({ attempts: 12, lastCode: 'http_status', lastStatus: 503 });
  const once = afterAttempt(waited, refused, createdAtMs + 1_000, 0.5);
  assert.deepEqual([once.state, once.nextAtMs], ['due', createdAtMs + 31_000]);
  assert.equal(afterAttempt(once, { kind: 'accepted' }, once.nextAtMs, 0.5).state, 'delivered');
  assert.equal(afterAttempt(once, refused, once.nextAtMs, 0.5).state, 'failed');
});

test('What is refused for another reason each time is given up as well', () => {
  const other: DeliveryOutcome = { ...refused, status: 403 };
  let one = delivery();
  for (let nowMs = createdAtMs; one.state === 'due'; nowMs = one.nextAtMs) {
    assert.ok(nowMs - createdAtMs <= 25 * hourMs);
    one = afterAttempt(one, one.attempts % 2 === 0 ? refused : other, nowMs, 0.5);
  }
  assert.equal(one.state, 'failed');
});

test('A webhook that is away is given up after a day, a mail relay after three', () => {
  const webhook = attemptsUntilSettled('webhook', away, 0.999_999);
  const mail = attemptsUntilSettled('mail', away, 0.999_999);
  assert.equal(webhook.one.state, 'failed');
  assert.ok(webhook.lastedMs >= 24 * hourMs && webhook.lastedMs < 24.3 * hourMs);
  assert.equal(mail.one.state, 'failed');
  assert.ok(mail.lastedMs >= 72 * hourMs && mail.lastedMs < 72.3 * hourMs);
});

test('An old delivery that people had sent again has several attempts before it is given up', () => {
  let one = delivery({ attempts: 0 });
  const nowMs = createdAtMs + 100 * hourMs;
  for (let times = 1; times < 8; times += 1) {
    one = afterAttempt(one, away, nowMs, 0.5);
    assert.equal(one.state, 'due');
  }
  assert.equal(afterAttempt(one, away, nowMs, 0.5).state, 'failed');
});

test('Whatever comes of an attempt, the key, the target and what is said stay, and the lease ends', () => {
  const outcome = fc.oneof(
    fc.constant<DeliveryOutcome>({ kind: 'accepted' }),
    fc.constant(refused),
    fc.nat({ max: 100 * hourMs }).map((retryAfterMs): DeliveryOutcome => ({ ...away, retryAfterMs })),
    fc.constant(away),
  );
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(
      outcome,
      random,
      fc.nat({ max: 300 }),
      fc.nat({ max: 80 * hourMs }),
      (said, dice, attempts, ageMs) => {
        const nowMs = createdAtMs + ageMs;
        const before = delivery({ attempts, leasedUntilMs: nowMs + 1 });
        const after = afterAttempt(before, said, nowMs, dice);
        const { deliveryKey, target, notificationId } = before;
        assert.deepEqual(
          { deliveryKey: after.deliveryKey, target: after.target, notificationId: after.notificationId },
          { deliveryKey, target, notificationId },
        );
        assert.equal(after.leasedUntilMs, null);
        assert.equal(after.attempts, attempts + 1);
        assert.equal(after.state === 'due', after.settledAtMs === null);
        if (after.state === 'due') {
          assert.ok(Number.isSafeInteger(after.nextAtMs));
          assert.ok(after.nextAtMs >= nowMs && after.nextAtMs <= nowMs + hourMs);
        }
      },
    ),
  );
});

test('A delivery whose receiver is gone fails with a code of its own', () => {
  const one = failedFor(delivery({ leasedUntilMs: 1 }), 'receiver_unknown', createdAtMs + 9);
  assert.deepEqual(
    [one.state, one.lastCode, one.leasedUntilMs, one.settledAtMs],
    ['failed', 'receiver_unknown', null, createdAtMs + 9],
  );
});
