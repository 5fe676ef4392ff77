import assert from 'node:assert/strict';
import { test } from 'node:test';
import { artefactsPartition, artefactsTopic, digestOf, inForce, readArtefacts } from '@weir/artefacts';
import { streams, type Approval, type Rollout } from '@weir/contracts';
import { resolveRuleset, ruleset as rulesetShape, type Ruleset } from '@weir/rules';
import { createListBuilder } from '@weir/lists';
import { defaultWindowPlan } from '@weir/windows';
import {
  activationsIn,
  createProcess,
  logId,
  openedTopics,
  recordsOf,
  type ArtefactProcess,
} from '../../fixtures/artefact-topics.ts';
import { activateList, publishList } from '../../lists/list-acts.ts';
import { activatePlan } from '../activate-plan.ts';
import { activateTeamModel } from '../activate-team-model.ts';
import { announce } from '../announce.ts';
import { publishPlan } from '../publish-plan.ts';
import { artefactEvent, sealSaid } from '../seal-said.ts';
import { activateRuleset } from './activate-ruleset.ts';
import { approveRuleset } from './approve-ruleset.ts';
import { publishRuleset, readForPublishing } from './publish-ruleset.ts';
import { rollBackRuleset } from './roll-back-ruleset.ts';
import type { RulesetRefused } from './ruleset-refused.ts';

const documentOf = (version: number, more: object = {}): string =>
  JSON.stringify({
    ref: `payments@${version}`,
    holdAt: 0.5,
    rules: [
      {
        id: 'large_amount',
        title: 'Large amount',
        severity: 'low',
        weight: 0.6,
        when: [{ feature: 'amountMinor', atLeast: 500_000 }],
        explanation: 'The amount is {amountMinor} minor units.',
      },
    ],
    ...more,
  });

async function publish(process: ArtefactProcess, document: string, publishedBy = 'ana') {
  const ruleset = await readForPublishing({ document, logId }, process.ports);
  return publishRuleset({ ruleset, publishedBy }, process.ports);
}

async function ready(process: ArtefactProcess, ...versions: number[]): Promise<void> {
  for (const version of versions) {
    await publish(process, documentOf(version));
    await approveRuleset({ ref: `payments@${version}`, approvedBy: 'ben' }, process.ports);
  }
}

const activated = (process: ArtefactProcess, version: number, rollout?: Rollout) =>
  activateRuleset({ ref: `payments@${version}`, logId, rollout }, process.ports);

const rollBack = (process: ArtefactProcess, leave?: string) =>
  rollBackRuleset({ logId, leave, openedWith: 'starter@1' }, process.ports);

async function now(process: ArtefactProcess) {
  const { ruleset, candidate } = inForce(await readArtefacts(process.ports), logId);
  return [ruleset?.artefact, candidate?.artefact, candidate?.rollout];
}

const countSaid = async (process: ArtefactProcess): Promise<number> =>
  (await recordsOf(process, streams.artefacts.topic)).length;

const canary: Rollout = { stage: 'canary', percent: 5 };

test('a ruleset is published once, keeps who did, and a version never changes', async () => {
  const process = await openedTopics();
  const digest = digestOf(rulesetShape.parse(JSON.parse(documentOf(1))));
  const first = { artefact: 'payments@1', digest, publishedBy: 'ana' };
  assert.deepEqual(await publish(process, documentOf(1)), { ...first, isKnown: false });
  assert.deepEqual(await publish(process, documentOf(1), 'ben'), { ...first, isKnown: true });
  await assert.rejects(publish(process, documentOf(1, { holdAt: 0.7 })), { code: 'version_taken' });
  assert.equal(await countSaid(process), 1);
});

test('the name of what comes with Weir is taken, in its versions to come too', async () => {
  const process = await openedTopics();
  assert.equal((await publish(process, JSON.stringify(resolveRuleset('starter@2')))).isKnown, true);
  for (const ref of ['starter@2', 'starter@77'])
    await assert.rejects(publish(process, documentOf(1, { ref })), { code: 'version_taken' });
  assert.equal(await countSaid(process), 0);
});

