import { redisUrl, secretFile, textFile } from './config-fields.ts';
import { crossFieldCheck } from './cross-field-check.ts';

/** How to reach the Redis of the windows: spread into a service's schema, and add `.check(checkRedisFields)`. */
export const redisFields = {
  REDIS_URL: redisUrl().describe(
    'The Redis, or some nodes of the Redis Cluster, that keeps the windows; rediss:// means TLS. Its policy must be noeviction.',
  ),
  REDIS_TLS_CA_FILE: textFile()
    .optional()
    .describe(
      "Certificate authorities that the server's certificate is checked against (PEM). Unset: the system's.",
    ),
  REDIS_TLS_CERT_FILE: textFile().optional().describe("This worker's certificate (PEM), for mutual TLS."),
  REDIS_TLS_KEY_FILE: secretFile().optional().describe("The private key of this worker's certificate (PEM)."),
};

/** A certificate that nobody would look at means that the connection is not what its owner thinks. */
export const checkRedisFields = crossFieldCheck((given) => {
  const problems = [...given.together('REDIS_TLS_CERT_FILE', 'REDIS_TLS_KEY_FILE')];
  const url = given.value('REDIS_URL');
  const isPlain = typeof url === 'string' && url.trim().startsWith('redis:');
  const isPlainCluster = typeof url === 'string' && url.trim().startsWith('redis+cluster:');
  const wantsTls = given.has('REDIS_TLS_CA_FILE') || given.has('REDIS_TLS_CERT_FILE');
  if (wantsTls && (isPlain || isPlainCluster)) {
    problems.push({ variable: 'REDIS_URL', message: 'expected rediss where a REDIS_TLS_ file is set' });
  }
  return problems;
});

/** What `openRedis` takes as `tls`. */
export const redisTlsOf = (config: {
  readonly REDIS_TLS_CA_FILE?: string | undefined;
  readonly REDIS_TLS_CERT_FILE?: string | undefined;
  readonly REDIS_TLS_KEY_FILE?: string | undefined;
}) => {
  const { REDIS_TLS_CA_FILE: ca, REDIS_TLS_CERT_FILE: cert, REDIS_TLS_KEY_FILE: key } = config;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
};
