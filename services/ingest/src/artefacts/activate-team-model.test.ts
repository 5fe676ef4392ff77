import assert from 'node:assert/strict';
import { test } from 'node:test';
import { streams } from '@weir/contracts';
import { defaultWindowPlan } from '@weir/windows';
import {
  activationsIn,
  createProcess,
  logId,
  openedTopics,
  recordsOf,
  type ArtefactProcess,
} from '../fixtures/artefact-topics.ts';
import { activatePlan } from './activate-plan.ts';
import { activate } from './activate.ts';
import { activateTeamModel, teamModelNameIn } from './activate-team-model.ts';
import { publishPlan } from './publish-plan.ts';

const described = {
  ref: 'team-x@1',
  kind: 'onnx',
  sha256: 'a'.repeat(64),
  featureNames: ['amountMinor'],
  input: 'x',
  output: 'y',
  missing: 'nan',
  scoreFrom: 'probability',
  role: 'shadow',
  timeLimitMs: 100,
  maxBatch: 500,
};

const say = (body: object, { ports }: ArtefactProcess) =>
  activateTeamModel({ text: JSON.stringify(body), logId, openedWith: 'starter@1' }, ports);

/** A log with the ruleset in force that asks for scores. */
async function scoredTopics() {
  const process = await openedTopics();
  const wanted = { artefactKind: 'ruleset', artefact: 'starter@2', digest: '0'.repeat(64) } as const;
  await activate({ logId, choose: () => wanted, verify: async () => undefined }, process.ports);
  return process;
}

test('a team model is published once and comes into force in every partition, and so does its end', async () => {
  const process = await scoredTopics();
  assert.equal((await say(described, process)).sequence, 2);
  assert.equal((await say(described, process)).sequence, 2);
  assert.equal((await say({ ref: 'team-x@2', kind: 'none' }, process)).sequence, 3);
  for (const partition of [0, 1, 2]) {
    const row = [...new Set(await activationsIn(process, partition))];
    assert.deepEqual(row, ['1 starter@2', '2 team-x@1', '3 team-x@2']);
  }
});

test('one that was interrupted anywhere is finished under its number', async () => {
  for (const isLost of [false, true]) {
    for (const changesLeft of [0, 1, 2, 3, 4, 5]) {
      const { broker, ...process } = await scoredTopics();
      Object.assign(process.kill, { changesLeft, isLost });
      await say(described, process).catch(() => undefined);
      const next = await createProcess(broker);
      assert.equal((await say(described, next)).sequence, 2);
      for (const partition of [0, 1, 2])
        assert.equal((await activationsIn(next, partition)).at(-1), '2 team-x@1');
    }
  }
});

test('a description that is wrong, and a version that is taken, are refused before anything is said', async () => {
  const process = await scoredTopics();
  await say(described, process);
  const said = (await recordsOf(process, streams.artefacts.topic)).length;
  for (const [change, message] of [
    [{ featureNames: ['mood'] }, /featureNames\.0: no feature is called mood/],
    [{ role: 'judge' }, /role/],
    [{ timeLimitMs: 5_000 }, /timeLimitMs/],
    [{ role: 'max' }, /exists with other content/],
  ] as const)
    await assert.rejects(say({ ...described, ...change }, process), { code: 'config_invalid', message });
  assert.throws(() => teamModelNameIn('{'), { code: 'config_invalid' });
  assert.throws(() => teamModelNameIn('{"ref":"team"}'), { message: /ref/ });
  assert.equal((await recordsOf(process, streams.artefacts.topic)).length, said);
});

test('under a ruleset that asks for no score the log is told nothing, but that no model is asked may be said', async () => {
  const process = await openedTopics();
  await assert.rejects(say(described, process), { code: 'artefact_unknown', message: /starter@1/ });
  assert.deepEqual(await activationsIn(process, 0), []);
  assert.equal((await say({ ref: 'team-x@2', kind: 'none' }, process)).sequence, 1);
});

test('one that another plan overtakes is held against that plan', async () => {
  const process = await scoredTopics();
  const { ports } = process;
  const days = { name: '60d', spanMs: 60 * 86_400_000 };
  const wide = { ...defaultWindowPlan, ref: 'wide@1', spans: [...defaultWindowPlan.spans, days] };
  await publishPlan(JSON.stringify(wide), ports);
  await activatePlan({ ref: 'wide@1', logId }, ports);
  const slow = await createProcess(process.broker, 7);
  let isOvertaken = false;
  const overtaken = {
    ...slow.kafka,
    createPartitionTransactions: (...options: Parameters<typeof slow.kafka.createPartitionTransactions>) => {
      const transactions = slow.kafka.createPartitionTransactions(...options);
      const fence = async (): Promise<void> => {
        if (!isOvertaken) await activatePlan({ ref: 'standard@1', logId }, ports);
        isOvertaken = true;
        await transactions.fence();
      };
      return { ...transactions, fence };
    },
  };
  const saying = say(
    { ...described, featureNames: ['count_60d'] },
    { ...slow, ports: { ...slow.ports, kafka: overtaken } },
  );
  await assert.rejects(saying, { code: 'config_invalid', message: /count_60d/ });
  assert.equal(isOvertaken, true);
  assert.equal((await activationsIn(process, 0)).at(-1), '3 standard@1');
});