test('what is no ruleset is refused with the line, the column and the field', async () => {
  const process = await openedTopics();
  const document = documentOf(1, { holdAt: 7 }).replaceAll(',"', ',\n"');
  await assert.rejects(publish(process, document), (error: object) => {
    assert.ok('code' in error && 'problems' in error && Array.isArray(error.problems));
    assert.equal(error.code, 'ruleset_invalid');
    const [{ line, path }] = error.problems as [{ line: number; path: string }];
    assert.deepEqual([line, path], [2, 'holdAt']);
    return true;
  });
  assert.equal(await countSaid(process), 0);
});

const testOf = (outcome: string) => ({
  tests: [{ name: 'a large one', given: [{ amount: '9000.00' }], expect: { outcome } }],
});

test('a ruleset whose tests fail is refused, and one whose tests pass is not', async () => {
  const process = await openedTopics();
  await assert.rejects(publish(process, documentOf(1, testOf('cleared'))), {
    code: 'ruleset_invalid',
    message: /1 of its 1 tests fail/,
  });
  assert.equal((await publish(process, documentOf(1, testOf('held')))).isKnown, false);
});

test('who published does not approve, another does, and once is enough', async () => {
  const process = await openedTopics();
  const approve = (approvedBy: string) => approveRuleset({ ref: 'payments@1', approvedBy }, process.ports);
  await assert.rejects(approve('ben'), { code: 'ruleset_unknown' });
  await publish(process, documentOf(1));
  await assert.rejects(approve('ana'), {
    code: 'approver_is_publisher',
    message: "payments@1 was published by ana; ana can't approve it too",
  });
  const { approvedBy, isKnown } = await approve('ben');
  assert.deepEqual([approvedBy, isKnown], ['ben', false]);
  const again = await approve('eve');
  assert.deepEqual([again.approvedBy, again.isKnown], ['ben', true]);
  assert.equal(await countSaid(process), 2);
});

test('what is not approved gets no control record, and what comes with Weir needs no approval', async () => {
  const process = await openedTopics();
  await assert.rejects(activated(process, 1), { code: 'ruleset_unknown' });
  await publish(process, documentOf(1));
  await assert.rejects(activated(process, 1), { code: 'not_approved' });
  assert.deepEqual(await activationsIn(process, 0), []);
  const builtIn = await activateRuleset({ ref: 'starter@2', logId }, process.ports);
  assert.equal(builtIn.sequence, 1);
});

test('what nobody has approved has a bound together, and each ruleset one of its own', async () => {
  const process = await openedTopics();
  const { ports } = process;
  const flood = Array.from({ length: 35 }, (_, n) => ({
    ...({ kind: 'ruleset', artefact: `flood@${n + 1}`, publishedBy: 'mallory' } as const),
    ...{ digest: n.toString(16).padStart(64, '0'), body: 'x'.repeat(980_000) },
  }));
  for (const one of flood) {
    const records = await sealSaid([artefactEvent(one)], ports);
    await ports.producer.append(artefactsTopic, artefactsPartition, records);
  }
  await assert.rejects(publish(process, documentOf(1), 'mallory'), { code: 'too_much_unapproved' });
  await publish(process, documentOf(2));
  const [first] = flood;
  assert.ok(first);
  const { artefact, digest } = first;
  const approval = {
    artefactKind: 'ruleset',
    artefact,
    digest,
    publishedBy: 'mallory',
    approvedBy: 'ben',
  } as const;
  await announce(ports, () => ({ approval, result: undefined }));
  const read = await readForPublishing({ document: documentOf(1), logId }, ports);
  await assert.rejects(
    publishRuleset({ ruleset: { ...read, description: '\0'.repeat(200_000) }, publishedBy: 'ana' }, ports),
    { code: 'ruleset_invalid', message: /longer than/ },
  );
  assert.equal((await publish(process, documentOf(1), 'mallory')).isKnown, false);
});

test('an approval counts for the content it was given to, and altered content is refused', async () => {
  const process = await openedTopics();
  await publish(process, documentOf(1));
  const approval: Approval = {
    artefactKind: 'ruleset',
    artefact: 'payments@1',
    digest: 'b'.repeat(64),
    publishedBy: 'ana',
    approvedBy: 'ben',
  };
  await announce(process.ports, () => ({ approval, result: undefined }));
  await assert.rejects(activated(process, 1), { code: 'not_approved' });
  const body = JSON.parse(documentOf(2)) as Ruleset;
  const artefact = {
    ...{ kind: 'ruleset', artefact: 'payments@2', publishedBy: 'ana' },
    ...{ digest: digestOf(body), body: { ...body, holdAt: 0.9 } },
  } as const;
  await announce(process.ports, () => ({ artefact: artefact as never, result: undefined }));
  for (const act of [
    () => approveRuleset({ ref: 'payments@2', approvedBy: 'ben' }, process.ports),
    () => activated(process, 2),
  ])
    await assert.rejects(act(), { code: 'artefact_unknown', message: /not what its digest says/ });
  assert.deepEqual(await activationsIn(process, 0), []);
});

