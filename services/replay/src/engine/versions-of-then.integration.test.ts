import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { digestOf } from '@weir/artefacts';
import { decodePayload, encodePayload, events, streams, systemTenant } from '@weir/contracts';
import type { ControlRecord, JournalRecord, TeamModelDescriptor } from '@weir/contracts';
import type { ReplayPlan } from '@weir/replays';
import { makeTempFolder } from '@weir/testkit';
import { startDetectionBench } from '../../../detection/src/fixtures/detection-bench.ts';
import type { DetectionBench } from '../../../detection/src/fixtures/detection-bench.ts';
import { listOf } from '../../../detection/src/fixtures/list-artefacts.ts';
import {
  builtInDigest,
  publishedRuleset,
  writtenRuleset,
} from '../../../detection/src/fixtures/ruleset-artefacts.ts';
import { drained } from '../../../detection/src/fixtures/settled.ts';
import { createTestLog } from '../../../detection/src/fixtures/test-log.ts';
import type { TestLog } from '../../../detection/src/fixtures/test-log.ts';
import { startTestWorker } from '../../../detection/src/fixtures/test-worker.ts';
import { logisticModel } from '../../../../packages/team-model/src/onnx.fixture.ts';
import {
  controlEvent,
  pseudonymFor,
  sampleTransaction,
  sampleTransactions,
} from '../../../../packages/verdicts/src/fixtures/sample-transactions.ts';
import { drawnPlan } from './fixtures/drawn-replay.ts';
import { runToTheEnd } from './fixtures/run-kept.ts';
import { createReplayResolvers } from './replay-resolvers.ts';
import type { ReplayParts } from './replay-parts.ts';

/** Scores by the amount, so that some are held by it and some are not. */
const model = logisticModel([0.000_001], -2);
const teamModel: TeamModelDescriptor = {
  ...{ ref: 'team-x@1', kind: 'onnx', sha256: hash('sha256', model), featureNames: ['amountMinor'] },
  ...{ input: 'x', output: 'y', missing: 0, scoreFrom: 'probability', role: 'max' },
  ...{ timeLimitMs: 2_000, maxBatch: 7 },
};
const noTeamModel: TeamModelDescriptor = { ref: 'team-x@2', kind: 'none' };
const teamDigest = (body: TeamModelDescriptor): string => hash('sha256', JSON.stringify(body));

/** Holds who pays a shop on the list in force, and else from an amount on. */
const listed = (ref: string, holdFromMinor: number) =>
  writtenRuleset(ref, {
    holdFromMinor,
    lists: [
      {
        ...{
          id: 'listed',
          list: 'watch',
          of: 'counterparty',
          title: 'Listed',
          severity: 'high',
          then: 'hold',
        },
        explanation: 'It is on a list.',
      },
    ],
  });
const rulesets = [listed('mine@1', 8_000_000), listed('mine@2', 1_500)] as const;

let bench: DetectionBench;
let log: TestLog;
let teamModelFolder: string;
before(async () => {
  bench = await startDetectionBench({ own: false });
  log = await createTestLog(bench);
  teamModelFolder = makeTempFolder('team-models');
  writeFileSync(join(teamModelFolder, `${hash('sha256', model)}.onnx`), model);
  await fillLog(await publishAll());
  const crash = async (next: number): Promise<void> => {
    if (next > 420) throw new Error('crash');
  };
  const first = await startTestWorker(log, {
    ...{ teamModelFolder, maxRecordsPerRun: 70, interference: { beforePublish: crash } },
  });
  await first.crashed;
  await first.stop();
  const second = await startTestWorker(log, { teamModelFolder });
  await drained(log, [second]);
  await second.stop();
});
after(() => bench.close());

type Activated = Extract<ControlRecord, { kind: 'artefact_activated' }>;
type Said = Omit<Activated, 'kind' | 'logId' | 'sequence'>;

