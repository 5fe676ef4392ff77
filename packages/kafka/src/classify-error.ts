import { WeirError } from '@weir/contracts';
import type { ErrorCode } from '@weir/contracts';

/** What an error that came out of kafkajs means to Weir. */
export type KafkaFault =
  | 'fenced' // a newer producer with the same transactional id exists
  | 'rebalance' // the group moved on; the member has to join again
  | 'unavailable' // brokers out of reach or not ready; the same call may work later
  | 'truncated' // the position lies outside of the log
  | 'codec' // a batch is compressed with a codec that is not installed
  | 'denied' // authentication or authorisation failed, or the broker is set up not to allow it
  | 'unacceptable' // the broker will never take a record as it is
  | 'unknown'; // anything else: a bug until proven otherwise

const faultsByType: Readonly<Record<string, KafkaFault>> = {
  INVALID_PRODUCER_EPOCH: 'fenced',
  INVALID_PRODUCER_ID_MAPPING: 'fenced',
  PRODUCER_FENCED: 'fenced',
  REBALANCE_IN_PROGRESS: 'rebalance',
  ILLEGAL_GENERATION: 'rebalance',
  UNKNOWN_MEMBER_ID: 'rebalance',
  NOT_COORDINATOR_FOR_GROUP: 'rebalance',
  OFFSET_OUT_OF_RANGE: 'truncated',
  MESSAGE_TOO_LARGE: 'unacceptable',
  RECORD_LIST_TOO_LARGE: 'unacceptable',
  INVALID_RECORD: 'unacceptable',
  INVALID_TIMESTAMP: 'unacceptable',
  TOPIC_AUTHORIZATION_FAILED: 'denied',
  GROUP_AUTHORIZATION_FAILED: 'denied',
  CLUSTER_AUTHORIZATION_FAILED: 'denied',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'denied',
  SASL_AUTHENTICATION_FAILED: 'denied',
  TOPIC_DELETION_DISABLED: 'denied',
  POLICY_VIOLATION: 'denied',
  INVALID_CONFIG: 'denied',
};

const faultsByName: Readonly<Record<string, KafkaFault>> = {
  KafkaJSConnectionError: 'unavailable',
  KafkaJSConnectionClosedError: 'unavailable',
  KafkaJSRequestTimeoutError: 'unavailable',
  KafkaJSBrokerNotFound: 'unavailable',
  KafkaJSNoBrokerAvailableError: 'unavailable',
  KafkaJSGroupCoordinatorNotFound: 'unavailable',
  KafkaJSMetadataNotLoaded: 'unavailable',
  KafkaJSTopicMetadataNotLoaded: 'unavailable',
  KafkaJSStaleTopicMetadataAssignment: 'unavailable',
  KafkaJSLockTimeout: 'unavailable',
  KafkaJSTimeout: 'unavailable',
  KafkaJSNotImplemented: 'codec',
  KafkaJSSASLAuthenticationError: 'denied',
};

// kafkajs wraps causes in causes: three levels occur, eight is the bound that
// keeps a cyclic chain from looping.
const maxCauses = 8;

// kafkajs doesn't know PRODUCER_FENCED (90) and reports it by number only.
const unknownProducerFenced = 'Unknown error code 90';

/** What was refused of several things asked at once comes as a list; Weir asks for one at a time. */
const firstOf = ({ errors }: { readonly errors?: unknown }): object => {
  const [first] = Array.isArray(errors) ? (errors as unknown[]) : [];
  return typeof first === 'object' && first !== null ? first : {};
};

const faultOf = (error: object): KafkaFault | undefined => faultOfOne(error) ?? faultOfOne(firstOf(error));

const faultOfOne = (error: object): KafkaFault | undefined => {
  const { name, type, message } = error as { name?: unknown; type?: unknown; message?: unknown };
  if (typeof type === 'string' && Object.hasOwn(faultsByType, type)) return faultsByType[type];
  if (message === unknownProducerFenced) return 'fenced';
  if (typeof name === 'string' && Object.hasOwn(faultsByName, name)) return faultsByName[name];
  // Protocol errors carry kafkajs's own judgement whether to say it again.
  const isTransient = (error as { retriable?: unknown }).retriable === true;
  return name === 'KafkaJSProtocolError' && isTransient ? 'unavailable' : undefined;
};

/** The innermost fault along the chain of causes. Never throws, whatever it is given. */
export const classifyKafkaError = (error: unknown): KafkaFault => {
  try {
    let fault: KafkaFault | undefined;
    let current: unknown = error;
    for (let depth = 0; depth < maxCauses; depth += 1) {
      if (typeof current !== 'object' || current === null) break;
      fault = faultOf(current) ?? fault;
      current = (current as { cause?: unknown }).cause;
    }
    return fault ?? 'unknown';
  } catch {
    // A getter of a foreign object threw; such an object is no Kafka error.
    return 'unknown';
  }
};

const codesByFault: Readonly<Record<Exclude<KafkaFault, 'unknown'>, ErrorCode>> = {
  fenced: 'partition_fenced',
  rebalance: 'partition_revoked',
  unavailable: 'broker_unavailable',
  truncated: 'log_truncated',
  codec: 'topic_mismatch',
  denied: 'config_invalid',
  unacceptable: 'processing_failed',
};

const explanations: Readonly<Record<Exclude<KafkaFault, 'unknown'>, string>> = {
  fenced: 'a newer producer with the same transactional id has taken over',
  rebalance: 'the group has moved on to another generation',
  unavailable: 'no broker answered in time',
  truncated: 'the position lies outside of the log, records have been deleted or the topic was made anew',
  codec: 'the topic holds batches compressed with snappy, lz4 or zstd; Weir reads uncompressed and gzip',
  denied: 'authentication or authorisation failed, or the broker is set up not to allow it',
  unacceptable: 'the broker will never take one of the records as it is',
};

/**
 * The error Weir throws for one that came out of kafkajs: a WeirError where the
 * fault is known, the error itself where it isn't (a bug, which has to surface).
 */
export const toOperationalError = (doing: string, error: unknown): Error => {
  if (error instanceof WeirError) return error;
  const fault = classifyKafkaError(error);
  if (fault !== 'unknown') {
    return new WeirError(codesByFault[fault], `${doing}: ${explanations[fault]}`, { cause: error });
  }
  return error instanceof Error ? error : new Error(`${doing}: something other than an Error was thrown`);
};
