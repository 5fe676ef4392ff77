import assert from 'node:assert/strict';
import { test } from 'node:test';
import { streams } from '@weir/contracts';
import { checkVerdictOrder } from './check-order.ts';
import { checkReleases } from './check-releases.ts';
import type { Approval, History, PublishedVerdict } from './history.ts';
import { goodHistory, rejectionOf, rulesOf, verdictOf } from './small-history.ts';

/** Approves what the small history holds. */
const approvalAt = (offset: number, change: Partial<Approval> = {}): Approval => ({
  ...{ partition: 0, offset, account: 'a1_account', identity: 't1_2' },
  ...{ sourcePartition: 0, sourceOffset: 2, heldOffset: 20 },
  ...change,
});
const released = verdictOf(2, 'released', { releaseOffset: 4 });
const approval = approvalAt(4);

/** The small history with these releases and approvals, and what is refused of the approvals. */
const broken = (
  releases: readonly PublishedVerdict[],
  approvals: readonly Approval[],
  refusedAt: readonly number[] = [],
): string[] => {
  const history: History = {
    ...goodHistory,
    published: [...goodHistory.published, ...releases],
    approvals,
    rejected: refusedAt.map((offset) =>
      rejectionOf(offset, {
        origin: { kind: 'topic', topic: streams.releases.topic, partition: 0, offset },
        code: 'contract_violation',
      }),
    ),
  };
  return rulesOf(checkReleases(history));
};

test('a release behind a hold and an approval is in order, however often it was approved', () => {
  assert.deepEqual(checkReleases(goodHistory), []);
  assert.deepEqual(broken([released], [approval]), []);
  assert.deepEqual(broken([released], [approval, approvalAt(6), approvalAt(9)]), []);
});

test('a release without a hold, without an approval, by a later one, or a second one, is found', () => {
  assert.deepEqual(broken([released], []), ['released_was_approved']);
  assert.deepEqual(broken([released], [approvalAt(4, { heldOffset: 21 })], [4]), ['released_was_approved']);
  assert.deepEqual(broken([released], [approvalAt(3), approval]), ['released_by_first']);
  assert.deepEqual(broken([released, released], [approval]), ['released_once']);
  const other = verdictOf(1, 'released', { releaseOffset: 4 });
  assert.deepEqual(broken([other], []), ['released_was_approved', 'released_was_held']);
  assert.deepEqual(broken([{ ...released, identity: 't1_1' }], [approval]), ['released_was_held']);
});

test('an approval that led to nothing is found, unless the event could never be published', () => {
  assert.deepEqual(broken([], [approval]), ['approved_is_released']);
  const failed = rejectionOf(4, {
    origin: { kind: 'topic', topic: streams.releases.topic, partition: 0, offset: 4 },
    code: 'processing_failed',
  });
  const history = { ...goodHistory, approvals: [approval], rejected: [failed] };
  assert.deepEqual(checkReleases(history), []);
});

test('an approval of nothing that was held and that nobody refused is found; one that repeats it is dropped', () => {
  const wrong = { sourceOffset: 1, identity: 't1_1' };
  assert.deepEqual(broken([], [approvalAt(4, wrong)]), ['wrong_approval_refused']);
  assert.deepEqual(broken([], [approvalAt(4, wrong), approvalAt(5, wrong)], [4]), []);
  assert.deepEqual(broken([], [approvalAt(4, { partition: 1 })]), ['wrong_approval_refused']);
});

test('what was settled before the history begins is left alone', () => {
  const history = { ...goodHistory, start: new Map([[0, 3]]), published: [released], approvals: [] };
  assert.deepEqual(checkReleases(history), []);
});

test('releases stand in the order of their approvals, whatever they are about', () => {
  const published = [
    verdictOf(6, 'released', { offset: 1, releaseOffset: 4 }),
    verdictOf(2, 'released', { offset: 2, releaseOffset: 5 }),
  ];
  assert.deepEqual(checkVerdictOrder({ ...goodHistory, published }), []);
  const [first, second] = published as [PublishedVerdict, PublishedVerdict];
  const swapped = [first, { ...second, releaseOffset: 3 }];
  assert.deepEqual(rulesOf(checkVerdictOrder({ ...goodHistory, published: swapped })), ['verdict_order']);
});
