import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import './kafkajs.ts';
import { guardRequestQueue } from './request-queue-guard.ts';
import type { RequestQueuePrototype } from './request-queue-guard.ts';

type Queue = {
  push(request: object): void;
  maybeThrottle(throttleMs: number): void;
  checkPendingRequests(): void;
};
const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as new (
  options: object,
) => Queue;

const openQueue = (): Queue =>
  new RequestQueue({
    maxInFlightRequests: null,
    requestTimeout: 1_000,
    enforceRequestTimeout: false,
    clientId: 'c',
    broker: 'b',
    logger: { debug: () => undefined, warn: () => undefined },
  });

test('A request queue in which nothing waits arms no timer', (t) => {
  const timers = t.mock.method(globalThis, 'setTimeout', () => undefined);
  const queue = openQueue();
  for (let check = 0; check < 100; check += 1) queue.checkPendingRequests();
  assert.equal(timers.mock.callCount(), 0);
});

test('A request parked while the broker throttles is sent when the throttling ends', (t) => {
  const armed: { check: () => void; delayMs: number }[] = [];
  t.mock.timers.enable({ apis: ['Date'] });
  t.mock.method(globalThis, 'setTimeout', (check: () => void, delayMs: number) =>
    armed.push({ check, delayMs }),
  );
  const queue = openQueue();
  let isSent = false;
  queue.maybeThrottle(50);
  queue.checkPendingRequests();
  queue.push({
    entry: { correlationId: 1, resolve: () => undefined, reject: () => undefined },
    expectResponse: true,
    sendRequest: () => {
      isSent = true;
    },
  });
  assert.deepEqual([isSent, armed.map(({ delayMs }) => delayMs)], [false, [50]]);
  t.mock.timers.tick(51);
  armed[0]?.check();
  assert.equal(isSent, true);
});

test('A request queue that is not the expected one is refused loudly', () => {
  assert.throws(() => guardRequestQueue({} as RequestQueuePrototype), /not the method the guard expects/);
  const renamed = { scheduleCheckPendingRequests: () => undefined };
  assert.throws(() => guardRequestQueue(renamed), /not the method the guard expects/);
});
