import type { ServerTls } from '@weir/access';
import { WeirError } from '@weir/contracts';
import type { IngestConfig } from '../config.ts';
import type { DoorSettings } from './serve-door.ts';

/** What the configuration says about the door. */
export function doorSettingsOf(config: IngestConfig): DoorSettings {
  const { DOOR_PORT: port, DOOR_TOKENS_FILE: tokensFile } = config;
  if (port === undefined || tokensFile === undefined) {
    throw new WeirError('config_invalid', 'DOOR_PORT and DOOR_TOKENS_FILE are needed in serve mode');
  }
  return {
    environment: config.WEIR_ENVIRONMENT,
    host: config.DOOR_HOST,
    port: Number(port),
    tls: tlsOf(config),
    tokensFile,
    maxBodyBytes: config.DOOR_MAX_BODY_BYTES,
    maxRecords: config.DOOR_MAX_RECORDS,
    maxOpenBytes: config.DOOR_MAX_OPEN_BYTES,
    maxConnections: config.DOOR_MAX_CONNECTIONS,
    maxConnectionsPerAddress: config.DOOR_MAX_CONNECTIONS_PER_ADDRESS,
    requestTimeoutMs: config.DOOR_REQUEST_TIMEOUT_MS,
    recordsPerSecond: config.DOOR_RECORDS_PER_SECOND,
    futureLimitMs: config.FUTURE_LIMIT_MS,
    openedWith: config.RULESET,
  };
}

function tlsOf(config: IngestConfig): ServerTls | undefined {
  const { DOOR_TLS_CERT_FILE: cert, DOOR_TLS_KEY_FILE: key } = config;
  if (cert === undefined || key === undefined) return undefined;
  return { cert, key, clientCa: config.DOOR_TLS_CLIENT_CA_FILE };
}
