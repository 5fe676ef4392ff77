import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roles, streamNames, streams } from '@weir/contracts';
import { kafkaGrants } from './kafka-grants.ts';

const grants = kafkaGrants('local');
type Grant = (typeof grants)[number];

const topicsOf = (
  who: string,
  operation: Grant['may'][number],
  match: Grant['match'] = 'exactly',
): string[] =>
  grants
    .filter((one) => one.who === who && one.on === 'topic' && one.match === match)
    .filter(({ may }) => may.includes(operation))
    .map(({ name }) => name);

test('each role reads and writes the topics of the topic table and no others', () => {
  for (const role of roles) {
    const named = (side: 'readers' | 'writers'): string[] =>
      streamNames.filter((name) => streams[name][side].includes(role)).map((name) => streams[name].topic);
    // Ingest and replay wait for entries of the audit trail, ops counts records by their keys; none can open them.
    const also =
      { ingest: [streams.audit.topic], replay: [streams.audit.topic], ops: [streams.intake.topic] }[
        String(role)
      ] ?? [];
    assert.deepEqual(topicsOf(role, 'read').toSorted(), [...named('readers'), ...also].toSorted(), role);
    assert.deepEqual(topicsOf(role, 'write'), named('writers'), role);
  }
});

test('replay alone makes and removes topics, those that no stream of the pipeline is called like', () => {
  for (const role of roles) {
    const its = role === 'replay' ? ['weir.replay.'] : [];
    for (const operation of ['create', 'delete', 'write'] as const)
      assert.deepEqual(topicsOf(role, operation, 'beginning'), its, `${role} ${operation}`);
    for (const operation of ['create', 'delete'] as const)
      assert.deepEqual(topicsOf(role, operation), [], `${role} ${operation}`);
    const reads = role === 'ops' ? ['weir.replay.'] : its;
    assert.deepEqual(topicsOf(role, 'read', 'beginning'), reads, role);
  }
  for (const { topic } of Object.values(streams)) assert.ok(!topic.startsWith('weir.replay.'), topic);
});

test('a downstream system writes nothing, transacts nothing and can join no group of ours', () => {
  const its = grants.filter(({ who }) => who === 'downstream');
  assert.deepEqual(
    its.filter(({ may }) => may.includes('write')),
    [],
  );
  for (const { name } of its.filter(({ on }) => on === 'group')) assert.doesNotMatch(name, /^weir|\*/);
});

test('replay writes to no topic of the pipeline but what the audit trail is told, and moves no position but those of its own groups', () => {
  assert.deepEqual(topicsOf('replay', 'write'), [streams.intake.topic]);
  for (const name of ['alerts', 'outcomes', 'intake'] as const)
    assert.ok(!topicsOf('replay', 'read').includes(streams[name].topic), name);
  const groups = grants.filter(({ who, on }) => who === 'replay' && on === 'group');
  assert.deepEqual(
    groups.map(({ name }) => name),
    ['weir-replay', 'weir-local-replay'],
  );
  const others = grants.filter(
    ({ who, on }) => who !== 'replay' && (on === 'group' || on === 'transactionalId'),
  );
  for (const { who, name } of others) assert.doesNotMatch(name, /^weir-(local-)?replay/, who);
});

test('nobody is granted everything of a kind but to look at it', () => {
  for (const { name, may } of grants.filter((one) => one.name === '*' || one.on === 'cluster'))
    assert.ok(
      may.every((operation) => operation.startsWith('describe')),
      name,
    );
});
