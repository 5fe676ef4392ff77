/** Everything the harness does to a running pipeline, with what a person reads of it. */
export const faultKinds = {
  killIngest: 'ingest is killed and fed again what it had not acknowledged',
  killDetection: 'each detection process is killed, one after the other',
  killAtActivation:
    'detection is killed and stopped while rulesets come into force, and who brings them is killed in the middle',
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
  kmsAway:
    'the KMS is out of reach for ingest, detection and alerting, which run, and for a detection process that starts',
} as const;

export type FaultKind = keyof typeof faultKinds;

export const allFaultKinds = Object.keys(faultKinds) as readonly FaultKind[];

export const isFaultKind = (text: string): text is FaultKind => Object.hasOwn(faultKinds, text);

/** What a short run is made of: a crash of each part that holds state, a zombie, and windows that are lost. */
export const tellingFaultKinds: readonly FaultKind[] = [
  'killAtActivation',
  'freezeDetection',
  'killBroker',
  'rollbackRedis',
  'killAlerting',
  'killIngest',
];

/**
 * How often a fault may keep alerting from noting a mail that its relay has
 * taken, which only its end does: what is to be sent, and what was, stands in its
 * store. Each such time may repeat what was on its way, and nothing else may.
 */
export const mailInterruptions: Readonly<Record<FaultKind, number>> = {
  killAlerting: 1,
  // What is to be sent stands in the store: without Kafka nothing is sent again.
  killBroker: 0,
  cutKafka: 0,
  delayKafka: 0,
  killIngest: 0,
  killDetection: 0,
  killAtActivation: 0,
  freezeDetection: 0,
  resizeDetection: 0,
  killRedis: 0,
  rollbackRedis: 0,
  flushRedis: 0,
  deleteKeys: 0,
  cutRedis: 0,
  kmsAway: 0,
};

type Part = 'ingest' | 'detection' | 'alerting' | 'kafka' | 'redis';

/** What one fault takes hold of. Two faults that hold the same part can't be told apart, or undo each other. */
export const touches: Readonly<Record<FaultKind, readonly Part[]>> = {
  killIngest: ['ingest'],
  killDetection: ['detection'],
  killAtActivation: ['detection'],
  freezeDetection: ['detection'],
  resizeDetection: ['detection'],
  kmsAway: ['ingest', 'detection', 'alerting'],
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