test('candidates come beside the ruleset in force, each rollout under a number of its own', async () => {
  const process = await openedTopics();
  await ready(process, 1, 2);
  const steps = [
    [await activated(process, 1), 1],
    [await activated(process, 2, { stage: 'shadow' }), 2],
    [await activated(process, 2, canary), 3],
    [await activated(process, 2, canary), 3],
    [await activated(process, 2, { stage: 'canary', percent: 50 }), 4],
    [await activated(process, 2), 5],
  ] as const;
  for (const [{ sequence }, expected] of steps) assert.equal(sequence, expected);
  assert.deepEqual(await now(process), ['payments@2', undefined, undefined]);
  await assert.rejects(activated(process, 2, canary), { code: 'ruleset_unfit', message: /in force/ });
});

test('an activation with a rollout that was interrupted anywhere is finished under its number', async () => {
  for (const isLost of [false, true]) {
    for (const changesLeft of [0, 1, 2, 3, 4, 5]) {
      const process = await openedTopics();
      await ready(process, 1, 2);
      await activated(process, 1);
      Object.assign(process.kill, { changesLeft, isLost });
      await assert.rejects(activated(process, 2, canary));
      const next = await createProcess(process.broker);
      assert.equal((await activated(next, 2, canary)).sequence, 2);
      for (const partition of [0, 1, 2]) {
        const row = [...new Set(await activationsIn(next, partition))];
        assert.deepEqual(row, ['1 payments@1', '2 payments@2']);
      }
      assert.deepEqual(await now(next), ['payments@1', 'payments@2', canary]);
    }
  }
});

test('another rollout finishes an interrupted one first, so that no partition passes any over', async () => {
  const process = await openedTopics();
  await ready(process, 1);
  process.kill.changesLeft = 4;
  await assert.rejects(activated(process, 1, { stage: 'shadow' }));
  const next = await createProcess(process.broker);
  assert.equal((await activated(next, 1, canary)).sequence, 2);
  for (const partition of [1, 2])
    assert.deepEqual(await activationsIn(next, partition), ['1 payments@1', '2 payments@1']);
});

test('publishing and approving that were interrupted are finished by saying them again', async () => {
  for (const changesLeft of [0, 1, 2]) {
    for (const isLost of [false, true]) {
      const process = await openedTopics();
      Object.assign(process.kill, { changesLeft, isLost });
      await assert.rejects(publish(process, documentOf(1)));
      const next = await createProcess(process.broker);
      await publish(next, documentOf(1));
      Object.assign(next.kill, { changesLeft, isLost });
      await assert.rejects(approveRuleset({ ref: 'payments@1', approvedBy: 'ben' }, next.ports));
      const last = await createProcess(process.broker);
      await approveRuleset({ ref: 'payments@1', approvedBy: 'ben' }, last.ports);
      assert.equal(await countSaid(last), 2);
    }
  }
});

test('rolling back ends the candidate, then goes to the ruleset before, then to the one of the beginning', async () => {
  const process = await openedTopics();
  await ready(process, 1, 2, 3);
  await activated(process, 1);
  await activated(process, 2);
  await activated(process, 3, canary);
  assert.deepEqual(await now(process), ['payments@2', 'payments@3', canary]);
  for (const expected of ['payments@2', 'payments@1', 'starter@1']) {
    assert.equal((await rollBack(process))?.artefact, expected);
    assert.deepEqual(await now(process), [expected, undefined, undefined]);
  }
  await assert.rejects(rollBack(process), { code: 'nothing_before' });
});

