import assert from 'node:assert/strict';
import { test } from 'node:test';
import { streams } from '@weir/contracts';
import type { JournalRecord } from '@weir/contracts';
import type { KafkaRecord } from '@weir/kafka';
import { createResolvers } from '@weir/verdicts';
import { drawnModels } from './fixtures/drawn-models.ts';
import type { DrawnModel } from './fixtures/drawn-models.ts';
import { modelsReaderOver } from './fixtures/topics-reader.ts';
import { createPlainConsumer, plainLog as log, plainRecords as records } from './fixtures/plain-consumer.ts';
import { batchOf, createPlainParts, plainControl, plainRecord } from './fixtures/plain-parts.ts';
import { builtInDigest } from './fixtures/ruleset-artefacts.ts';
import { controlEvent } from '../../../packages/verdicts/src/fixtures/sample-transactions.ts';
import { decodePositionMetadata, encodePositionMetadata } from './position-metadata.ts';

const { versions } = log;

const judgesOver = (models: readonly DrawnModel[]) => createResolvers(modelsReaderOver(models)).resolveJudge;

/** The records of a log that brings the scored ruleset and a model into force behind its first 20. */
function learnedRecords(): KafkaRecord[] {
  const numbered = { kind: 'artefact_activated', logId: log.logId } as const;
  const { ref: artefact, digest, location } = drawnModels[0]!.reference;
  const ruleset = {
    artefactKind: 'ruleset',
    artefact: 'starter@2',
    digest: builtInDigest('starter@2'),
  } as const;
  const controls = [
    plainRecord(20, controlEvent({ ...numbered, sequence: 1, ...ruleset })),
    plainRecord(
      21,
      controlEvent({ ...numbered, sequence: 2, artefactKind: 'model', artefact, digest, location }),
    ),
  ];
  const moved = records.slice(20).map((record) => ({ ...record, offset: record.offset + 2 }));
  return [...records.slice(0, 20), ...controls, ...moved];
}

test('behind the record that brings a model into force verdicts are made by it, in the windows as they are', async () => {
  const { consumer, kafka } = createPlainConsumer(
    createPlainParts({ resolveJudge: judgesOver(drawnModels) }),
  );
  const all = learnedRecords();
  assert.deepEqual(await consumer.onBatch(batchOf(all), plainControl()), { kind: 'next', next: 42 });
  const { digest, location } = drawnModels[0]!.reference;
  const journal = kafka.outputs
    .filter(({ topic }) => topic === streams.decisions.topic)
    .map(({ records: [record] }) => JSON.parse(String(record?.value)) as JournalRecord);
  assert.deepEqual(
    journal.map(({ from, to, versions: { ruleset, model }, model: place }) => [
      ...[from, to, ruleset, model],
      place,
    ]),
    [
      [0, 20, 'starter@1', undefined, undefined],
      [20, 21, 'starter@2', undefined, undefined],
      [21, 42, 'starter@2', 'learned@1', { digest, location }],
    ],
  );
  assert.deepEqual(decodePositionMetadata(kafka.position?.metadata ?? '')?.model, { digest, location });
});

test('a model that is not there halts the worker before its record is published, and every take-over behind it', async () => {
  const { consumer, kafka } = createPlainConsumer(createPlainParts({ resolveJudge: judgesOver([]) }));
  await assert.rejects(consumer.onBatch(batchOf(learnedRecords()), plainControl()), {
    code: 'artefact_unknown',
  });
  assert.equal(kafka.position?.next, 21);
  const { digest, location } = drawnModels[0]!.reference;
  const learned = { ...versions, model: 'learned@1' };
  const metadata = encodePositionMetadata({
    ...log,
    versions: learned,
    model: { digest, location },
    sequence: 2,
  });
  const later = createPlainParts({ resolveJudge: judgesOver([]) });
  later.kafka.position = { next: 22, metadata };
  await assert.rejects(
    createPlainConsumer(later).consumer.onBatch(batchOf(learnedRecords().slice(22)), plainControl()),
    {
      code: 'artefact_unknown',
    },
  );
});
