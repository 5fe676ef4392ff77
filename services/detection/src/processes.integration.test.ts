import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { digestOf } from '@weir/artefacts';
import { decodePayload, events, streams } from '@weir/contracts';
import type { ControlRecord, Rollout } from '@weir/contracts';
import type { Ruleset } from '@weir/rules';
import { exitCodes } from '@weir/runtime';
import { waitFor } from '@weir/testkit';
import type { TestProgram } from '@weir/testkit';
import { startDetectionBench } from './fixtures/detection-bench.ts';
import type { DetectionBench } from './fixtures/detection-bench.ts';
import { startDetectionProcess } from './fixtures/detection-process.ts';
import { listOf } from './fixtures/list-artefacts.ts';
import { publishedRuleset, writtenRuleset } from './fixtures/ruleset-artefacts.ts';
import {
  controlEvent,
  pseudonymFor,
  sampleTransactions,
} from '../../../packages/verdicts/src/fixtures/sample-transactions.ts';
import { assertSettled } from './fixtures/settled.ts';
import { createTestLog } from './fixtures/test-log.ts';
import type { TestLog } from './fixtures/test-log.ts';

type Activated = Extract<ControlRecord, { kind: 'artefact_activated' }>;

const groupId = 'weir-detection';
const environment = 'local';
const partitions = 6;

let bench: DetectionBench;
let log: TestLog;
before(async () => {
  // The workers know their topics by their real names, so nobody else may have them.
  bench = await startDetectionBench({ own: true });
  log = await createTestLog(bench, { partitions, topicPrefix: '', environment });
});
after(async () => {
  await log.close();
  await bench.close();
});

const start = (): TestProgram =>
  startDetectionProcess({
    ...bench.env,
    WEIR_ENVIRONMENT: environment,
    DETECTION_GROUP_ID: groupId,
    // Small runs, so that there is always one under way.
    BATCH_MAX_RECORDS: '10',
    BATCH_LINGER_MS: '1',
    IDLE_CHECK_INTERVAL_MS: '500',
    GROUP_SESSION_TIMEOUT_MS: '6000',
  });

/** How often a process took a partition over, and how often a partition of it failed. */
const takeovers = (worker: TestProgram): number => worker.log().split('"took a partition over"').length - 1;
const retries = (worker: TestProgram): number =>
  worker.log().split('"a partition failed and is taken over again"').length - 1;

/** No more than so many transactions of a partition wait, so that the end of the load is near its decision. */
const mostWaiting = 200;

/** How many transactions each partition was fed, by whichever test. */
let fed = 0;

/** The next transactions of every partition, again and again until it is stopped. */
function keepFeeding() {
  let isOver = false;
  const feeding = (async () => {
    while (!isOver) {
      for (let partition = 0; partition < partitions; partition += 1)
        await log.feed(partition, sampleTransactions(fed, fed + 5));
      fed += 5;
      const isAhead = async () => isOver || fed - Math.min(...(await decided())) <= mostWaiting;
      await waitFor(isAhead, { deadlineMs: 120_000, what: 'the workers to keep up' });
    }
  })();
  return {
    stop: async (): Promise<void> => {
      isOver = true;
      await feeding;
    },
  };
}

const decided = async (): Promise<readonly number[]> => {
  const positions = await published();
  return Array.from({ length: partitions }, (_unused, partition) => positions[partition] ?? 0);
};

const published = async (): Promise<readonly (number | undefined)[]> =>
  (await log.kafka.groupPositions(groupId, streams.received.topic)).map(({ next }) => next);

/** Waits until every partition has moved on from where it stands now, or fails with what a worker said. */
async function allMoved(workers: readonly TestProgram[], what: string): Promise<void> {
  const from = await published();
  const ended = workers.map((worker) =>
    worker.exited.then((code) => {
      throw new Error(`a worker ended with ${code}\n${worker.log()}`);
    }),
  );
  const moved = waitFor(
    async () => (await published()).every((next, partition) => (next ?? 0) > (from[partition] ?? 0)),
    { deadlineMs: 60_000, what },
  );
  await Promise.race([moved, ...ended]);
}

const allDecided = (): Promise<unknown> =>
  waitFor(
    async () => {
      const ends = await log.kafka.offsets(streams.received.topic);
      const positions = await published();
      return ends.every(({ partition, end }) => (positions[partition] ?? 0) >= end);
    },
    { deadlineMs: 60_000, what: 'every record to be decided' },
  );

test('processes are added, stopped and killed under load: nothing is lost or doubled, and nobody starts in circles', async () => {
  const feed = keepFeeding();
  const first = start();
  await waitFor(() => takeovers(first) >= partitions, {
    deadlineMs: 60_000,
    what: 'the first to own the log',
  });
  await allMoved([first], 'one process to decide every partition');

  const second = start();
  await waitFor(() => takeovers(second) > 0, { deadlineMs: 60_000, what: 'the second to take its part' });
  await allMoved([first, second], 'two processes to share the partitions');

  assert.equal(await first.end('SIGTERM'), exitCodes.stopped, first.log());
  await waitFor(() => takeovers(second) >= partitions, {
    deadlineMs: 60_000,
    what: 'the second to own the log',
  });
  await allMoved([second], 'the second to decide every partition');

  const third = start();
  await waitFor(() => takeovers(third) > 0, { deadlineMs: 60_000, what: 'the third to take its part' });
  await allMoved([second, third], 'the second and the third to share the partitions');

  assert.equal(await second.end('SIGKILL'), null);
  await waitFor(() => takeovers(third) >= partitions, {
    deadlineMs: 60_000,
    what: 'the third to own the log',
  });
  await feed.stop();
  await allDecided();
  assert.equal(await third.end('SIGTERM'), exitCodes.stopped, third.log());

  await assertSettled(log);
  // Each took its partitions over once, those it kept through a rebalance not again, and few had to be tried twice.
  for (const [name, worker] of Object.entries({ first, second, third })) {
    assert.ok(takeovers(worker) <= 2 * partitions, `${name} took over ${takeovers(worker)} times`);
    assert.ok(retries(worker) <= partitions, `${name} tried again ${retries(worker)} times\n${worker.log()}`);
  }
});

