import { createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isAllowEntry, postUrlProblem } from '@weir/outbound';
import { crossFieldCheck, durationMs, secretFile, textFile, url } from '@weir/runtime';
import { z } from 'zod';

const mostSecrets = 4;
/** What Standard Webhooks asks of a secret. */
const [shortestSecretBytes, longestSecretBytes] = [24, 64];
const mostAllowEntries = 32;

const secrets = secretFile().transform((text, context): readonly KeyObject[] => {
  const keys = text
    .split(/\s+/)
    .filter((line) => line !== '')
    .map(readSecret);
  if (keys.length >= 1 && keys.length <= mostSecrets && keys.every((key) => key !== undefined)) return keys;
  context.addIssue({
    code: 'custom',
    message: `expected a file with 1 to ${mostSecrets} lines, each whsec_ and the base64 of ${shortestSecretBytes} to ${longestSecretBytes} bytes`,
  });
  return z.NEVER;
});

function readSecret(line: string): KeyObject | undefined {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(line)?.[1];
  if (base64 === undefined) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  const isWhole = bytes.toString('base64') === base64;
  const isLongEnough = bytes.length >= shortestSecretBytes && bytes.length <= longestSecretBytes;
  return isWhole && isLongEnough ? createSecretKey(bytes) : undefined;
}

const allowList = z.string().transform((text, context): readonly string[] => {
  const entries = text.split(',').map((entry) => entry.trim());
  if (entries.length <= mostAllowEntries && entries.every(isAllowEntry)) return entries;
  context.addIssue({
    code: 'custom',
    message: `expected up to ${mostAllowEntries} host names, addresses or networks in CIDR notation, parted by commas`,
  });
  return z.NEVER;
});

/** The webhook's variables: spread into the service's schema, and add `.check(checkWebhookFields)`. */
export const webhookFields = {
  WEBHOOK_URL: url(['https', 'http'])
    .optional()
    .describe(
      'Where notifications are posted, signed, besides the mails: https; http only to this machine. Unset: no webhook.',
    ),
  WEBHOOK_SECRETS_FILE: secrets
    .optional()
    .describe(
      'One to four secrets (whsec_ and base64), a line each, read again on SIGHUP. Each signs, so that a receiver can go over to a new one.',
    ),
  WEBHOOK_TIMEOUT_MS: durationMs(5_000, { minMs: 100, maxMs: 60_000 }).describe(
    'How long one delivery may take, waiting for a connection included.',
  ),
  WEBHOOK_ALLOW_PRIVATE: allowList
    .default([])
    .describe(
      'Receivers that may be private: host names, addresses or networks in CIDR notation. Every other private, loopback or reserved address is refused.',
    ),
  WEBHOOK_CA_FILE: textFile()
    .optional()
    .describe(
      "Certificate authorities that the receiver's certificate is checked against (PEM), instead of the public ones.",
    ),
};

/** The URL and its secrets come together, and the URL is one that may be posted to. */
export const checkWebhookFields = crossFieldCheck((given) => {
  const problems = [...given.together('WEBHOOK_URL', 'WEBHOOK_SECRETS_FILE')];
  const [webhookUrl, allow] = [given.value('WEBHOOK_URL'), given.value('WEBHOOK_ALLOW_PRIVATE')];
  const problem =
    typeof webhookUrl === 'string' && Array.isArray(allow)
      ? postUrlProblem(webhookUrl, allow as readonly string[])
      : undefined;
  return problem === undefined ? problems : [...problems, { variable: 'WEBHOOK_URL', message: problem }];
});
