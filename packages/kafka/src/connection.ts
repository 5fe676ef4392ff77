import type { KafkaConfig, LogEntry, SASLOptions } from 'kafkajs';
import { WeirError } from '@weir/contracts';
import { Kafka, logLevel } from './kafkajs.ts';
import type { LibraryLogLevel } from './kafkajs.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type Logger = (level: LogLevel, message: string, fields: Readonly<Record<string, unknown>>) => void;

/** Where the brokers are and how to speak to them. Certificates and keys are PEM text. */
export type KafkaConnection = {
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** Present means TLS 1.3 or later; the broker's certificate is always verified. */
  readonly tls?: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly serverName?: string;
  };
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
  readonly logger: Logger;
};

/** How often and how fast kafkajs repeats a failed request by itself. */
export type RequestRetry = {
  readonly retries: number;
  readonly initialWaitMs: number;
  readonly maxWaitMs: number;
};

const connectionTimeoutMs = 3_000;
const requestTimeoutMs = 15_000;

// An allow-list, because kafkajs also logs stacks, whole assignments and, with a
// debugging variable set, payload bytes.
const loggedFields = [
  'groupId',
  'memberId',
  'broker',
  'topic',
  'partition',
  'error',
  'retryCount',
  'transactionalId',
];

/** Lets through only the fields of a kafkajs log entry that can't hold a payload. */
export const toLogFields = (entry: Readonly<Record<string, unknown>>): Record<string, string | number> => {
  const fields: Record<string, string | number> = {};
  for (const name of loggedFields) {
    const value = entry[name];
    if (typeof value === 'string' || typeof value === 'number') fields[name] = value;
  }
  return fields;
};

// kafkajs calls every refusal of a broker an error, expected ones included (a group
// that rebalances, a transaction that is still ending) and every join an info. What
// matters reaches the caller as an error and is logged there.
const toLogLevel = (level: LibraryLogLevel, message: string): LogLevel =>
  level > logLevel.WARN || message.startsWith('Response ') || message.startsWith('Limiting retries ')
    ? 'debug'
    : 'warn';

const toTls = (tls: NonNullable<KafkaConnection['tls']>): NonNullable<KafkaConfig['ssl']> => ({
  rejectUnauthorized: true,
  minVersion: 'TLSv1.3',
  ...(tls.ca === undefined ? {} : { ca: [tls.ca] }),
  ...(tls.cert === undefined ? {} : { cert: tls.cert }),
  ...(tls.key === undefined ? {} : { key: tls.key }),
  ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
});

/**
 * The kafkajs configuration of one connection.
 * Throws WeirError config_invalid for no brokers and for SASL PLAIN without TLS,
 * which would send the password in clear.
 */
export const toKafkaConfig = (connection: KafkaConnection, retry: RequestRetry): KafkaConfig => {
  if (connection.brokers.length === 0)
    throw new WeirError('config_invalid', 'kafka brokers: the list is empty');
  if (connection.sasl?.mechanism === 'plain' && connection.tls === undefined) {
    throw new WeirError(
      'config_invalid',
      'kafka sasl: plain needs tls, or the password crosses the network in clear',
    );
  }
  return {
    brokers: [...connection.brokers],
    clientId: connection.clientId,
    connectionTimeout: connectionTimeoutMs,
    requestTimeout: requestTimeoutMs,
    retry: { retries: retry.retries, initialRetryTime: retry.initialWaitMs, maxRetryTime: retry.maxWaitMs },
    logLevel: logLevel.INFO,
    logCreator:
      () =>
      ({ level, namespace, log }: LogEntry) =>
        connection.logger(
          toLogLevel(level, log.message),
          `kafkajs ${namespace}: ${log.message}`,
          toLogFields(log),
        ),
    ...(connection.tls === undefined ? {} : { ssl: toTls(connection.tls) }),
    ...(connection.sasl === undefined ? {} : { sasl: { ...connection.sasl } as SASLOptions }),
  };
};

/** Bounded by some 20 s of waiting: enough for a leader to move, short enough to report. */
export const patientRetry: RequestRetry = { retries: 10, initialWaitMs: 100, maxWaitMs: 3_000 };

/**
 * A kafkajs client of its own for each consumer, producer and admin: kafkajs keeps
 * one cache of committed offsets per client, and a transactional producer writes
 * its uncommitted ones into it, where a consumer of the same client reads them.
 */
export const openKafka = (connection: KafkaConnection, retry: RequestRetry = patientRetry): Kafka =>
  new Kafka(toKafkaConfig(connection, retry));