test('a rollback that names what to leave may be said again, also where it was interrupted', async () => {
  for (const isLost of [false, true]) {
    for (const changesLeft of [0, 1, 2, 3, 4, 5]) {
      const process = await openedTopics();
      await ready(process, 1, 2);
      await activated(process, 1);
      await activated(process, 2);
      Object.assign(process.kill, { changesLeft, isLost });
      await assert.rejects(rollBack(process, 'payments@2'));
      const next = await createProcess(process.broker);
      assert.equal((await rollBack(next, 'payments@2'))?.sequence, 3);
      for (const partition of [0, 1, 2])
        assert.equal((await activationsIn(next, partition)).at(-1), '3 payments@1');
    }
  }
});

test('a rollback of what decides nothing any more says what stands there, a candidate as one', async () => {
  const process = await openedTopics();
  await ready(process, 1, 2, 3);
  await activated(process, 1);
  await activated(process, 2);
  assert.equal((await rollBack(process, 'payments@2'))?.rollout, undefined);
  await activated(process, 3, canary);
  const said = await rollBack(process, 'payments@2');
  assert.deepEqual([said?.artefact, said?.sequence, said?.rollout], ['payments@3', 4, canary]);
  assert.deepEqual(await now(process), ['payments@1', 'payments@3', canary]);
});

test('a rollback that misspells what to leave is refused, and is not taken for one that is done', async () => {
  const process = await openedTopics();
  await ready(process, 1);
  await activated(process, 1);
  await assert.rejects(rollBack(process, 'paymens@1'), { code: 'ruleset_unknown', message: /paymens@1/ });
  assert.deepEqual(await now(process), ['payments@1', undefined, undefined]);
  assert.equal((await rollBack(process, 'starter@2'))?.artefact, 'payments@1');
});

const rule = (feature: string) => ({
  ...{ id: 'many', title: 'Many', severity: 'low', weight: 0.6 },
  ...{ when: [{ feature, atLeast: 5 }], explanation: 'So many.' },
});

const [minute] = defaultWindowPlan.spans;
const wide = {
  ...defaultWindowPlan,
  ref: 'wide@1',
  spans: [...defaultWindowPlan.spans, { name: '60d', spanMs: 60 * 86_400_000 }],
};

test('a ruleset that asks for spans of another plan is refused with what to do, and keeps its plan in force', async () => {
  const process = await openedTopics();
  const { ports } = process;
  for (const plan of [wide, { ...wide, ref: 'short@1', spans: [minute] }])
    await publishPlan(JSON.stringify(plan), ports);
  const document = documentOf(1, { rules: [rule('count_60d')] });
  await assert.rejects(publish(process, document), ({ code, problems }: RulesetRefused) => {
    assert.equal(code, 'ruleset_invalid');
    assert.match(
      problems[0]?.message ?? '',
      /window over 60d into force first \("weir windows rebuild --plan"\)/,
    );
    return true;
  });
  await activatePlan({ ref: 'wide@1', logId }, ports);
  await publish(process, document);
  await approveRuleset({ ref: 'payments@1', approvedBy: 'ben' }, ports);
  await activatePlan({ ref: 'standard@1', logId }, ports);
  await assert.rejects(activated(process, 1), {
    code: 'ruleset_unfit',
    message: /weir windows rebuild --plan/,
  });
  for (const rollout of [canary, undefined]) {
    await activatePlan({ ref: 'wide@1', logId }, ports);
    await activated(process, 1, rollout);
    await assert.rejects(activatePlan({ ref: 'standard@1', logId }, ports), {
      code: 'artefact_unknown',
      message: /ruleset payments@1 can't decide under window plan standard@1/,
    });
  }
});

test('a rollback that another activation overtakes is held against the plan that came with it', async () => {
  const process = await openedTopics();
  const { ports } = process;
  await publishPlan(JSON.stringify(wide), ports);
  await activatePlan({ ref: 'wide@1', logId }, ports);
  await publish(process, documentOf(1, { rules: [rule('count_60d')] }));
  await publish(process, documentOf(2));
  for (const version of [1, 2]) {
    await approveRuleset({ ref: `payments@${version}`, approvedBy: 'ben' }, ports);
    await activated(process, version);
  }
  const other = await createProcess(process.broker);
  const slow = await createProcess(process.broker, 7);
  let isOvertaken = false;
  const overtaken = {
    ...slow.kafka,
    createPartitionTransactions: (...options: Parameters<typeof slow.kafka.createPartitionTransactions>) => {
      const transactions = slow.kafka.createPartitionTransactions(...options);
      const fence = async (): Promise<void> => {
        if (!isOvertaken) await activatePlan({ ref: 'standard@1', logId }, other.ports);
        isOvertaken = true;
        await transactions.fence();
      };
      return { ...transactions, fence };
    },
  };
  const rollingBack = rollBackRuleset(
    { logId, openedWith: 'starter@1' },
    { ...slow.ports, kafka: overtaken },
  );
  await assert.rejects(rollingBack, { code: 'ruleset_unfit' });
  assert.equal(isOvertaken, true);
  assert.deepEqual(await now(process), ['payments@2', undefined, undefined]);
});

