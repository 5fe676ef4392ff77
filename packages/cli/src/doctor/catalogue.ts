import { inBytes, inDays, limits } from './limits.ts';

type Entry = { readonly looksAt: string; readonly warns: string; readonly fails: string };

const never = '';

/** Every check there is: what it looks at, and when it warns or fails. The page of checks is generated from this. */
export const catalogue = {
  'machine.node': { looksAt: 'the version of Node', warns: never, fails: `older than ${limits.nodeMajor}` },
  'machine.java': {
    looksAt: 'the JDK, where the local Kafka is used',
    warns: never,
    fails: `none, or older than ${limits.javaMajor}`,
  },
  'machine.memory': {
    looksAt: 'memory that is free or can be freed',
    warns: `less than ${inBytes(limits.memoryWarnBytes)}`,
    fails: `less than ${inBytes(limits.memoryFailBytes)}`,
  },
  'machine.openFiles': {
    looksAt: 'how many files a process may open',
    warns: `fewer than ${limits.openFilesWarn}`,
    fails: `fewer than ${limits.openFilesFail}`,
  },
  'machine.disk': {
    looksAt: 'free space where the home and the data folders are',
    warns: `less than ${inBytes(limits.diskWarnBytes)}`,
    fails: `less than ${inBytes(limits.diskFailBytes)}`,
  },
  'machine.processes': {
    looksAt: 'parts of the local stack that run, that are down, and that outlived their supervisor',
    warns: 'nothing runs',
    fails: 'a part is down, or was left behind',
  },
  'machine.certificates': {
    looksAt: 'the certificates that roles themselves show to Kafka and Redis',
    warns: `one ends within ${inDays(limits.certificateWarnMs)}`,
    fails: 'one has ended',
  },
  'clock.skew': {
    looksAt:
      'the own clock against those of Redis and of the KMS; a broker tells its clock only to who writes a record, and nothing is written',
    warns: `apart by more than ${limits.skewWarnMs / 1_000} s`,
    fails: `apart by more than ${limits.skewFailMs / 1_000} s`,
  },
  'broker.reachable': { looksAt: 'whether a broker answers', warns: never, fails: 'no answer' },
  'broker.version': {
    looksAt: 'the release of Kafka, by what it speaks',
    warns: 'older than 4.1, with which it is not tested',
    fails: 'older than 2.8',
  },
  'broker.tls': {
    looksAt: "encryption, and the end of the broker's certificate",
    warns: `no TLS to another machine, or it ends within ${inDays(limits.certificateWarnMs)}`,
    fails: 'older than TLS 1.3, or the certificate has ended',
  },
  'broker.settings': {
    looksAt: 'auto.create.topics.enable, socket.request.max.bytes',
    warns: 'topics are made by whoever misspells one, or it is not told',
    fails: 'the largest record batch is not let in',
  },
  'broker.offsets': {
    looksAt:
      'offsets.retention.minutes against the longest retention of a topic that groups have positions in',
    warns: never,
    fails: 'positions are forgotten before the records they point at',
  },
  'topics.settings': {
    looksAt:
      'each topic of the table: partitions, replication, cleanup, retention, sizes, compression, time stamps, election',
    warns: 'it keeps or lets in more than the table asks for',
    fails: 'it is missing, or differs otherwise',
  },
  'topics.replicas': {
    looksAt: 'replicas in sync',
    warns: never,
    fails: 'a partition has fewer in sync than it has replicas',
  },
  'log.retention': {
    looksAt: `the log's retention against the longest span, the lateness and an outage of ${inDays(limits.outageMs)}, for every window plan known`,
    warns: 'no room for the outage',
    fails: 'a window reaches further back than the log',
  },
  'log.name': {
    looksAt: "whether the log's first record can be opened with this role's key, and names the log",
    warns: 'the record has been deleted by retention',
    fails: 'it cannot be opened, or is no such record',
  },
  'groups.positions': {
    looksAt: 'where each consumer group stands in its topics, and how far that is from the end',
    warns: `more than ${limits.lagWarnRecords} offsets behind, or nothing committed`,
    fails: 'beyond the end, or before the first record kept',
  },
  'redis.reachable': {
    looksAt: 'whether Redis answers, and takes writes',
    warns: never,
    fails: 'no answer, or a replica',
  },
  'redis.version': {
    looksAt: 'the release of Redis',
    warns: never,
    fails: `older than ${limits.redisVersion.join('.')}`,
  },
  'redis.policy': { looksAt: 'maxmemory-policy', warns: never, fails: 'anything but noeviction' },
  'redis.memory': {
    looksAt: "maxmemory and what is used of it, and what the log's records need by the memory formula",
    warns: `more than ${limits.redisUsedWarnShare * 100} % used, less than the formula asks for, or no limit on a shared machine`,
    fails: `more than ${limits.redisUsedFailShare * 100} % used`,
  },
  'redis.persistence': {
    looksAt: 'appendonly, appendfsync, the last write to the file, and the last snapshot',
    warns: 'no append-only file, or appendfsync no: a restart rebuilds all windows from the log',
    fails: 'the last write or snapshot failed',
  },
  'redis.lostKeys': {
    looksAt: 'keys evicted or expired since Redis was started',
    warns: 'keys have expired, which are not those of Weir',
    fails: 'keys have been evicted',
  },
  'redis.tls': {
    looksAt: 'encryption, and the end of the certificate',
    warns: `no TLS to another machine, or it ends within ${inDays(limits.certificateWarnMs)}`,
    fails: 'older than TLS 1.3, or the certificate has ended',
  },
  'redis.log': {
    looksAt: 'whose windows Redis keeps',
    warns: never,
    fails: "another log's, or another partition count's",
  },
  'kms.reachable': { looksAt: 'whether the KMS answers', warns: never, fails: 'no answer' },
  'kms.tls': {
    looksAt: 'encryption, and the end of the certificate',
    warns: `it ends within ${inDays(limits.certificateWarnMs)}`,
    fails: 'older than TLS 1.3, or the certificate has ended',
  },
  'kms.may': {
    looksAt:
      'whether each role can seal what it writes and open what it reads, and the notary and replay sign',
    warns: 'a role is told of no key for a stream it may use',
    fails: 'a call it needs is refused, gets no answer, or its key is not usable',
  },
  'kms.mayNot': {
    looksAt:
      'whether each role is refused the keys that the table of streams does not grant it; by dry calls of GenerateDataKey, Decrypt and Sign',
    warns: 'a call was neither allowed nor refused',
    fails: 'it can seal, open or sign with one of them',
  },
  'kms.administration': {
    looksAt: "the development KMS's list of callers: who may make, change or delete keys, or sign",
    warns: never,
    fails: 'a role may, that must not',
  },
  'kms.keys': {
    looksAt: 'the state of each key',
    warns: never,
    fails: 'disabled, to be deleted, or unknown',
  },
  'kms.rotation': {
    looksAt: 'when each key was made or last rotated',
    warns: `more than ${inDays(limits.keyAgeWarnMs)} ago`,
    fails: never,
  },
  'mail.relay': {
    looksAt: 'the greeting of the mail relay; no mail is sent',
    warns: never,
    fails: 'no answer, a refusal, or no STARTTLS on another machine',
  },
  'webhook.reachable': {
    looksAt: 'whether the host of the webhook lets a connection in, and how; nothing is sent',
    warns: `no TLS to another machine, or its certificate ends within ${inDays(limits.certificateWarnMs)}`,
    fails: 'no connection, its certificate is refused or has ended, or older than TLS 1.3',
  },
  'learning.learner': { looksAt: 'whether the learner is ready', warns: never, fails: 'it is not' },
  'audit.notary': { looksAt: 'whether the notary is ready', warns: never, fails: 'it is not' },
  'audit.checkpoint': {
    looksAt: 'entries of the audit trail without a checkpoint over them',
    warns: `older than ${limits.checkpointWarnMs / 60_000} minutes`,
    fails: `older than ${limits.checkpointFailMs / 60_000} minutes`,
  },
  'audit.signingKey': {
    looksAt: 'the public half of the key that signs checkpoints',
    warns: never,
    fails: 'it is refused, disabled or gone',
  },
  'door.certificate': {
    looksAt: 'the certificate and the protocol of the HTTP door',
    warns: `it ends within ${inDays(limits.certificateWarnMs)}`,
    fails: 'no answer, older than TLS 1.3, or it has ended',
  },
  'door.tokens': {
    looksAt: 'when tokens of the door and of the APIs of alerts and replays expire',
    warns: `within ${inDays(limits.tokenWarnMs)}, or one has`,
    fails: never,
  },
  'alerts.certificate': {
    looksAt: 'the certificate and the protocol of the API of alerts',
    warns: `it ends within ${inDays(limits.certificateWarnMs)}`,
    fails: 'no answer, older than TLS 1.3, or it has ended',
  },
  'replay.worker': { looksAt: 'whether replay is ready', warns: never, fails: 'it is not' },
  'replay.certificate': {
    looksAt: 'the certificate and the protocol of the API of replays',
    warns: `it ends within ${inDays(limits.certificateWarnMs)}`,
    fails: 'no answer, older than TLS 1.3, or it has ended',
  },
} as const satisfies Readonly<Record<`${string}.${string}`, Entry>>;

export type CheckName = keyof typeof catalogue;
