import { checkServerFields } from '@weir/access';
import {
  bytes,
  count,
  durationMs,
  secretFile,
  textFile,
  type FieldProblem,
  type GivenFields,
} from '@weir/runtime';
import { z } from 'zod';

const mebibyte = 1_048_576;

/** What serve mode can be told beside what every mode has. */
export const doorFields = {
  DOOR_HOST: z
    .string()
    .regex(/^[A-Za-z0-9.:_-]{1,253}$/, { error: 'expected a host name or an IP address' })
    .default('127.0.0.1')
    .describe('Where the HTTP door listens. Other than on loopback only with a certificate.'),
  DOOR_PORT: z
    .string()
    .regex(/^\d{1,5}$/, { error: 'expected a port, 0 to 65535' })
    .optional()
    .describe('Port of the HTTP door; 0 takes any free one. Needed in serve mode.'),
  DOOR_TOKENS_FILE: z
    .string()
    .optional()
    .describe(
      'The file that "weir tokens" keeps digests of tokens in; read again within a second of a change. Missing, nobody is let in. Needed in serve mode.',
    ),
  DOOR_TLS_CERT_FILE: textFile()
    .optional()
    .describe('The certificate chain of the door (PEM). Setting it turns TLS 1.3 on, and nothing older.'),
  DOOR_TLS_KEY_FILE: secretFile().optional().describe('The private key of the certificate (PEM).'),
  DOOR_TLS_CLIENT_CA_FILE: textFile()
    .optional()
    .describe(
      'Authorities of client certificates (PEM). Set, a client may show one: a good one is what tokens may be bound to, any other is refused.',
    ),
  DOOR_MAX_BODY_BYTES: bytes(mebibyte, { minBytes: 1_024, maxBytes: 64 * mebibyte }).describe(
    'The largest body of a request.',
  ),
  DOOR_MAX_RECORDS: count(1_000, { min: 1, max: 10_000 }).describe('The most records of a request.'),
  DOOR_MAX_OPEN_BYTES: bytes(64 * mebibyte, { minBytes: mebibyte }).describe(
    'Bytes of bodies that are being read or not answered yet; further requests are answered 503.',
  ),
  DOOR_MAX_CONNECTIONS: count(2_000, { min: 1, max: 100_000 }).describe(
    'Connections at a time; further ones are closed.',
  ),
  DOOR_MAX_CONNECTIONS_PER_ADDRESS: count(1_000, { min: 1, max: 100_000 }).describe(
    'Of these, connections of one address (of IPv6, one /64 network). Behind a proxy, which is one address, as many as there are.',
  ),
  DOOR_REQUEST_TIMEOUT_MS: durationMs(30_000, { minMs: 1_000, maxMs: 600_000 }).describe(
    'How long a request may take to arrive whole.',
  ),
  DOOR_SEND_LIMIT_MS: durationMs(10_000, { minMs: 1_000, maxMs: 300_000 }).describe(
    'How long a request waits for Kafka and the KMS before it is answered 503.',
  ),
  DOOR_RECORDS_PER_SECOND: count(20_000, { min: 1 }).describe(
    'Records and requests of one token per second, on average; twice as many at once.',
  ),
};

/** What belongs together, and that neither token nor transaction crosses a network in clear. */
export function checkDoorFields(given: GivenFields): readonly FieldProblem[] {
  const problems = checkServerFields(given, {
    host: 'DOOR_HOST',
    port: 'DOOR_PORT',
    cert: 'DOOR_TLS_CERT_FILE',
    key: 'DOOR_TLS_KEY_FILE',
  });
  if (given.has('DOOR_TLS_CERT_FILE') || !given.has('DOOR_TLS_CLIENT_CA_FILE')) return problems;
  return [
    ...problems,
    { variable: 'DOOR_TLS_CERT_FILE', message: 'is needed where DOOR_TLS_CLIENT_CA_FILE is set' },
  ];
}
