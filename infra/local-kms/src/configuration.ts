import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type Caller, callersSchema } from './callers.ts';
import { readPrivateFile } from './private-file.ts';
import type { ServerCertificate } from './start-local-kms.ts';

/** The environment of the process. */
const environmentSchema = z.object({
  /** 0 takes a free one. */
  LOCAL_KMS_PORT: z
    .stringFormat('port', /^\d{1,5}$/)
    .transform(Number)
    .pipe(z.int().max(65_535)),
  /** Other machines are served only by TLS: data keys travel in the answers. */
  LOCAL_KMS_HOST: z.string().min(1).default('127.0.0.1'),
  /** PEM. Both turn TLS on. */
  LOCAL_KMS_TLS_CERT_FILE: z.string().min(1).optional(),
  LOCAL_KMS_TLS_KEY_FILE: z.string().min(1).optional(),
  LOCAL_KMS_KEY_FILE: z.string().min(1),
  /** JSON list of callers, mode 0600, because it holds their secrets. */
  LOCAL_KMS_CALLERS_FILE: z.string().min(1),
});

export type Configuration = {
  readonly host: string;
  readonly port: number;
  readonly tls: ServerCertificate | undefined;
  readonly keyFile: string;
  readonly callers: readonly Caller[];
};

/** What is wrong with the configuration, by the names of variables and fields. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** Reads the environment and the callers file. Throws ConfigurationError or PrivateFileError. */
export function readConfiguration(environment: Readonly<Record<string, string | undefined>>): Configuration {
  const variables = check(environmentSchema, environment, 'environment');
  const path = variables.LOCAL_KMS_CALLERS_FILE;
  const text = readPrivateFile(path);
  if (text === undefined) throw new ConfigurationError(`LOCAL_KMS_CALLERS_FILE: ${path} is missing`);
  return {
    host: variables.LOCAL_KMS_HOST,
    port: variables.LOCAL_KMS_PORT,
    tls: readCertificate(variables),
    keyFile: variables.LOCAL_KMS_KEY_FILE,
    callers: check(callersSchema, parseJson(text, path), path),
  };
}

function readCertificate(variables: z.infer<typeof environmentSchema>): ServerCertificate | undefined {
  const { LOCAL_KMS_HOST: host, LOCAL_KMS_TLS_CERT_FILE: cert, LOCAL_KMS_TLS_KEY_FILE: key } = variables;
  if (cert !== undefined && key !== undefined) return { certPem: readPem(cert), keyPem: readPem(key) };
  if (cert === undefined && key === undefined && isLoopback(host)) return undefined;
  throw new ConfigurationError(
    'environment: LOCAL_KMS_TLS_CERT_FILE and LOCAL_KMS_TLS_KEY_FILE go together, and are needed off this machine',
  );
}

const isLoopback = (host: string): boolean => host === '127.0.0.1' || host === '::1' || host === 'localhost';

function readPem(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new ConfigurationError(`${path} can't be read`);
  }
}

function check<S extends z.ZodType>(schema: S, value: unknown, where: string): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const at = parsed.error.issues.map((issue) => issue.path.join('.') || issue.message);
  throw new ConfigurationError(`${where}: ${at.join(', ')}`);
}

/** JSON.parse quotes what it can't read, and what stands in here is secret. */
function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ConfigurationError(`${path} is not JSON`);
  }
}