test('while a team has a model of its own in force, no ruleset and no plan comes that it could not be asked under', async () => {
  const process = await openedTopics();
  const { ports } = process;
  for (const plan of [
    wide,
    { ...wide, ref: 'short@1', spans: wide.spans.filter(({ name }) => name !== '60d') },
  ])
    await publishPlan(JSON.stringify(plan), ports);
  await ready(process, 1);
  await activated(process, 1);
  await activateRuleset({ ref: 'starter@2', logId }, ports);
  await activatePlan({ ref: 'wide@1', logId }, ports);
  const say = (body: object) =>
    activateTeamModel({ text: JSON.stringify(body), logId, openedWith: 'starter@1' }, ports);
  await say({
    ...{ ref: 'team-x@1', kind: 'onnx', sha256: 'a'.repeat(64), featureNames: ['count_60d'], input: 'x' },
    ...{
      output: 'y',
      missing: 'nan',
      scoreFrom: 'probability',
      role: 'shadow',
      timeLimitMs: 100,
      maxBatch: 500,
    },
  });
  for (const act of [() => activated(process, 1), () => rollBack(process)])
    await assert.rejects(act(), { code: 'ruleset_unfit', message: /team-x@1.*"weir team-model activate"/ });
  await assert.rejects(activatePlan({ ref: 'short@1', logId }, ports), {
    code: 'artefact_unknown',
    message: /team-x@1.*short@1.*count_60d/,
  });
  assert.deepEqual(await now(process), ['starter@2', undefined, undefined]);
  await activated(process, 1, { stage: 'shadow' });
  await say({ ref: 'team-x@2', kind: 'none' });
  await activatePlan({ ref: 'short@1', logId }, ports);
  assert.equal((await rollBack(process))?.artefact, 'starter@2');
  assert.equal((await rollBack(process))?.artefact, 'payments@1');
});

test('a ruleset that asks a list of which no version is in force, or for what it does not hold, is refused', async () => {
  const process = await openedTopics();
  const { ports } = process;
  const use = {
    ...{ id: 'known_mules', list: 'mules', title: 'Known mules', severity: 'high', then: 'hold' },
    explanation: 'It is on the list.',
  };
  for (const [version, of] of [
    [1, 'account'],
    [2, 'counterparty'],
  ] as const) {
    await publish(process, documentOf(version, { lists: [{ ...use, of }] }));
    await approveRuleset({ ref: `payments@${version}`, approvedBy: 'ben' }, ports);
    await assert.rejects(activated(process, version), { code: 'ruleset_unfit', message: /list mules/ });
  }
  const builder = createListBuilder('counterparty');
  builder.add(Buffer.of(0, 0, 0, 0, 0, 7), Infinity);
  const change = { name: 'mules', of: 'counterparty', act: 'replace', logId } as const;
  const { reference } = await publishList({ ...change, bytes: builder.build() }, ports);
  await assert.rejects(activated(process, 2), { code: 'ruleset_unfit' });
  await activateList({ reference, logId }, ports);
  await assert.rejects(activated(process, 1), {
    code: 'ruleset_unfit',
    message: /mules@1 holds counterparties and is asked about accounts .*"of: counterparty"/,
  });
  assert.equal((await activated(process, 2)).sequence, 2);
});

test('two that activate at once never give two meanings to one number', async () => {
  const process = await openedTopics();
  await ready(process, 1, 2);
  const [one, other] = [await createProcess(process.broker, 7), await createProcess(process.broker, 11)];
  await Promise.all([activated(one, 1), activated(other, 2, canary)]);
  const row = [...new Set(await activationsIn(process, 0))];
  assert.deepEqual(row.length, 2);
  for (const partition of [1, 2])
    assert.deepEqual([...new Set(await activationsIn(process, partition))].toSorted(), row.toSorted());
});
