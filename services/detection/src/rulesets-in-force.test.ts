import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '@weir/artefacts';
import { events, flaggedEventId, streams } from '@weir/contracts';
import type { ControlRecord, JournalRecord } from '@weir/contracts';
import type { KafkaRecord } from '@weir/kafka';
import { createResolvers, planDigest } from '@weir/verdicts';
import { defaultWindowPlan } from '@weir/windows';
import { listOf } from './fixtures/list-artefacts.ts';
import { createPlainConsumer, plainLog as log, plainRecords as records } from './fixtures/plain-consumer.ts';
import { batchOf, createPlainParts, plainControl, plainRecord } from './fixtures/plain-parts.ts';
import { builtInDigest, publishedRuleset, writtenRuleset } from './fixtures/ruleset-artefacts.ts';
import { controlEvent } from '../../../packages/verdicts/src/fixtures/sample-transactions.ts';
import { topicsReaderOver } from './fixtures/topics-reader.ts';
import { decodePositionMetadata } from './position-metadata.ts';
import { readJournalEnd } from './read-journal-end.ts';

type Activated = Extract<ControlRecord, { kind: 'artefact_activated' }>;

/** Tells people of every transaction, and asks for a list that nobody is on. */
const telling = writtenRuleset('telling@1', {
  lists: [
    {
      ...{ id: 'watched', list: 'watch', of: 'counterparty', title: 'Watched', severity: 'high' },
      ...{ then: 'hold', explanation: 'It is on a list.' },
    },
  ],
  rules: [
    {
      ...{ id: 'tell', title: 'Tell', severity: 'low', when: 'amountMinor >= 0', then: 'alert' },
      explanation: 'It moves {amountMinor}.',
    },
  ],
});
const watch = listOf('watch@1', []);
const candidate = {
  ruleset: telling.ref,
  digest: digestOf(telling),
  rollout: { stage: 'canary', percent: 50 },
} as const;

/** The log with the list and the canary in force behind its first 10 records. */
function canaryRecords(): KafkaRecord[] {
  const said: readonly Omit<Activated, 'kind' | 'logId' | 'sequence'>[] = [
    {
      ...{ artefactKind: 'list', artefact: 'watch@1' },
      ...{ digest: watch.inForce.digest, location: watch.inForce.location },
    },
    {
      ...{ artefactKind: 'ruleset', artefact: telling.ref, digest: candidate.digest },
      rollout: candidate.rollout,
    },
  ];
  const controls = said.map((one, index) =>
    plainRecord(
      0,
      controlEvent({ kind: 'artefact_activated', logId: log.logId, sequence: index + 1, ...one }),
    ),
  );
  const all = [...records.slice(0, 10), ...controls, ...records.slice(10)];
  return all.map((record, offset) => ({ ...record, offset }));
}

const partsWith = (published: Parameters<typeof publishedRuleset>) => {
  const { teamModels: _none, ...resolvers } = createResolvers(
    topicsReaderOver({ artefacts: [publishedRuleset(...published)], lists: watch.events }),
  );
  return createPlainParts(resolvers);
};