/** Publishes all there is to bring into force, and answers how the log says so, in order. */
async function publishAll(): Promise<Said[]> {
  const producer = await log.kafka.createProducer();
  for (const ruleset of rulesets)
    await producer.append(streams.artefacts.topic, 0, [
      await log.seal(publishedRuleset(ruleset), 'artefacts'),
    ]);
  for (const body of [teamModel, noTeamModel]) {
    const { type, dataSchema } = events.artefact;
    const artefact = { kind: 'team_model', artefact: body.ref, digest: teamDigest(body), body } as const;
    const event = {
      ...{ id: body.ref, key: body.ref, tenant: systemTenant, time: '2026-01-06T00:00:00.000Z' },
      ...{ type, dataSchema, plaintext: encodePayload(events.artefact, artefact) },
    };
    await producer.append(streams.artefacts.topic, 0, [await log.seal(event, 'artefacts')]);
  }
  const lists: Said[] = [];
  for (const [ref, shop] of [
    ['watch@1', 'shop-1'],
    ['watch@2', 'shop-2'],
  ] as const) {
    const list = listOf(ref, [pseudonymFor('c', shop)]);
    const sealed = await Promise.all(list.events.map((event) => log.seal(event, 'lists')));
    const { firstOffset: offset } = await producer.append(streams.lists.topic, 0, sealed);
    const location = { offset, parts: sealed.length };
    lists.push({ artefactKind: 'list', artefact: ref, digest: list.inForce.digest, location });
  }
  await producer.close();
  const [one, other] = rulesets;
  const [watch1, watch2] = lists as [Said, Said];
  const rulesetSaid = { artefactKind: 'ruleset' } as const;
  const teamSaid = (body: TeamModelDescriptor): Said => ({
    ...{ artefactKind: 'team_model', artefact: body.ref, digest: teamDigest(body) },
  });
  return [
    watch1,
    { ...rulesetSaid, artefact: one.ref, digest: digestOf(one) },
    watch2,
    {
      ...{ ...rulesetSaid, artefact: other.ref, digest: digestOf(other) },
      rollout: { stage: 'canary', percent: 50 },
    },
    { ...rulesetSaid, artefact: 'starter@2', digest: builtInDigest('starter@2') },
    teamSaid(teamModel),
    teamSaid(noTeamModel),
  ];
}

/** A hundred transactions before, between and behind the activations; late, repeated and contradicted ones among them. */
async function fillLog(said: readonly Said[]): Promise<void> {
  await log.feed(0, sampleTransactions(0, 100));
  for (const [index, one] of said.entries()) {
    const from = 100 * (index + 1);
    const activated = { kind: 'artefact_activated', logId: log.logId, sequence: index + 1, ...one } as const;
    await log.append(0, [await log.seal(controlEvent(activated))]);
    await log.feed(0, sampleTransactions(from, from + 100));
    await log.feed(0, [sampleTransaction(from - 5), sampleTransaction(from - 7, { amountMinor: 3 })]);
  }
}

function partsOf(different: { readonly teamModelFolder?: string }): ReplayParts {
  const { kafka, environment } = log;
  const { opener } = log.kms;
  return {
    ...{ kafka, opener, environment, file: undefined },
    resolvers: createReplayResolvers({ kafka, opener, environment, ...different }, undefined),
    clock: { nowMs: () => performance.now(), sleep: async () => undefined },
  };
}

async function planOf(from: number): Promise<ReplayPlan> {
  const [offsets] = await log.kafka.offsets(streams.received.topic);
  const to = offsets?.end ?? 0;
  return drawnPlan(to, {
    ...{ environment: log.environment, logId: log.logId },
    stretches: [{ partition: 0, warmFrom: 0, from, to }],
  });
}

async function journal(): Promise<readonly JournalRecord[]> {
  return (await log.readOpened('decisions')).map(({ opened }) => {
    const payload = opened.ok ? decodePayload(events.journal, opened.plaintext) : undefined;
    assert.ok(payload?.ok === true);
    return payload.value;
  });
}

test("lists, a canary and a team's own model that changed within the range decide again what they decided then", async (t) => {
  const decisions = (await journal()).flatMap((one) =>
    one.decisions.map((decision) => ({ decision, versions: one.versions })),
  );
  // The world has what it is to be told apart by.
  const heldBy = (rule: string): number =>
    decisions.filter(({ decision }) => decision.outcome === 'held' && decision.reasons.includes(rule)).length;
  assert.ok(heldBy('listed') > 50, `${heldBy('listed')} held by a list`);
  const teamScores = decisions.flatMap(({ decision }) =>
    'teamScore' in decision && typeof decision.teamScore === 'number' ? [decision.teamScore] : [],
  );
  assert.ok(new Set(teamScores).size > 10, `${teamScores.length} scores of a team's own model`);
  const byCanary = decisions.filter(({ decision }) => 'ruleset' in decision && decision.ruleset === 'mine@2');
  assert.ok(byCanary.length > 10, `${byCanary.length} decided by a canary`);

  const parts = partsOf({ teamModelFolder });
  t.after(parts.resolvers.teamModels.close);
  for (const from of [0, 350, 650]) {
    const { differences, checkpoint } = await runToTheEnd(parts, await planOf(from));
    assert.deepEqual(differences, [], `from ${from}`);
    assert.deepEqual([checkpoint.counts.unaccounted, checkpoint.counts.unpublished], [0, 0]);
    assert.equal(checkpoint.comparison.kinds.same, checkpoint.comparison.records);
  }
});

test("where the file of a team's own model is not at hand, nothing is judged as if there had been none", async () => {
  await assert.rejects(runToTheEnd(partsOf({}), await planOf(650)), { code: 'artefact_unknown' });
});
