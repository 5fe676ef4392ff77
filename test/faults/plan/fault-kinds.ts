/** Everything the harness does to a running pipeline, with what a person reads of it. */
export const faultKinds = {
  killIngest: 'ingest is killed and fed again what it had not acknowledged',
  killDetection: 'each detection process is killed, one after the other',
  freezeDetection: 'a detection process is stopped until others have its partitions, and then goes on',
  resizeDetection: 'a detection process is added, and another taken away',
  killAlerting: 'alerting is killed',
  killBroker: 'the broker is killed',
  cutKafka: 'all connections to the broker are cut, several times',
  delayKafka: 'everything to and from the broker takes longer',
  killRedis: 'Redis is killed',
  rollbackRedis: 'Redis comes back with an older copy of its records',
  flushRedis: 'Redis forgets everything',
  deleteKeys: 'single keys of Redis are deleted',
  cutRedis: 'connections to Redis are slowed, and then cut several times',
  kmsAway: 'the KMS is out of reach while a detection process starts',
} as const;

export type FaultKind = keyof typeof faultKinds;

export const allFaultKinds = Object.keys(faultKinds) as readonly FaultKind[];

export const isFaultKind = (text: string): text is FaultKind => Object.hasOwn(faultKinds, text);

/** What a short run is made of: a crash of each part that holds state, a zombie, and both ways of losing windows. */
export const tellingFaultKinds: readonly FaultKind[] = [
  'killDetection',
  'freezeDetection',
  'killBroker',
  'rollbackRedis',
  'flushRedis',
  'killIngest',
];

type Part = 'ingest' | 'detection' | 'alerting' | 'kafka' | 'redis';

/** What one fault takes hold of. Two faults that hold the same part can't be told apart, or undo each other. */
export const touches: Readonly<Record<FaultKind, readonly Part[]>> = {
  killIngest: ['ingest'],
  killDetection: ['detection'],
  freezeDetection: ['detection'],
  resizeDetection: ['detection'],
  kmsAway: ['detection'],
  killAlerting: ['alerting'],
  killBroker: ['kafka'],
  cutKafka: ['kafka'],
  delayKafka: ['kafka'],
  killRedis: ['redis'],
  rollbackRedis: ['redis'],
  flushRedis: ['redis'],
  deleteKeys: ['redis', 'detection'],
  cutRedis: ['redis'],
};