/** Looks for a shop that the sample transactions pay often, and marks each verdict of its own. */
const watching = (ref: string): Ruleset =>
  writtenRuleset(ref, {
    lists: [
      {
        ...{ id: 'watched', list: 'watch', of: 'counterparty', title: 'Watched', severity: 'high' },
        ...{ then: 'alert', explanation: 'It is on a list.' },
      },
    ],
    rules: [
      {
        ...{ id: `mark_${ref.slice(-1)}`, title: 'Marked', severity: 'low', when: 'amountMinor >= 0' },
        ...{ then: 'score', weight: 0.001, explanation: 'It moves {amountMinor}.' },
      },
    ],
  });

const rulesets = [watching('mine@1'), watching('mine@2')] as const;
const listsOfShops = [
  listOf('watch@1', [pseudonymFor('c', 'shop-0')], { offset: 0 }),
  listOf('watch@2', [pseudonymFor('c', 'shop-1')], { offset: 1 }),
] as const;

async function publishRules(): Promise<void> {
  const producer = await log.kafka.createProducer();
  for (const ruleset of rulesets)
    await producer.append(streams.artefacts.topic, 0, [
      await log.seal(publishedRuleset(ruleset), 'artefacts'),
    ]);
  for (const event of listsOfShops.flatMap((list) => list.events))
    await producer.append(streams.lists.topic, 0, [await log.seal(event, 'lists')]);
  await producer.close();
}

/** Waits until every partition has transactions behind what was said last. */
async function fedOn(): Promise<void> {
  const before = fed;
  await waitFor(() => fed >= before + 10, { deadlineMs: 120_000, what: 'more transactions' });
}

let activations = 0;

/** Says it in every partition, with the next number. */
async function activate(said: Omit<Activated, 'kind' | 'logId' | 'sequence'>): Promise<void> {
  activations += 1;
  const control: ControlRecord = {
    kind: 'artefact_activated',
    ...{ logId: log.logId, sequence: activations, ...said },
  };
  const record = await log.seal(controlEvent(control));
  for (let partition = 0; partition < partitions; partition += 1) await log.append(partition, [record]);
}

const activateRuleset = (index: 0 | 1, rollout?: Rollout): Promise<void> => {
  const { [index]: ruleset } = rulesets;
  return activate({
    ...{ artefactKind: 'ruleset', artefact: ruleset.ref, digest: digestOf(ruleset) },
    ...(rollout === undefined ? {} : { rollout }),
  });
};

const activateList = (index: 0 | 1): Promise<void> => {
  const { ref: artefact, digest, location } = listsOfShops[index].inForce;
  return activate({ artefactKind: 'list', artefact, digest, location });
};

test('rules and lists change under load, a canary begins and is rolled back, a process is killed: every verdict is by what the log says', async () => {
  await publishRules();
  const feed = keepFeeding();
  const first = start();
  await allMoved([first], 'the first to go on');
  await activateList(0);
  await fedOn();
  await activateRuleset(0);
  await fedOn();
  await activateRuleset(1, { stage: 'canary', percent: 50 });
  await fedOn();
  await allMoved([first], 'the canary to decide');
  assert.equal(await first.end('SIGKILL'), null);
  await activateList(1);
  const second = start();
  await fedOn();
  await allMoved([second], 'another process to go on with the canary');
  await activateRuleset(0);
  await fedOn();
  await feed.stop();
  await allDecided();
  assert.equal(await second.end('SIGTERM'), exitCodes.stopped, second.log());
  await assertSettled(log);
  const seen = await verdictsBy();
  assert.deepEqual([...new Set(seen.map(({ ruleset, lists }) => `${ruleset} ${lists}`))].toSorted(), [
    'mine@1 watch@1',
    'mine@1 watch@2',
    'mine@2 watch@1',
    'mine@2 watch@2',
    'starter@1 none',
    'starter@1 watch@1',
  ]);
  for (const { ruleset, reasons } of seen)
    for (const { ref } of rulesets) assert.equal(reasons.includes(`mark_${ref.slice(-1)}`), ref === ruleset);
});

/** What each verdict of the journal was made by, and its reasons. */
async function verdictsBy() {
  const journal = await log.readOpened('decisions');
  return journal.flatMap(({ opened }) => {
    const payload = opened.ok ? decodePayload(events.journal, opened.plaintext) : undefined;
    assert.ok(payload?.ok === true);
    const { versions, decisions } = payload.value;
    return decisions.flatMap((one) =>
      'digest' in one
        ? [
            {
              ruleset: one.ruleset ?? versions.ruleset,
              lists: versions.lists?.join(' ') ?? 'none',
              reasons: one.reasons,
            },
          ]
        : [],
    );
  });
}
