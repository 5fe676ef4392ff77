import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readArtefacts } from '@weir/artefacts';
import { events, modelSnapshot, streams, WeirError, type ModelSnapshot } from '@weir/contracts';
import { listModels } from '@weir/models';
import { defaultWindowPlan } from '@weir/windows';
import { activatePlan } from '../artefacts/activate-plan.ts';
import { publishPlan } from '../artefacts/publish-plan.ts';
import {
  activationsIn,
  createProcess,
  logId,
  openedTopics,
  publishModel,
  recordsOf,
  type ArtefactProcess,
} from '../fixtures/artefact-topics.ts';
import { followModels, type FollowOptions } from './follow-models.ts';
import { activateModel, activateNewest, rollBackModel, setModelPolicy } from './model-acts.ts';

const snapshotOf = (version: number, transactions = version, knowledge: ModelSnapshot['knowledge'] = null) =>
  modelSnapshot.parse({
    ref: `learned@${version}`,
    cutAt: '2026-01-01T00:00:00.000Z',
    delayMs: 0,
    learned: { transactions, frauds: 0 },
    knowledge,
  });

const publish = async (process: ArtefactProcess, ...versions: number[]): Promise<void> => {
  for (const version of versions) await publishModel(process, snapshotOf(version));
};

const activateRef = (ref: string, { ports }: ArtefactProcess) =>
  activateModel({ ref, logId, decidedBy: 'ada' }, ports);

const said = ({ ports }: ArtefactProcess) => readArtefacts(ports);

/** Follows until `isDone` says yes, and as long as it takes to look twice more. */
async function follow(
  process: ArtefactProcess,
  isDone: () => Promise<boolean> | boolean,
  more: Partial<FollowOptions> = {},
): Promise<readonly (WeirError | undefined)[]> {
  const stopping = new AbortController();
  const problems: (WeirError | undefined)[] = [];
  let looksLeft = 500;
  let looksBehind = 2;
  const following = followModels(
    {
      logId,
      everyMs: 1,
      sleep: async () => {
        looksLeft -= 1;
        if (await isDone()) looksBehind -= 1;
        if (looksBehind === 0 || looksLeft === 0) stopping.abort();
      },
      recorded: (_ref, act) => act(),
      onActivated: () => undefined,
      onProblem: (problem) => problems.push(problem),
      ...more,
    },
    { ...process.ports, signal: stopping.signal },
  );
  await following;
  assert.ok(looksLeft > 0, 'it came about');
  return problems;
}

