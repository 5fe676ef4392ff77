import { roles, streamNames, streams } from '@weir/contracts';
import type { Role, StreamName } from '@weir/contracts';

/** In the shape that `ensureGrants` of @weir/kafka takes. */
type KafkaGrant = {
  readonly who: Role;
  readonly may: readonly ('create' | 'read' | 'write' | 'describe' | 'describeConfigs' | 'delete')[];
  readonly on: 'topic' | 'group' | 'transactionalId' | 'cluster';
  readonly name: string;
  readonly match: 'exactly' | 'beginning';
};

/** By what names the programs of a role call themselves, their groups and their transactions: weir-<name>, weir-<environment>-<name>. */
const programs: Readonly<Record<Role, readonly string[]>> = {
  ingest: ['ingest', 'door'],
  detection: ['detection', 'windows'],
  alerting: ['alerting'],
  learner: ['learner'],
  notary: ['notary'],
  replay: ['replay'],
  ops: ['ops', 'doctor'],
  downstream: [],
};

/** Whoever subscribes names his own groups, by anything that doesn't begin like one of ours. */
const downstreamGroup = 'downstream';

/**
 * What each role may do at a Kafka with an authorizer, from the topic table: read
 * what it reads, write what it writes, and keep positions under its own names.
 * Grants are made by the admin alone, and so are topics, but for those that replays copy to.
 */
export function kafkaGrants(environment: string): readonly KafkaGrant[] {
  return roles.flatMap((who) => [
    ...topicGrants(who),
    ...shadowGrants(who),
    ...ownNames(who, environment),
    ...sightOf(who),
  ]);
}

/** How topics begin that replays make, fill and remove: none of the topic table does. */
const shadowTopics = 'weir.replay.';

/** Who may open what a replay has copied there is decided by its keys, which are those of the source. */
function shadowGrants(who: Role): readonly KafkaGrant[] {
  const on = { on: 'topic', name: shadowTopics, match: 'beginning' } as const;
  if (who === 'replay') return [{ who, may: ['create', 'describe', 'write', 'read', 'delete'], ...on }];
  return who === 'ops' ? [{ who, may: ['read'], ...on }] : [];
}

function topicGrants(who: Role): readonly KafkaGrant[] {
  const grants: KafkaGrant[] = [];
  for (const stream of streamNames) {
    const { topic, readers, writers } = streams[stream];
    const may: KafkaGrant['may'][number][] = [];
    if (readers.includes(who) || readsUnopened[who] === stream) may.push('read');
    if (writers.includes(who)) may.push('write');
    if (may.length > 0) grants.push({ who, may, on: 'topic', name: topic, match: 'exactly' });
  }
  return grants;
}

/**
 * What a role reads and has no key to open: ingest and replay see by the id of an entry that their act is
 * on the trail, and ops counts by the envelopes which records a key is needed for.
 */
const readsUnopened: Readonly<Partial<Record<Role, StreamName>>> = {
  ingest: 'audit',
  replay: 'audit',
  ops: 'intake',
};

function ownNames(who: Role, environment: string): readonly KafkaGrant[] {
  if (who === 'downstream') {
    return [{ who, may: ['read'], on: 'group', name: downstreamGroup, match: 'beginning' }];
  }
  const names = programs[who].flatMap((program) => [`weir-${program}`, `weir-${environment}-${program}`]);
  return names.flatMap((name): KafkaGrant[] => [
    // Readers of a range make a group for themselves and take it away again.
    { who, may: ['read', 'delete'], on: 'group', name, match: 'beginning' },
    { who, may: ['write', 'describe'], on: 'transactionalId', name, match: 'beginning' },
  ]);
}

/** Ops sees how far everybody is and how everything is set, and can change none of it. */
function sightOf(who: Role): readonly KafkaGrant[] {
  if (who !== 'ops') return [];
  return [
    { who, may: ['describe'], on: 'group', name: '*', match: 'exactly' },
    { who, may: ['describe', 'describeConfigs'], on: 'topic', name: '*', match: 'exactly' },
    { who, may: ['describe', 'describeConfigs'], on: 'cluster', name: 'kafka-cluster', match: 'exactly' },
  ];
}
