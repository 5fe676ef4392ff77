/**
 * The topic table. Topics are created from it, the AsyncAPI document is
 * generated from it, and KMS keys are granted by its key classes.
 */
export const streamNames = [
  'received',
  'decisions',
  'cleared',
  'held',
  'rejected',
  'releases',
  'alerts',
  'artefacts',
  'outcomes',
  'models',
  'lists',
  'intake',
  'audit',
] as const;

/** A logical stream. It is part of what a sealed record is bound to; the physical topic is not. */
export type StreamName = (typeof streamNames)[number];

/** What is sealed: the records of the streams, and what replays find, which lies in files and on no topic. */
export const sealedStreamNames = [...streamNames, 'replay'] as const;

/** What a sealed record names as its stream. */
export type SealedStream = (typeof sealedStreamNames)[number];

/** Streams of one class share a KMS key; who may seal and who may open is granted per class. */
export type KeyClass =
  | 'received'
  | 'cleared'
  | 'held'
  | 'rejected'
  | 'alerts'
  | 'journal'
  | 'releases'
  | 'artefacts'
  | 'outcomes'
  | 'models'
  | 'lists'
  | 'intake'
  | 'audit'
  | 'replay';

export const keyClasses: readonly KeyClass[] = [
  'received',
  'cleared',
  'held',
  'rejected',
  'alerts',
  'journal',
  'releases',
  'artefacts',
  'outcomes',
  'models',
  'lists',
  'intake',
  'audit',
  'replay',
];

export const roles = [
  'ingest',
  'detection',
  'alerting',
  'learner',
  'notary',
  'replay',
  'ops',
  'downstream',
] as const;

/** Who a process is at the KMS: what it may seal and open follows from the writers and readers of the streams. */
export type Role = (typeof roles)[number];

export type StreamDefinition = {
  readonly topic: string;
  readonly description: string;
  readonly keyClass: KeyClass;
  /** `log`: as many partitions as the log has, the same partition number as the input. */
  readonly partitions: 'log' | number;
  readonly retentionMs: number;
  /** Upper bound of a record batch on this topic, in bytes. */
  readonly maxMessageBytes: number;
  /** LogAppendTime lets replay address the log by the time the broker took a record in. */
  readonly timestampType: 'LogAppendTime' | 'CreateTime';
  readonly writers: readonly Role[];
  readonly readers: readonly Role[];
};

const dayMs = 86_400_000;
const mebibyte = 1_048_576;
const logMaxMessageBytes = 4 * mebibyte;

/** The longest window span (30 days), the allowed lateness (1 day) and the longest outage (14 days) together. */
const logRetentionMs = 45 * dayMs;

/** A version that was ever in force is needed for as long as anybody asks what was decided by it. */
const foreverMs = 3_650 * dayMs;

/** What auditors of banks ask for: seven years, leap days included. */
const auditRetentionMs = 2_557 * dayMs;