/** Lets so many turns of the event loop pass: each request to the broker takes one. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

const isInForce = (process: ArtefactProcess, ref: string) => async () =>
  (await activationsIn(process, 2)).at(-1)?.endsWith(` ${ref}`) === true;

test('a model that a person activates comes into force where it stands, and freezes', async () => {
  const process = await openedTopics();
  await publish(process, 1, 2);
  const activated = await activateRef('learned@2', process);
  assert.deepEqual(activated, { artefact: 'learned@2', sequence: 1, positions: { 0: 2, 1: 2, 2: 2 } });
  const { activations, modelPolicy } = await said(process);
  assert.deepEqual(activations[0]?.location, { offset: 1, parts: 1 });
  assert.deepEqual(modelPolicy, { mode: 'frozen', decidedBy: 'ada' });
});

test('an activation of a model that was interrupted anywhere is finished under its number, and freezes once', async () => {
  for (const isLost of [false, true]) {
    for (const changesLeft of [0, 1, 2, 3, 4, 5]) {
      const process = await openedTopics();
      await publish(process, 1);
      Object.assign(process.kill, { changesLeft, isLost });
      await assert.rejects(activateRef('learned@1', process));
      const next = await createProcess(process.broker);
      assert.equal((await activateRef('learned@1', next)).sequence, 1);
      for (const partition of [0, 1, 2])
        assert.deepEqual([...new Set(await activationsIn(next, partition))], ['1 learned@1']);
      assert.equal((await recordsOf(next, streams.artefacts.topic)).length, 2);
    }
  }
});

test('models and window plans are numbered in one row, and each finishes an interrupted one of the other', async () => {
  const process = await openedTopics();
  await publish(process, 1);
  await publishPlan(JSON.stringify({ ...defaultWindowPlan, ref: 'wide@1' }), process.ports);
  process.kill.changesLeft = 4;
  await assert.rejects(activateRef('learned@1', process));
  const next = await createProcess(process.broker);
  next.kill.changesLeft = 2 + 3 + 1;
  await assert.rejects(activatePlan({ ref: 'wide@1', logId }, next.ports));
  const last = await createProcess(process.broker);
  assert.equal((await activateRef('learned@1', last)).sequence, 3);
  for (const partition of [0, 1, 2]) {
    const row = await activationsIn(last, partition);
    assert.deepEqual([...new Set(row)], ['1 learned@1', '2 wide@1', '3 learned@1']);
  }
});

test('two that activate at once never give two meanings to one number, and every partition sees both', async () => {
  for (let round = 0; round < 10; round += 1) {
    const { broker, ...first } = await openedTopics();
    await publish(first, 1, 2);
    const both = await Promise.all([
      createProcess(broker, 2 * round + 1),
      createProcess(broker, 2 * round + 2),
    ]);
    const activated = await Promise.all(
      both.map((process, index) => activateRef(`learned@${index + 1}`, process)),
    );
    assert.deepEqual(activated.map(({ sequence }) => sequence).toSorted(), [1, 2]);
    const { activations } = await said(first);
    assert.equal(activations.length, 2);
    const wanted = activations.map(({ sequence, artefact }) => `${sequence} ${artefact}`);
    for (const partition of [0, 1, 2]) {
      const inForce: string[] = [];
      // As detection does: a number that isn't higher than the last in force is passed over.
      for (const one of await activationsIn(first, partition))
        if (Number.parseInt(one) > Number.parseInt(inForce.at(-1) ?? '0')) inForce.push(one);
      assert.deepEqual(inForce, wanted);
    }
  }
});

test('a follower that is under way never overtakes what a person decides', async () => {
  const orders = new Set<string>();
  for (let round = 0; round < 20; round += 1) {
    const { broker, ...first } = await openedTopics();
    await publish(first, 1, 2);
    const newest = (await listModels(first.ports.models, { limit: 1 })).at(-1);
    assert.ok(newest !== undefined);
    const follower = await createProcess(broker, 2 * round + 1);
    const person = await createProcess(broker, 2 * round + 2);
    await Promise.all([
      turns(round).then(() => activateRef('learned@1', person)),
      activateNewest({ newest, logId, told: undefined }, follower.ports),
    ]);
    const { activations, modelPolicy } = await said(first);
    assert.equal(modelPolicy?.mode, 'frozen');
    assert.equal(activations.at(-1)?.artefact, 'learned@1');
    orders.add(activations.map(({ sequence, artefact }) => `${sequence} ${artefact}`).join(', '));
  }
  // Both came about: the follower was first, and the person kept it out.
  assert.deepEqual([...orders].toSorted(), ['1 learned@1', '1 learned@2, 2 learned@1']);
});

test('behind a freeze nothing comes into force by itself, however far a follower is', async () => {
  const orders = new Set<string>();
  for (let round = 0; round < 20; round += 1) {
    const { broker, ...first } = await openedTopics();
    await publish(first, 1);
    const [newest] = await listModels(first.ports.models, { limit: 1 });
    assert.ok(newest !== undefined);
    const follower = await createProcess(broker, 2 * round + 1);
    const person = await createProcess(broker, 2 * round + 2);
    await Promise.all([
      turns(round).then(() => setModelPolicy({ mode: 'frozen', decidedBy: 'ada' }, person.ports)),
      activateNewest({ newest, logId, told: undefined }, follower.ports),
    ]);
    const records = await recordsOf(first, streams.artefacts.topic);
    orders.add(records.map(({ headers }) => String(headers['ce_type'])).join(', '));
  }
  const { activation, modelPolicy } = events;
  assert.deepEqual([...orders].toSorted(), [`${activation.type}, ${modelPolicy.type}`, modelPolicy.type]);
});

test('a model that nobody published, that two published differently or that can not be read here gets no number', async () => {
  const process = await openedTopics();
  await publish(process, 1);
  await publishModel(process, snapshotOf(1, 7));
  await publishModel(process, snapshotOf(3, 3, { of: 'a later release' }));
  for (const ref of ['learned@1', 'learned@2', 'learned@3'])
    await assert.rejects(activateRef(ref, process), { code: 'artefact_unknown' });
  assert.deepEqual((await said(process)).activations, []);
});

test('rolling back goes to the model before the one in force, then to the one before that, and freezes', async () => {
  const process = await openedTopics();
  await publish(process, 1, 2, 3);
  const rollBack = () => rollBackModel({ logId, decidedBy: 'ada' }, process.ports);
  await assert.rejects(rollBack(), { code: 'artefact_unknown', message: /no model is in force/ });
  for (const version of [1, 2, 3]) await activateRef(`learned@${version}`, process);
  await setModelPolicy({ mode: 'follow', decidedBy: 'ada' }, process.ports);
  assert.equal((await rollBack()).artefact, 'learned@2');
  assert.equal((await said(process)).modelPolicy?.mode, 'frozen');
  assert.equal((await rollBack()).artefact, 'learned@1');
  await assert.rejects(rollBack(), { message: /before learned@1/ });
});

test('who follows brings the newest model into force, once, and the next one when it comes', async () => {
  const process = await openedTopics();
  await publish(process, 1, 2);
  let isLater = false;
  await follow(process, async () => {
    if (!isLater && (await isInForce(process, 'learned@2')())) {
      isLater = true;
      await publish(process, 3);
    }
    return isInForce(process, 'learned@3')();
  });
  for (const partition of [0, 1, 2])
    // The second has finished the first, which nobody could know to be finished.
    assert.deepEqual(await activationsIn(process, partition), ['1 learned@2', '1 learned@2', '2 learned@3']);
});

test('frozen, nothing comes into force by itself; thawed, the newest does', async () => {
  const process = await openedTopics();
  await publish(process, 1);
  await activateRef('learned@1', process);
  await publish(process, 2, 3);
  let looks = 0;
  await follow(process, () => (looks += 1) > 5);
  assert.deepEqual(await activationsIn(process, 0), ['1 learned@1']);
  await setModelPolicy({ mode: 'follow', decidedBy: 'ada' }, process.ports);
  await follow(process, isInForce(process, 'learned@3'));
  assert.equal((await activationsIn(process, 0)).at(-1), '2 learned@3');
});

test('an activation that the follower before was killed in is finished, and none is said anew behind a newer plan', async () => {
  const process = await openedTopics();
  await publish(process, 1);
  process.kill.changesLeft = 4;
  let looks = 0;
  await follow(process, () => (looks += 1) > 2);
  assert.deepEqual(await activationsIn(process, 2), []);
  const next = await createProcess(process.broker);
  await follow(next, isInForce(next, 'learned@1'));
  await publishPlan(JSON.stringify({ ...defaultWindowPlan, ref: 'wide@1' }), next.ports);
  await activatePlan({ ref: 'wide@1', logId }, next.ports);
  const last = await createProcess(process.broker);
  await follow(last, () => (looks += 1) > 6);
  assert.equal((await activationsIn(last, 2)).at(-1), '2 wide@1');
});

test('what may pass, and a model that can not be read, is told and does not end the following', async () => {
  const process = await openedTopics();
  await publish(process, 1);
  let attempts = 0;
  const problems = await follow(process, isInForce(process, 'learned@1'), {
    recorded: async (_ref, act) => {
      attempts += 1;
      if (attempts === 1) throw new WeirError('audit_unavailable', 'no notary');
      if (attempts === 2) throw new WeirError('artefact_unknown', 'not readable here');
      return act();
    },
  });
  assert.deepEqual(
    problems.slice(0, 3).map((problem) => problem?.code),
    ['audit_unavailable', 'artefact_unknown', undefined],
  );
});
