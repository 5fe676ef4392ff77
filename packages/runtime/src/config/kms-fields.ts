import { type SealedStream, sealedStreamNames, WeirError } from '@weir/contracts';
import { z } from 'zod';
import { durationMs, json, secretText, textFile, url } from './config-fields.ts';
import { crossFieldCheck, type GivenFields } from './cross-field-check.ts';
import { markField } from './field-traits.ts';

const loopbackHosts: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** A key is retired once nothing sealed with it is kept any longer, so few are ever in use together. */
const mostKeysPerStream = 16;

const keyArn = z.string().regex(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]{1,64}$/, {
  error: 'expected the ARN of a KMS key (arn:aws:kms:<region>:<account>:key/<id>), not an alias',
});

/** At least one key per stream. The list is the reader's allow-list; only its first key seals. */
const keysByStream = z
  .partialRecord(
    z.enum(sealedStreamNames),
    z
      .array(keyArn)
      .min(1, { error: 'expected at least one key ARN' })
      .max(mostKeysPerStream, { error: `expected at most ${mostKeysPerStream} key ARNs` }),
    { error: 'expected an object from stream to key ARNs' },
  )
  .refine((keys) => Object.keys(keys).length > 0, { error: 'expected at least one stream' });

/** The keys of each stream: the first of a list seals, and all of them may open. */
export type KmsKeys = Readonly<Partial<Record<SealedStream, readonly string[]>>>;

const keysJson = json(keysByStream, 'JSON object: stream to a list of key ARNs');

/** Keeps the path beside the keys: the file is read again while the worker runs. */
const keysFile = markField(
  z.string().transform((path, context): { readonly path: string; readonly keys: KmsKeys } => {
    const parsed = textFile().pipe(keysJson).safeParse(path);
    if (parsed.success) return { path, keys: parsed.data };
    for (const { path: at, message } of parsed.error.issues) {
      context.addIssue({ code: 'custom', path: [...at], message });
    }
    return z.NEVER;
  }),
  { expected: 'path of a file with a JSON object: stream to a list of key ARNs', unit: 'FILE' },
);

/** How to reach the KMS and which keys to use: spread into a service's schema, and add `.check(checkKmsFields)`. */
export const kmsFields = {
  KMS_ENDPOINT: url(['https', 'http'])
    .optional()
    .describe("A KMS other than the region's own, such as the local one. Plain http only on this machine."),
  KMS_TLS_CA_FILE: textFile()
    .optional()
    .describe(
      "Certificate authorities that the KMS's certificate is checked against (PEM). Unset: the system's.",
    ),
  AWS_REGION: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/, { error: 'expected the name of a region, such as eu-central-1' })
    .describe('The region of the KMS keys.'),
  AWS_ACCESS_KEY_ID: z
    .string()
    .optional()
    .describe("Who this worker is at the KMS. Unset in production, where the platform's role says it."),
  AWS_SECRET_ACCESS_KEY: secretText().optional().describe('Goes with AWS_ACCESS_KEY_ID.'),
  KMS_REQUEST_TIMEOUT_MS: durationMs(5_000, { minMs: 100, maxMs: 60_000 }).describe(
    'How long one call to the KMS may take.',
  ),
  KMS_KEYS: keysJson
    .optional()
    .describe(
      'The keys of each stream this worker seals or opens. The first of a list seals; all of them may open.',
    ),
  KMS_KEYS_FILE: keysFile
    .optional()
    .describe('The same in a file, read again on SIGHUP, so that keys change while the worker runs.'),
};

/** The keys, whichever way they were given. */
export function kmsKeysOf(config: {
  readonly KMS_KEYS?: KmsKeys | undefined;
  readonly KMS_KEYS_FILE?: { readonly keys: KmsKeys } | undefined;
}): KmsKeys {
  const keys = config.KMS_KEYS_FILE?.keys ?? config.KMS_KEYS;
  if (keys === undefined) throw new TypeError('checkKmsFields lets no configuration without keys pass.');
  return keys;
}

/** The same of a configuration that is still being checked; undefined where they are not readable as keys. */
export function givenKmsKeys(given: GivenFields): KmsKeys | undefined {
  const file = given.value('KMS_KEYS_FILE');
  const keys: unknown = isObject(file) && 'keys' in file ? file.keys : given.value('KMS_KEYS');
  return isObject(keys) ? keys : undefined;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Reads the file of KMS_KEYS_FILE again. Throws WeirError config_invalid, which says what is wrong with it. */
export function readKmsKeysFile(path: string): KmsKeys {
  const parsed = keysFile.safeParse(path);
  if (parsed.success) return parsed.data.keys;
  const problems = parsed.error.issues.map(({ path: at, message }) => [...at, message].join(': '));
  throw new WeirError('config_invalid', `KMS_KEYS_FILE: ${problems.join('; ')}`);
}

/** Data keys travel in the KMS's answers, so plain http never leaves the machine. */
export const checkKmsFields = crossFieldCheck((given) => {
  const problems = [...given.together('AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY')];
  if (given.has('KMS_KEYS') === given.has('KMS_KEYS_FILE')) {
    problems.push({
      variable: 'KMS_KEYS',
      message: 'is needed where KMS_KEYS_FILE is not set, and only there',
    });
  }
  const endpoint = given.value('KMS_ENDPOINT');
  const parsed = typeof endpoint === 'string' ? URL.parse(endpoint) : null;
  if (parsed?.protocol === 'http:' && !loopbackHosts.has(parsed.hostname)) {
    problems.push({ variable: 'KMS_ENDPOINT', message: 'expected https, or http to a loopback address' });
  }
  if (given.has('KMS_TLS_CA_FILE') && parsed?.protocol !== 'https:') {
    problems.push({ variable: 'KMS_ENDPOINT', message: 'expected https where KMS_TLS_CA_FILE is set' });
  }
  return problems;
});