export const streams: Readonly<Record<StreamName, StreamDefinition>> = {
  received: {
    topic: 'transactions.received.v1',
    description:
      'The log: every accepted transaction, and the control records that say which versions are in force.',
    keyClass: 'received',
    partitions: 'log',
    retentionMs: logRetentionMs,
    maxMessageBytes: logMaxMessageBytes,
    timestampType: 'LogAppendTime',
    writers: ['ingest'],
    readers: ['ingest', 'detection', 'replay', 'ops'],
  },
  decisions: {
    topic: 'decisions.v1',
    description: 'The journal: one record per detection transaction, saying what was decided and why.',
    keyClass: 'journal',
    partitions: 'log',
    retentionMs: logRetentionMs,
    maxMessageBytes: logMaxMessageBytes,
    timestampType: 'CreateTime',
    writers: ['detection'],
    readers: ['ingest', 'detection', 'learner', 'replay', 'ops'],
  },
  cleared: {
    topic: 'transactions.cleared.v1',
    description: 'Cleared transactions with their verdict, for downstream systems.',
    keyClass: 'cleared',
    partitions: 'log',
    retentionMs: logRetentionMs,
    maxMessageBytes: logMaxMessageBytes,
    timestampType: 'CreateTime',
    writers: ['detection'],
    readers: ['downstream', 'replay', 'ops'],
  },
  held: {
    topic: 'transactions.held.v1',
    description:
      'Held transactions with their verdict and its evidence, and cleared ones that people shall look at.',
    keyClass: 'held',
    partitions: 'log',
    retentionMs: logRetentionMs,
    maxMessageBytes: logMaxMessageBytes,
    timestampType: 'CreateTime',
    writers: ['detection'],
    // Detection opens one again when it is released: that its own seal is on it proves that it was held.
    readers: ['detection', 'alerting', 'replay', 'ops'],
  },
  rejected: {
    topic: 'transactions.rejected.v1',
    description:
      'Dead letters: the original bytes, key and headers of what was refused, and why; and which were redriven.',
    keyClass: 'rejected',
    partitions: 'log',
    retentionMs: 90 * dayMs,
    maxMessageBytes: logMaxMessageBytes + 65_536,
    timestampType: 'CreateTime',
    writers: ['ingest', 'detection', 'alerting'],
    readers: ['alerting', 'replay', 'ops'],
  },
  releases: {
    topic: 'releases.v1',
    description: 'Approved requests to release held transactions.',
    keyClass: 'releases',
    partitions: 'log',
    retentionMs: 90 * dayMs,
    maxMessageBytes: mebibyte,
    timestampType: 'CreateTime',
    writers: ['alerting'],
    readers: ['detection', 'replay', 'ops'],
  },
  alerts: {
    topic: 'alerts.v1',
    description: 'Alert revisions, each also as an OCSF Detection Finding.',
    keyClass: 'alerts',
    partitions: 4,
    retentionMs: 365 * dayMs,
    maxMessageBytes: mebibyte,
    timestampType: 'CreateTime',
    writers: ['alerting'],
    // Its store, whose columns are sealed by the same key, is rebuilt from here.
    readers: ['alerting', 'ops'],
  },
  artefacts: {
    topic: 'artefacts.v1',
    description:
      'Rulesets and window plans, immutable, named id@version, their approvals, and the numbers of their activations.',
    keyClass: 'artefacts',
    partitions: 1,
    retentionMs: foreverMs,
    maxMessageBytes: mebibyte,
    timestampType: 'CreateTime',
    writers: ['ingest'],
    readers: ['ingest', 'detection', 'replay', 'ops'],
  },
  outcomes: {
    topic: 'outcomes.v1',
    description: 'What transactions turned out to be: fraud reports and the outcomes analysts gave.',
    keyClass: 'outcomes',
    partitions: 4,
    retentionMs: 2 * 366 * dayMs,
    maxMessageBytes: mebibyte,
    timestampType: 'LogAppendTime',
    writers: ['ingest', 'alerting'],
    readers: ['learner', 'ops'],
  },
  models: {
    topic: 'models.v1',
    description: 'What the learner has learned: snapshots, immutable, named id@version, in parts.',
    keyClass: 'models',
    partitions: 1,
    retentionMs: foreverMs,
    maxMessageBytes: mebibyte,
    timestampType: 'CreateTime',
    writers: ['learner'],
    readers: ['ingest', 'detection', 'learner', 'replay', 'ops'],
  },
  lists: {
    topic: 'lists.v1',
    description: 'Lists of counterparties and accounts by pseudonym, immutable, named id@version, in parts.',
    keyClass: 'lists',
    partitions: 1,
    retentionMs: foreverMs,
    maxMessageBytes: mebibyte,
    timestampType: 'CreateTime',
    writers: ['ingest'],
    readers: ['ingest', 'detection', 'replay', 'ops'],
  },
  intake: {
    topic: 'audit.intake.v1',
    description: 'What is to be audited, until the notary has given it its number.',
    keyClass: 'intake',
    partitions: 1,
    retentionMs: 90 * dayMs,
    maxMessageBytes: mebibyte,
    timestampType: 'LogAppendTime',
    writers: ['ingest', 'detection', 'alerting', 'learner', 'notary', 'replay', 'ops'],
    readers: ['notary'],
  },
  audit: {
    topic: 'audit.v1',
    description: 'The audit trail: numbered entries without a gap, and signed checkpoints over them.',
    keyClass: 'audit',
    partitions: 1,
    retentionMs: auditRetentionMs,
    maxMessageBytes: mebibyte,
    timestampType: 'CreateTime',
    writers: ['notary'],
    readers: ['notary', 'ops'],
  },
};

/** Under which class of keys each is sealed, by whom, and who may open it: all that the KMS has to know. */
export const sealedStreams: Readonly<
  Record<SealedStream, Pick<StreamDefinition, 'keyClass' | 'writers' | 'readers'>>
> = {
  ...streams,
  // Ops reads what came of a replay by its API, where a token and the audit trail say who did.
  replay: { keyClass: 'replay', writers: ['replay'], readers: ['replay'] },
};

/** What the broker is asked for, by topic: the table above in Kafka's own words. */
export function topicSpecifications(options: {
  readonly logPartitions: number;
  readonly replicationFactor: number;
}): { topic: string; partitions: number; replicationFactor: number; config: Record<string, string> }[] {
  return streamNames.map((name) => {
    const stream = streams[name];
    return {
      topic: stream.topic,
      partitions: stream.partitions === 'log' ? options.logPartitions : stream.partitions,
      replicationFactor: options.replicationFactor,
      config: {
        'cleanup.policy': 'delete',
        'retention.ms': String(stream.retentionMs),
        'max.message.bytes': String(stream.maxMessageBytes),
        // Ciphertext doesn't shrink; what does is foreign, and could grow a thousandfold in its reader's memory.
        'compression.type': 'uncompressed',
        'message.timestamp.type': stream.timestampType,
        'min.insync.replicas': String(Math.max(1, options.replicationFactor - 1)),
        'unclean.leader.election.enable': 'false',
      },
    };
  });
}
