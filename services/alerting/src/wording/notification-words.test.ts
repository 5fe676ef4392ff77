import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert } from '@weir/alerts';
import {
  notificationOf,
  refusedFinding,
  sampleNotifications,
  shownRefused,
  shownTransactions,
  transactionFinding,
} from '../fixtures/sample-notifications.ts';
import { flaggedTransaction, heldTransaction } from '../fixtures/sample-transactions.ts';
import { waitingWords, whatWasDone } from './alert-words.ts';
import { actionsOf, nextSentences, notificationSubject, standingWords } from './notification-words.ts';

const closedBy = (outcome: Alert['outcome'], different: Partial<Alert> = {}) =>
  notificationOf(
    'closed',
    [
      shownTransactions(
        [1, 2].map((number) => transactionFinding(heldTransaction(), number)),
        { state: 'closed', outcome, handledBy: 'anna', ...different },
      ),
    ],
    { next: [] },
  );
const alertOf = ({ alerts }: ReturnType<typeof closedBy>): Alert => alerts[0]?.alert ?? assert.fail();
const commandsOf = (notification: ReturnType<typeof closedBy>): string =>
  actionsOf(notification)
    .map(([command]) => command)
    .join();

test('What is closed waits for nobody, and what is held in it is said to be held still', () => {
  const closed = closedBy('false_positive');
  assert.match(notificationSubject(closed), /, still held$/);
  assert.equal(
    whatWasDone(alertOf(closed)),
    'All 2 are still held: they were not passed on, and closing lets nothing go.',
  );
  const one = closedBy('false_positive', { transactions: 1, held: 1 });
  assert.equal(
    whatWasDone(alertOf(one)),
    'It is still held: it was not passed on, and closing lets nothing go.',
  );
  const some = closedBy('false_positive', { transactions: 4, held: 3, released: 1 });
  assert.equal(waitingWords(alertOf(some)), '2 still held');
  assert.equal(
    whatWasDone(alertOf(some)),
    '2 of the 4 are still held; 1 was released; 1 went through and is worth a look.',
  );
  const released = closedBy('false_positive', { released: 2 });
  assert.equal(waitingWords(alertOf(released)), 'released, nothing waits');
  const many = { ...closed, alerts: [...closed.alerts, ...some.alerts], alertCount: 2 };
  assert.equal(standingWords(many), '4 still held');
});

test('Of what is closed it is said how the held can be let go, but not of a fraud, and that it was all', () => {
  assert.match(commandsOf(closedBy('false_positive')), /alerts release .*alerts reopen /);
  assert.doesNotMatch(commandsOf(closedBy('true_positive')), /release/);
  assert.doesNotMatch(commandsOf(closedBy('false_positive', { released: 2 })), /release/);
  assert.deepEqual(nextSentences(closedBy('false_positive')), ['Nothing more is told of it.']);
  const one = closedBy('false_positive');
  const many = { ...one, alerts: [...one.alerts, ...one.alerts], alertCount: 2 };
  assert.match(commandsOf(many), /alerts list --state closed,/);
});

test('Of refused records nobody says that nothing waits, however many alerts there are', () => {
  const refused = [1, 2].map((number) => shownRefused([refusedFinding('not_sealed', number)]));
  const notification = notificationOf('first', refused);
  assert.equal(standingWords(notification), undefined);
  assert.equal(notificationSubject(notification), 'Critical: 2 alerts about 2 refused records');
  const flagged = shownTransactions([transactionFinding(flaggedTransaction())]);
  assert.equal(standingWords(notificationOf('digest', [flagged, flagged])), 'nothing waits');
  assert.equal(standingWords(sampleNotifications.digest), '4 waiting');
});
