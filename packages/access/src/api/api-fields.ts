import { count, secretFile, textFile, type FieldProblem, type GivenFields } from '@weir/runtime';
import { z } from 'zod';
import { checkServerFields } from '../server/check-server-fields.ts';

/** What a worker can be told of its API; whether there has to be a file of tokens is the worker's own business. */
export const apiFields = <TokensFile extends z.ZodType>(api: {
  /** "the API of alerts". */
  readonly called: string;
  readonly port: number;
  readonly tokensFile: TokensFile;
}) => ({
  API_HOST: z
    .string()
    .regex(/^[A-Za-z0-9.:_-]{1,253}$/, { error: 'expected a host name or an IP address' })
    .default('127.0.0.1')
    .describe(`Where ${api.called} listens. Other than on loopback only with a certificate.`),
  API_PORT: z
    .string()
    .regex(/^\d{1,5}$/, { error: 'expected a port, 0 to 65535' })
    .default(String(api.port))
    .describe(`Port of ${api.called}; 0 takes any free one.`),
  API_TOKENS_FILE: api.tokensFile,
  ...certificateFields,
  API_REQUESTS_PER_SECOND: count(50, { min: 1, max: 10_000 }).describe(
    'Requests of one token per second, on average; twice as many at once.',
  ),
});

/** What is read again when a certificate was renewed. */
export const certificateFields = {
  API_TLS_CERT_FILE: textFile()
    .optional()
    .describe('The certificate chain of the API (PEM). Setting it turns TLS 1.3 on, and nothing older.'),
  API_TLS_KEY_FILE: secretFile().optional().describe('The private key of the certificate (PEM).'),
};

/** What belongs together, and that no token crosses a network in clear. */
export const checkApiFields = (given: GivenFields): readonly FieldProblem[] =>
  checkServerFields(given, {
    host: 'API_HOST',
    port: 'API_PORT',
    cert: 'API_TLS_CERT_FILE',
    key: 'API_TLS_KEY_FILE',
  });
