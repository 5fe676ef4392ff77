import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goodMails } from '../../history-checks/good-mails.ts';
import { rulesOf } from '../../history-checks/small-history.ts';
import { checkRepeatedMails, repeatedMails } from './check-mails.ts';

const [name = ''] = goodMails.deliveries.keys();

test('a mail that came again is counted', () => {
  assert.equal(repeatedMails(goodMails.deliveries), 0);
  assert.equal(repeatedMails(new Map([...goodMails.deliveries, [name, 3]])), 2);
});

const repeatsIn = (
  count: number,
  interruptions: number,
  before: ReadonlyMap<string, number> = new Map(),
): string[] => {
  const deliveries = new Map([...goodMails.deliveries, [name, count] as const]);
  return rulesOf(checkRepeatedMails({ before, deliveries, interruptions }));
};

test('a mail may come again once for each time alerting was interrupted, and else not at all', () => {
  assert.deepEqual(repeatsIn(1, 0), []);
  assert.deepEqual(repeatsIn(2, 0), ['mail_repeated']);
  assert.deepEqual(repeatsIn(2, 1), []);
  assert.deepEqual(repeatsIn(3, 1), ['mail_repeated']);
});

test('a mail of an earlier round that comes again is found, whatever is done', () => {
  assert.deepEqual(repeatsIn(2, 0, new Map([[name, 2]])), []);
  assert.deepEqual(repeatsIn(3, 5, new Map([[name, 2]])), ['mail_repeated']);
});

test('more mails that come again than can have been on their way are found', () => {
  const deliveries = new Map(Array.from({ length: 401 }, (_, index) => [`<${index}@example> a`, 2]));
  assert.deepEqual(checkRepeatedMails({ before: new Map(), deliveries, interruptions: 2 }), []);
  assert.equal(checkRepeatedMails({ before: new Map(), deliveries, interruptions: 1 }).length, 1);
});
