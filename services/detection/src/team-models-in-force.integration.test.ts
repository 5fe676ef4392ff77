import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { encodePayload, events, streams, systemTenant } from '@weir/contracts';
import type { JournalRecord, TeamModelDescriptor } from '@weir/contracts';
import type { KafkaRecord } from '@weir/kafka';
import { createResolvers } from '@weir/verdicts';
import { logisticModel } from '../../../packages/team-model/src/onnx.fixture.ts';
import { createPlainConsumer, plainLog as log, plainRecords as records } from './fixtures/plain-consumer.ts';
import { batchOf, createPlainParts, plainControl, plainRecord } from './fixtures/plain-parts.ts';
import { builtInDigest } from './fixtures/ruleset-artefacts.ts';
import { controlEvent } from '../../../packages/verdicts/src/fixtures/sample-transactions.ts';
import { decodePositionMetadata, encodePositionMetadata } from './position-metadata.ts';

const model = logisticModel([0], 3);
const descriptor: TeamModelDescriptor = {
  ref: 'team-x@1',
  kind: 'onnx',
  sha256: hash('sha256', model),
  featureNames: ['amountMinor'],
  input: 'x',
  output: 'y',
  missing: 0,
  scoreFrom: 'probability',
  role: 'max',
  timeLimitMs: 2_000,
  maxBatch: 7,
};
const none: TeamModelDescriptor = { ref: 'team-x@2', kind: 'none' };
const digestOf = (body: TeamModelDescriptor): string => hash('sha256', JSON.stringify(body));

const published = (body: TeamModelDescriptor): KafkaRecord =>
  plainRecord(0, {
    ...{ id: body.ref, key: body.ref, tenant: systemTenant, time: '2026-01-06T00:00:00.000Z' },
    ...{ type: events.artefact.type, dataSchema: events.artefact.dataSchema },
    plaintext: encodePayload(events.artefact, {
      ...{ kind: 'team_model', artefact: body.ref, digest: digestOf(body), body },
    }),
  });

/** The log with the scored ruleset in force behind its first 10 records, then each of these team models, 5 records apart. */
function recordsWith(bodies: readonly TeamModelDescriptor[], ruleset = 'starter@2'): KafkaRecord[] {
  const controls = [
    { artefactKind: 'ruleset', artefact: ruleset, digest: builtInDigest(ruleset) } as const,
    ...bodies.map(
      (body) => ({ artefactKind: 'team_model', artefact: body.ref, digest: digestOf(body) }) as const,
    ),
  ].map((said, index) =>
    controlEvent({ kind: 'artefact_activated', logId: log.logId, sequence: index + 1, ...said }),
  );
  const all: KafkaRecord[] = [...records.slice(0, 10)];
  for (const [index, control] of controls.entries()) {
    all.push(plainRecord(0, control), ...records.slice(10 + index * 5, 15 + index * 5));
  }
  return all.map((record, offset) => ({ ...record, offset }));
}

async function consumerWith(
  t: TestContext,
  options: { readonly topic: readonly TeamModelDescriptor[]; readonly files?: Record<string, Buffer> },
) {
  const folder = await mkdtemp(join(tmpdir(), 'weir-team-model-'));
  t.after(() => rm(folder, { recursive: true }));
  for (const [name, bytes] of Object.entries(options.files ?? {})) await writeFile(join(folder, name), bytes);
  const { opening } = createPlainParts().parts;
  const kafka = {
    readRange: async ({ onRecord }: { readonly onRecord: (record: KafkaRecord) => unknown }) => {
      for (const body of options.topic) await onRecord(published(body));
    },
    offsets: async () => [],
  };
  const { teamModels } = createResolvers({ ...opening, kafka, teamModelFolder: folder });
  t.after(teamModels.close);
  return createPlainConsumer(createPlainParts({ resolveTeamModel: teamModels.resolve }));
}

const file = `${hash('sha256', model)}.onnx`;

test('a team model decides from the record on that brings it into force, until another one takes it away', async (t) => {
  const all = recordsWith([descriptor, none]);
  const { consumer, kafka } = await consumerWith(t, {
    topic: [descriptor, none],
    files: { [file]: model },
  });
  assert.deepEqual(await consumer.onBatch(batchOf(all), plainControl()), { kind: 'next', next: all.length });
  const journal = kafka.outputs
    .filter(({ topic }) => topic === streams.decisions.topic)
    .map(({ records: [record] }) => JSON.parse(String(record?.value)) as JournalRecord);
  const saidIn = (record: JournalRecord) => [
    ...new Set(
      record.decisions.flatMap((one) => ('score' in one ? [`${one.outcome} ${String(one.teamScore)}`] : [])),
    ),
  ];
  const byVersion = journal.map((record) => [record.versions.teamModel, saidIn(record)]);
  // Sigmoid of 3, whatever is paid.
  assert.deepEqual(
    byVersion.filter(([version]) => version === 'team-x@1'),
    [['team-x@1', ['held 0.952574']]],
  );
  for (const [version, said] of byVersion)
    if (version !== 'team-x@1') assert.ok(String(said).endsWith('undefined') || said?.length === 0);
  assert.deepEqual(byVersion.at(-1)?.[0], 'team-x@2');
  assert.equal(decodePositionMetadata(kafka.position?.metadata ?? '')?.versions.teamModel, 'team-x@2');
});

const halts: [string, Parameters<typeof consumerWith>[1], string?][] = [
  ['whose file is not there', { topic: [descriptor] }],
  ['whose file is another one', { topic: [descriptor], files: { [file]: logisticModel([1], 3) } }],
  ['that nobody has published', { topic: [], files: { [file]: model } }],
  ['published with other content', { topic: [{ ...descriptor, role: 'shadow' }], files: { [file]: model } }],
  ['under a ruleset that asks for no score', { topic: [descriptor], files: { [file]: model } }, 'starter@1'],
];

for (const [what, options, ruleset] of halts) {
  test(`a team model ${what} halts the worker before anything is decided without it`, async (t) => {
    const { consumer, kafka } = await consumerWith(t, options);
    const all = recordsWith([descriptor], ruleset);
    await assert.rejects(consumer.onBatch(batchOf(all), plainControl()), { code: 'artefact_unknown' });
    assert.equal(kafka.position?.next, 16);
  });
}

test('a team model that asks for a feature nobody computes halts the worker, and so does every take-over behind it', async (t) => {
  const odd: TeamModelDescriptor = { ...descriptor, featureNames: ['mood'] };
  const later = await consumerWith(t, { topic: [odd], files: { [file]: model } });
  const versions = { ruleset: 'starter@2', windowPlan: 'standard@1', teamModel: odd.ref };
  later.kafka.position = { next: 17, metadata: encodePositionMetadata({ ...log, versions, sequence: 2 }) };
  const all = recordsWith([odd]);
  await assert.rejects(later.consumer.onBatch(batchOf(all.slice(17)), plainControl()), {
    code: 'artefact_unknown',
    message: /mood/,
  });
});
