import { streamNames } from '@weir/contracts';
import { z } from 'zod';
import { durationMs, json, secretText, url } from './config-fields.ts';
import { crossFieldCheck } from './cross-field-check.ts';

const loopbackHosts: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** A key is retired once nothing sealed with it is kept any longer, so few are ever in use together. */
const mostKeysPerStream = 16;

const keyArn = z.string().regex(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]{1,64}$/, {
  error: 'expected the ARN of a KMS key (arn:aws:kms:<region>:<account>:key/<id>), not an alias',
});

/** At least one key per stream. The list is the reader's allow-list; only its first key seals. */
const keysByStream = z
  .partialRecord(
    z.enum(streamNames),
    z
      .array(keyArn)
      .min(1, { error: 'expected at least one key ARN' })
      .max(mostKeysPerStream, { error: `expected at most ${mostKeysPerStream} key ARNs` }),
    { error: 'expected an object from stream to key ARNs' },
  )
  .refine((keys) => Object.keys(keys).length > 0, { error: 'expected at least one stream' });

/** How to reach the KMS and which keys to use: spread into a service's schema, and add `.check(checkKmsFields)`. */
export const kmsFields = {
  KMS_ENDPOINT: url(['https', 'http'])
    .optional()
    .describe("A KMS other than the region's own, such as the local one. Plain http only on this machine."),
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
  KMS_KEYS: json(keysByStream, 'JSON object: stream to a list of key ARNs').describe(
    'The keys of each stream this worker seals or opens. The first of a list seals; all of them may open.',
  ),
};

/** Data keys travel in the KMS's answers, so plain http never leaves the machine. */
export const checkKmsFields = crossFieldCheck((given) => {
  const problems = [...given.together('AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY')];
  const endpoint = given.value('KMS_ENDPOINT');
  const parsed = typeof endpoint === 'string' ? URL.parse(endpoint) : null;
  if (parsed?.protocol === 'http:' && !loopbackHosts.has(parsed.hostname)) {
    problems.push({ variable: 'KMS_ENDPOINT', message: 'expected https, or http to a loopback address' });
  }
  return problems;
});