test('a canary decides some accounts, flags what it tells people of, and is named by journal and position', async () => {
  const { consumer, kafka } = createPlainConsumer(partsWith([telling]));
  const all = canaryRecords();
  assert.deepEqual(await consumer.onBatch(batchOf(all), plainControl()), { kind: 'next', next: all.length });
  const of = (name: 'decisions' | 'held' | 'cleared') =>
    kafka.outputs.filter(({ topic }) => topic === streams[name].topic).flatMap((output) => output.records);
  const journal = of('decisions').map(({ value }) => JSON.parse(String(value)) as JournalRecord);
  const last = journal.at(-1);
  assert.deepEqual(
    [last?.candidate, last?.lists, last?.versions.lists],
    [candidate, [watch.inForce], ['watch@1']],
  );
  const decisions = (last?.decisions ?? []).filter((one) => 'digest' in one);
  const canary = decisions.filter(({ ruleset }) => ruleset === telling.ref);
  assert.ok(canary.length > 0 && canary.length < decisions.length);
  const flagged = canary.filter(({ alert }) => alert);
  assert.ok(flagged.length > 0);
  assert.deepEqual(
    decisions.filter(({ alert }) => alert),
    flagged,
  );
  // Each stands on the held stream besides its cleared event, by an id of its own.
  const idsOf = (name: 'held' | 'cleared', type: string) =>
    of(name).flatMap(({ headers }) => (headers['ce_type'] === type ? [String(headers['ce_id'])] : []));
  const ids = flagged.map(({ subject }) => subject?.transaction ?? '');
  assert.deepEqual(idsOf('held', events.transactionFlagged.type), ids.map(flaggedEventId));
  const cleared = idsOf('cleared', events.transactionCleared.type);
  assert.ok(ids.every((id) => cleared.includes(id)));
  // What the other ruleset would have said stands there where it is something else.
  assert.ok(flagged.every(({ alternative }) => alternative !== undefined && !alternative.alert));

  const state = decodePositionMetadata(kafka.position?.metadata ?? '');
  assert.deepEqual([state?.candidate, state?.lists], [candidate, [watch.inForce]]);
  const { value, headers } = of('decisions').at(-1) ?? { value: null, headers: {} };
  const asRead = Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]));
  const found = await readJournalEnd(
    {
      opening: createPlainParts().parts.opening,
      lastJournalRecord: async () => ({ ...records[0]!, value: Buffer.from(value ?? ''), headers: asRead }),
    },
    0,
    log.partitionCount,
  );
  assert.deepEqual(found, { next: all.length, log: state });
});

test('since when rules are in force is told by the control records that change rules or lists, and by no others', async () => {
  const since: (number | undefined)[] = [];
  const { parts, ...rest } = partsWith([telling]);
  const observe: typeof parts.observe = {
    ...parts.observe,
    nowInForce: (_log, sinceMs) => void since.push(sinceMs),
  };
  const { consumer } = createPlainConsumer({ ...rest, parts: { ...parts, observe } });
  const said = [
    { sequence: 1, artefactKind: 'ruleset', artefact: 'starter@2', digest: builtInDigest('starter@2') },
    {
      sequence: 2,
      artefactKind: 'window_plan',
      artefact: 'standard@1',
      digest: planDigest(defaultWindowPlan),
    },
    { sequence: 1, artefactKind: 'ruleset', artefact: 'starter@2', digest: builtInDigest('starter@2') },
    { sequence: 3, artefactKind: 'ruleset', artefact: 'starter@1', digest: builtInDigest('starter@1') },
  ] as const;
  const controls = said.map((one, index) => ({
    ...plainRecord(1 + index, controlEvent({ kind: 'artefact_activated', logId: log.logId, ...one })),
    timestampMs: 1_000 * index,
  }));
  const all = [records[0]!, ...controls];
  assert.deepEqual(await consumer.onBatch(batchOf(all), plainControl()), { kind: 'next', next: all.length });
  assert.deepEqual(since, [undefined, undefined, 0, undefined, undefined, 3_000]);
});

for (const [what, ...published] of [
  ['altered behind its approval', telling, { digest: digestOf(writtenRuleset('telling@1')) }],
  ['of other content than the log names', writtenRuleset('telling@1')],
  ['that nobody has published', writtenRuleset('other@1')],
] as const) {
  test(`a candidate ${what} halts the worker before anything behind its control record is published`, async () => {
    const { consumer, kafka } = createPlainConsumer(partsWith(published as [typeof telling]));
    await assert.rejects(consumer.onBatch(batchOf(canaryRecords()), plainControl()), {
      ...{ code: 'artefact_unknown', recovery: 'halt' },
    });
    assert.equal(kafka.position?.next, 11);
  });
}
