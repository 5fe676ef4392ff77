import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rulesOf } from '../../history-checks/small-history.ts';
import { checkRepeatedMails, repeatedMails } from './check-mails.ts';

const good: ReadonlyMap<string, number> = new Map([2, 4, 5].map((alert) => [`<${alert}@example> a`, 1]));
const [name = ''] = good.keys();

test('a mail that came again is counted', () => {
  assert.equal(repeatedMails(good), 0);
  assert.equal(repeatedMails(new Map([...good, [name, 3]])), 2);
});

const repeatsIn = (
  count: number,
  interruptions: number,
  before: ReadonlyMap<string, number> = new Map(),
  earlierInterruptions = 0,
): string[] => {
  const deliveries = new Map([...good, [name, count] as const]);
  return rulesOf(checkRepeatedMails({ before, deliveries, interruptions, earlierInterruptions }));
};

test('a mail may come again once for each time alerting was interrupted, and else not at all', () => {
  assert.deepEqual(repeatsIn(1, 0), []);
  assert.deepEqual(repeatsIn(2, 0), ['mail_repeated']);
  assert.deepEqual(repeatsIn(2, 1), []);
  assert.deepEqual(repeatsIn(3, 1), ['mail_repeated']);
});

test('a mail of an earlier round that comes again is found, unless that one was interrupted', () => {
  assert.deepEqual(repeatsIn(2, 0, new Map([[name, 2]])), []);
  assert.deepEqual(repeatsIn(3, 5, new Map([[name, 2]])), ['mail_repeated']);
  assert.deepEqual(repeatsIn(3, 0, new Map([[name, 2]]), 1), []);
});

test('more mails that come again than can have been on their way are found', () => {
  const deliveries = new Map(Array.from({ length: 5 }, (_, index) => [`<${index}@example> a`, 2]));
  const none = { before: new Map(), earlierInterruptions: 0 };
  assert.deepEqual(checkRepeatedMails({ ...none, deliveries, interruptions: 2 }), []);
  assert.equal(checkRepeatedMails({ ...none, deliveries, interruptions: 1 }).length, 1);
});
