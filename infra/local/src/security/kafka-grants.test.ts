import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roles, streamNames, streams } from '@weir/contracts';
import { kafkaGrants } from './kafka-grants.ts';

const grants = kafkaGrants('local');
const topicsOf = (who: string, operation: 'read' | 'write'): string[] =>
  grants
    .filter((one) => one.who === who && one.on === 'topic' && one.may.includes(operation))
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

test('a downstream system writes nothing, transacts nothing and can join no group of ours', () => {
  const its = grants.filter(({ who }) => who === 'downstream');
  assert.deepEqual(
    its.filter(({ may }) => may.includes('write')),
    [],
  );
  for (const { name } of its.filter(({ on }) => on === 'group')) assert.doesNotMatch(name, /^weir|\*/);
});

test('replay writes nothing but what the audit trail is told, and moves no position but those of its own groups', () => {
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
